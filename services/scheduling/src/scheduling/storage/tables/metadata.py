"""What all tables belong to; the kit's are among them."""

from sqlalchemy import MetaData, Sequence, text

from service_kit.tables import kit_tables

metadata = MetaData()
kit = kit_tables(metadata)

# Whatever can be booked has a number of its own, rooms and facilitators alike: bookings are kept apart by it.
BOOKING_KEYS = Sequence("booking_keys", metadata=metadata)
NEXT_BOOKING_KEY = text("nextval('booking_keys')")
EMPTY_LIST = text("'[]'::jsonb")
EMPTY_MAPPING = text("'{}'::jsonb")
