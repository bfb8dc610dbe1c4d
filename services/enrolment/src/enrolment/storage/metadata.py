"""What all of enrolment's tables belong to."""

from sqlalchemy import MetaData

from service_kit.tables import kit_tables

METADATA = MetaData()
KIT = kit_tables(METADATA)
