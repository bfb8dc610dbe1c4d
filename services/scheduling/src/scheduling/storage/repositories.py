"""The use cases' repositories on PostgreSQL: one statement for any number of rows."""

from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.storage.bookings import BookingRows
from scheduling.storage.calendars import FeedRows
from scheduling.storage.cohorts import CohortRows
from scheduling.storage.enrolments import EnrolmentRows
from scheduling.storage.facilitators import FacilitatorRows
from scheduling.storage.offers import OfferRows
from scheduling.storage.own_links import OwnLinkRows
from scheduling.storage.people import PersonRows
from scheduling.storage.places import PlaceRows
from scheduling.storage.registers import RegisterRows
from scheduling.storage.resources import ResourceRows
from scheduling.storage.seats import SeatRows
from scheduling.storage.sites import SiteRows
from scheduling.storage.tasks import TaskRows
from scheduling.storage.training import TrainingRows
from scheduling.use_cases.repositories import Repositories


def repositories_in(conn: AsyncConnection) -> Repositories:
    """All repositories, in one transaction."""
    return Repositories(
        enrolments=EnrolmentRows(conn),
        places=PlaceRows(conn),
        seats=SeatRows(conn),
        offers=OfferRows(conn),
        cohorts=CohortRows(conn),
        registers=RegisterRows(conn),
        tasks=TaskRows(conn),
        sites=SiteRows(conn),
        facilitators=FacilitatorRows(conn),
        bookings=BookingRows(conn),
        training=TrainingRows(conn),
        resources=ResourceRows(conn),
        feeds=FeedRows(conn),
        people=PersonRows(conn),
        own_links=OwnLinkRows(conn),
    )
