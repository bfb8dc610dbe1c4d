"""A person's enrolment in a programme."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID


class EndedError(ValueError):
    """The enrolment has ended already."""

    def __init__(self) -> None:
        super().__init__("The person has withdrawn from this programme already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """`status` is enrolled or withdrawn; a person has at most one that is enrolled in a programme. Withdrawn is final.

    `available` are times of the week (`mon-am`) at which the person can come; none means any. `employer` is the organisation that
    they work for, for cohorts that are its own. `doubled` marks one that a merge brought beside another enrolment in the same
    programme: staff say which of the two goes on.
    """

    id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    changed_at: datetime
    referral_channel: str
    joints: tuple[str, ...]
    close_attention: bool
    outward_code: str | None
    preferred_site: str | None
    referred_at: datetime | None = None
    language: str = "en"
    access_needs: tuple[str, ...] = ()
    available: tuple[str, ...] = ()
    employer: str | None = None
    doubled: bool = False

    def withdrawn(self, *, now: datetime) -> "Enrolment":
        """End the enrolment; EndedError where it has ended."""
        if self.status == "withdrawn":
            raise EndedError
        return self._changed(now, status="withdrawn", doubled=False)

    def of(self, participant_id: UUID, *, doubled: bool, now: datetime) -> "Enrolment":
        """Give the enrolment to another person, as a merge does."""
        return self._changed(now, participant_id=participant_id, doubled=doubled)

    def alone(self, *, now: datetime) -> "Enrolment":
        """The enrolment after the other one of the same person and programme ended."""
        return self._changed(now, doubled=False)

    def corrected(self, *, joints: tuple[str, ...], outward_code: str | None, now: datetime) -> "Enrolment":
        """The enrolment after what placing needs was corrected; the same where nothing differs."""
        if (joints, outward_code) == (self.joints, self.outward_code):
            return self
        return self._changed(now, joints=joints, outward_code=outward_code)

    def speaking(self, language: str, *, now: datetime) -> "Enrolment":
        """The enrolment of somebody who wants another language from now on; the same where it is that one already."""
        return self if language == self.language else self._changed(now, language=language)

    def _changed(self, now: datetime, **changes: Any) -> "Enrolment":
        return replace(self, sequence=self.sequence + 1, changed_at=now, **changes)
