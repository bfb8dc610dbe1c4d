"""Rules about messages: when one is due, whether it may go, by which channel, and what becomes of it. No framework, no clock."""
