"""A room, a lead and a cover are in one place at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.session_dates import LONDON
from scheduling.domain.sites import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A room or a facilitator that another cohort has, and when that session begins."""

    room_id: UUID | None
    facilitator_id: UUID | None
    name: str
    starts_at: datetime

    def refused(self, field: str) -> BrokenRuleError:
        """That it is taken, in words."""
        local = self.starts_at.astimezone(LONDON)
        when = f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M}"
        what = "when everybody and the room are free" if field == "starts_at" else "free"
        return BrokenRuleError(field, f"{field} must be {what}: {self.name} is booked on {when}.")


def free_room(rooms: Sequence[Room], *, taken: Sequence[Booked], people: int) -> Room:
    """The smallest free room for so many people. Raises BrokenRuleError saying what is in the way."""
    large_enough = sorted((room for room in rooms if room.capacity >= people), key=lambda room: (room.capacity, room.name))
    by_room = {booked.room_id: booked for booked in taken}
    for room in large_enough:
        if room.room_id not in by_room:
            return room
    if not large_enough:
        raise BrokenRuleError("capacity", f"capacity must be at most {max(room.capacity for room in rooms)}, the largest room's.")
    raise by_room[large_enough[0].room_id].refused("room_id")


def refuse_taken_people(taken: Sequence[Booked], *, lead_id: UUID | None, cover_id: UUID | None) -> None:
    """Raise BrokenRuleError if the lead or the cover is booked already."""
    for booked in taken:
        if booked.facilitator_id is not None and booked.facilitator_id in (lead_id, cover_id):
            raise booked.refused("lead_id" if booked.facilitator_id == lead_id else "cover_id")


def refuse_taken(taken: Sequence[Booked], *, field: str) -> None:
    """Raise BrokenRuleError if anything is booked already, naming the field that would change that."""
    for booked in taken:
        raise booked.refused(field)


def refuse_taken_meanwhile() -> NoReturn:
    """Raise the BrokenRuleError of somebody who booked one of them a moment ago, or of a moved session."""
    raise BrokenRuleError("starts_at", "starts_at must be when the room, the lead and the cover are free: one of them is booked.")
