"""A condition that any of many ids fulfils, compiled once however many there are."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlalchemy.sql.elements import CollectionAggregate


def any_of(ids: Iterable[UUID]) -> CollectionAggregate[bool]:
    """What a column is compared with."""
    return any_(literal(list(ids), ARRAY(Uuid())))
