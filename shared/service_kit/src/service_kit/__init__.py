"""What an event-driven service needs to keep its delivery promise. Knows no business noun.

Start reading at `service` (how the parts are put together), then `delivery` (one effect per event) and `relay` (every
effect told).
"""
