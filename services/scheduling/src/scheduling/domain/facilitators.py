"""Who leads: facilitators, the credentials they hold, and when one may lead a cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import LONDON
from scheduling.domain.week import TIMES, time_of_week

CLINICIAN = "clinician"
EXERCISE_PROFESSIONAL = "exercise_professional"
SUPPORT_WORKER = "support_worker"
KINDS = (CLINICIAN, EXERCISE_PROFESSIONAL, SUPPORT_WORKER)


class UnknownFacilitatorError(LookupError):
    """There is no such facilitator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """That somebody may run programmes: as what (`kind`), which, how they came by it, and from when to when.

    `prerequisites` are those that were seen. Without `expires_on` it holds until it is revoked.
    """

    credential_id: UUID
    kind: str
    programmes: tuple[str, ...]
    route: str
    prerequisites: tuple[str, ...]
    issued_on: date
    expires_on: date | None = None
    revoked_on: date | None = None
    training_day_id: UUID | None = None

    def ends_on(self) -> date | None:
        """The last day on which it holds; None if it has no end."""
        ends = [day for day in (self.expires_on, self.revoked_on) if day is not None]
        return min(ends, default=None)

    def holds(self, *, first: date, last: date) -> bool:
        """Whether it holds from the first to the last of these days."""
        ends_on = self.ends_on()
        return self.issued_on <= first and (ends_on is None or last <= ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facilitator:
    """Somebody who leads sessions or stands in. `member_id` is who signs in, where they do.

    No `sites` means all of them; no `availability` (codes such as mon-am) means at any time.
    """

    facilitator_id: UUID
    name: str
    kind: str
    sites: tuple[str, ...] = ()
    availability: tuple[str, ...] = ()
    member_id: UUID | None = None
    credentials: tuple[Credential, ...] = ()

    def with_credential(self, credential: Credential) -> "Facilitator":
        """The facilitator with one more credential. The same again (by its id) changes nothing."""
        if any(one.credential_id == credential.credential_id for one in self.credentials):
            return self
        return replace(self, credentials=(*self.credentials, credential))


def checked_facilitator(facilitator: Facilitator) -> Facilitator:
    """Return the facilitator if the entries keep the rules. Raises BrokenRuleError."""
    if not facilitator.name.strip():
        raise BrokenRuleError("name", "name must not be empty.")
    if facilitator.kind not in KINDS:
        raise BrokenRuleError("kind", f"kind must be among {', '.join(KINDS)}.")
    for code in facilitator.availability:
        if code not in TIMES:
            raise BrokenRuleError("availability", "availability must be codes such as mon-am, thu-pm or fri-eve.")
    return facilitator


def checked_credential(credential: Credential, *, programmes: Mapping[str, Programme]) -> Credential:
    """Return the credential if it keeps the rules of its programmes. Raises BrokenRuleError."""
    if credential.kind not in KINDS:
        raise BrokenRuleError("kind", f"kind must be among {', '.join(KINDS)}.")
    if not credential.programmes:
        raise BrokenRuleError("programmes", "programmes must not be empty.")
    for code in credential.programmes:
        programme = programmes.get(code)
        if programme is None:
            raise BrokenRuleError("programmes", f"programmes must be among {', '.join(sorted(programmes))}.")
        if credential.route not in programme.training.routes:
            raise BrokenRuleError("route", f"route must be among {', '.join(programme.training.routes)}.")
        refuse_unseen(programme, credential.prerequisites)
    if credential.expires_on is not None and credential.expires_on < credential.issued_on:
        raise BrokenRuleError("expires_on", "expires_on must not be before issued_on.")
    return credential


def refuse_unseen(programme: Programme, seen: Sequence[str]) -> None:
    """Raise BrokenRuleError unless all prerequisites of the programme's training were seen."""
    missing = [one for one in programme.training.prerequisites if one not in seen]
    if missing:
        raise BrokenRuleError("prerequisites", f"prerequisites must all be seen: {', '.join(missing)} is not.")


def refuse_lead(
    facilitator: Facilitator, *, programme: Programme, site_id: str, sessions: Sequence[datetime], field: str = "lead_id"
) -> None:
    """Raise BrokenRuleError unless they may lead sessions at these UTC instants: kind, credential, site and times."""
    _refuse_without_credential(facilitator, programme=programme, sessions=sessions, field=field, kinds=programme.who_may_lead)
    _refuse_elsewhere(facilitator, site_id=site_id, sessions=sessions, field=field)


def refuse_cover(facilitator: Facilitator, *, programme: Programme, site_id: str, sessions: Sequence[datetime]) -> None:
    """Raise BrokenRuleError unless they may stand in: as a lead, but whoever holds a credential for the programme may."""
    _refuse_without_credential(facilitator, programme=programme, sessions=sessions, field="cover_id", kinds=KINDS)
    _refuse_elsewhere(facilitator, site_id=site_id, sessions=sessions, field="cover_id")


def _refuse_without_credential(
    facilitator: Facilitator, *, programme: Programme, sessions: Sequence[datetime], field: str, kinds: Sequence[str]
) -> None:
    first, last = (moment.astimezone(LONDON).date() for moment in (min(sessions), max(sessions)))
    of_programme = [one for one in facilitator.credentials if programme.code in one.programmes]
    of_kind = [one for one in of_programme if one.kind in kinds]
    if any(one.holds(first=first, last=last) for one in of_kind):
        return
    rule = f"{field} must be somebody with a valid credential for {programme.name} from the first to the last session"
    if not of_programme:
        why = f"{facilitator.name} has none"
    elif not of_kind:
        why = f"that of {facilitator.name} is of another kind than {' or '.join(kinds)}"
    elif ends := [day for one in of_kind if one.issued_on <= first and (day := one.ends_on())]:
        why = f"that of {facilitator.name} ends on {max(ends)}, the last session is on {last}"
    else:
        why = f"that of {facilitator.name} begins on {min(one.issued_on for one in of_kind)}, the first session is on {first}"
    raise BrokenRuleError(field, f"{rule}: {why}.")


def _refuse_elsewhere(facilitator: Facilitator, *, site_id: str, sessions: Sequence[datetime], field: str) -> None:
    if facilitator.sites and site_id not in facilitator.sites:
        raise BrokenRuleError(field, f"{field} must be somebody who works at this site: {facilitator.name} does not.")
    times = {time_of_week(moment) for moment in sessions}
    if facilitator.availability and (missing := sorted(times - set(facilitator.availability))):
        raise BrokenRuleError(
            field, f"{field} must be somebody who is available then: {facilitator.name} is not, {', '.join(missing)}."
        )
