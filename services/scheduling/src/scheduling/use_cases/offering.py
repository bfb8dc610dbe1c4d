"""How a place is given: at once, or as an offer that the person answers. The programme's data say which."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.fitting import Reach
from scheduling.domain.offers import OFFERED, Offer, answer_by, earliest_start_to_offer, latest_answer
from scheduling.domain.places import Place, Seat
from scheduling.domain.programmes import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """What giving places needs beside storage. `new_token` makes a secret that opens the page of an offer."""

    programmes: Mapping[str, Programme]
    reach: Reach
    new_id: Callable[[], UUID]
    new_token: Callable[[], str]

    def at_enrolment(self, programme: str) -> bool:
        """Whether a place that is found for somebody who enrols is offered, not given."""
        return programme in self.programmes and self.programmes[programme].offers.at_enrolment == OFFERED

    def from_waiting_list(self, programme: str) -> bool:
        """Whether a place that is found for somebody who waited is offered, not given."""
        return programme in self.programmes and self.programmes[programme].offers.from_waiting_list == OFFERED

    def earliest_start(self, programme: str, *, now: datetime) -> datetime:
        """A place of a cohort whose next session is sooner isn't given from the waiting list by itself."""
        if not self.from_waiting_list(programme):
            return now
        return earliest_start_to_offer(self.programmes[programme].offers, now=now)

    def latest_answer(self, programme: str, *, starts_at: datetime) -> datetime:
        """When offers of a cohort that starts then end at the latest."""
        return latest_answer(self.programmes[programme].offers, starts_at=starts_at)

    def offer(self, place: Place, seat: Seat, *, cohort: LockedCohort, now: datetime) -> tuple[Place, Offer]:
        """The place of a waiting person with an offer of this seat, and the offer."""
        token = self.new_token()
        starts_at = cohort.next_session_at or cohort.span.first_session_at
        until = answer_by(self.programmes[place.programme].offers, offered_at=now, starts_at=starts_at)
        offer = Offer(
            offer_id=self.new_id(),
            place_id=place.place_id,
            programme=place.programme,
            cohort_id=seat.cohort_id,
            token=token,
            status=OFFERED,
            offered_at=now,
            answer_by=until,
        )
        return place.offered(seat, until=until, token=token, now=now), offer
