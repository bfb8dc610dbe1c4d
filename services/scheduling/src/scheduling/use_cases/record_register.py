"""A whole register is recorded at once; that of the last session finishes the cohort and gives everybody their final state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.open_register import Staff
from scheduling.domain.programmes import Programme
from scheduling.domain.register_contents import SIGN_OFF, SignOff
from scheduling.domain.register_entries import NewEntry
from scheduling.domain.registers import Entry, checked_register
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.keep_register_entries import opened_register
from scheduling.use_cases.repositories import Repositories
from scheduling.use_cases.store_register import store_register


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRegister:
    """A whole register as somebody hands it in; after a sign-off a correction needs a `reason`."""

    session_id: UUID
    entries: Sequence[Entry]
    reason: str = ""
    sign_off: bool = False


async def record_register(
    *,
    handed_in: WholeRegister,
    by: Staff,
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Changes:
    """Record the whole register of a session. The same again changes nothing; another one corrects it, final states included.

    Raises BrokenRuleError and UnknownSessionError.
    """
    register = await opened_register(
        session_id=handed_in.session_id, programmes=programmes, repositories=repositories, changes_flags=False
    )
    register.cohort.begun_session(handed_in.session_id, now=now)
    marks = checked_register(handed_in.entries, expected=register.expected.keys(), known=register.places.keys())
    for participant_id, mark in marks.items():
        entry = register.correction(participant_id, mark, entry_id=new_id(), reason=handed_in.reason)
        if entry is not None:
            register.take(entry, by=by, now=now)
    if handed_in.sign_off:
        register.take(NewEntry(entry_id=new_id(), kind=SIGN_OFF, content=SignOff()), by=by, now=now)
    return await store_register(register=register, by=by, repositories=repositories, now=now, new_id=new_id, is_recorded=True)
