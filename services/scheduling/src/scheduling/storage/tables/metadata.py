"""What all tables belong to; the kit's are among them."""

from sqlalchemy import MetaData

from service_kit.tables import kit_tables

metadata = MetaData()
kit = kit_tables(metadata)
