"""What every route needs: who asks, what is stored, and the words for what isn't allowed."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fastapi import HTTPException, Request

from page_base.pages import Pages
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.calendars import UnknownFeedError
from scheduling.domain.cohorts import UnknownCohortError, UnknownSessionError
from scheduling.domain.facilitators import UnknownFacilitatorError
from scheduling.domain.open_register import Staff
from scheduling.domain.places import UnknownPlaceError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar
from scheduling.domain.sites import UnknownSiteError
from scheduling.domain.training import UnknownTrainingDayError
from scheduling.use_cases.allocate_waiting_list import Allocated
from scheduling.use_cases.look_up import CohortDetail, Reads
from scheduling.use_cases.look_up_calendars import Calendars
from scheduling.use_cases.look_up_register import RegisterSheet
from scheduling.use_cases.look_up_sites import SiteReads
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.resources import ResourceReads
from scheduling.use_cases.training import TrainingReads
from scheduling.use_cases.work import Transaction
from service_kit.access import ADMIN, Access, Member

COORDINATOR = "coordinator"
FACILITATOR = "facilitator"
CLINICIAN = "clinician"

NO_SESSION = "There is no session with this session_id."
NO_FACILITATOR = "There is no facilitator with this facilitator_id."
NO_COHORT = "There is no cohort with this cohort_id."
NO_SITE = "There is no site with this site_id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What `main` hands to the routes."""

    access: Access
    pages: Pages
    reads: Reads
    site_reads: SiteReads
    training: TrainingReads
    resources: ResourceReads
    calendars: Calendars
    public_url: str
    transaction: Transaction
    allocate: Callable[[str], Awaitable[Allocated]]
    now: Callable[[], datetime]
    offering: Offering
    bank_holidays: Mapping[str, Calendar]

    @property
    def programmes(self) -> Mapping[str, Programme]:
        """The programmes by code."""
        return self.offering.programmes


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Answer a broken rule with its sentence, and what isn't known with 404."""
    try:
        yield
    except BrokenRuleError as broken:
        raise HTTPException(422, broken.sentence) from None
    except UnknownSessionError:
        raise HTTPException(404, NO_SESSION) from None
    except UnknownCohortError:
        raise HTTPException(404, NO_COHORT) from None
    except UnknownPlaceError:
        raise HTTPException(404, "There is no place with this place_id.") from None
    except UnknownSiteError:
        raise HTTPException(404, NO_SITE) from None
    except UnknownFacilitatorError:
        raise HTTPException(404, NO_FACILITATOR) from None
    except UnknownTrainingDayError:
        raise HTTPException(404, "There is no training day with this training_day_id.") from None
    except UnknownFeedError:
        raise HTTPException(404, "There is no calendar feed with this feed_id.") from None


async def sheet_for(desk: Desk, session_id: UUID, member: Member) -> RegisterSheet:
    """The register of a session at one of the member's sites; 404 or 403 otherwise."""
    sheet = await desk.reads.register(session_id, programmes=desk.programmes, now=desk.now())
    if sheet is None:
        raise HTTPException(404, NO_SESSION)
    if sheet.site_id not in sites_seen_by(member):
        require_site(member, sheet.cohort_site_id)
    return replace(sheet, shown_to=member.id)


async def cohort_for(desk: Desk, cohort_id: UUID, member: Member) -> CohortDetail:
    """A cohort at one of the member's sites; 404 or 403 otherwise."""
    cohort = await desk.reads.cohort(cohort_id)
    if cohort is None:
        raise HTTPException(404, NO_COHORT)
    require_site(member, cohort.site_id)
    return cohort


def staff_of(member: Member) -> Staff:
    """Who enters something, as the register keeps it."""
    return Staff(id=member.id, name=member.name)


def sites_seen_by(member: Member) -> Sequence[str]:
    """The sites a member sees; empty means all."""
    return () if member.role == ADMIN else member.sites


def require_site(member: Member, site_id: str) -> None:
    """Refuse a member whose sites don't include this one."""
    sites = sites_seen_by(member)
    if sites and site_id not in sites:
        raise HTTPException(403, "This cohort is at a site that isn't one of yours.")


def wants_page(request: Request) -> bool:
    """Whether a browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "")
