"""The rows behind each use case's desk, a statement for any number of them."""

from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.storage.cohorts import StoredCohorts, StoredSites
from notifications.storage.contacts import StoredContacts, StoredSuppressions, StoredWishes
from notifications.storage.enrolments import StoredEnrolments
from notifications.storage.messages import StoredMessages
from notifications.storage.people import StoredPeople
from notifications.storage.places import StoredHeard, StoredPlaces
from notifications.use_cases.desk import Desk


def desk(conn: AsyncConnection) -> Desk:
    """The desk of the connection's transaction."""
    return Desk(
        messages=StoredMessages(conn),
        contacts=StoredContacts(conn),
        cohorts=StoredCohorts(conn),
        sites=StoredSites(conn),
        places=StoredPlaces(conn),
        heard=StoredHeard(conn),
        suppressions=StoredSuppressions(conn),
        people=StoredPeople(conn),
        wishes=StoredWishes(conn),
        enrolments=StoredEnrolments(conn),
    )
