"""A member of staff takes a task on, or has done it."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.tasks import ACKNOWLEDGED, DONE, KINDS, Step, Task
from scheduling.use_cases.repositories import Repositories


class UnknownTaskError(LookupError):
    """There is no such task."""


class NotTheirTaskError(PermissionError):
    """The task is for other roles, or at another site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTo:
    """What somebody did about a task: took it on (acknowledged), or has done it, with how it ended."""

    task_id: UUID
    status: str
    outcome: str = ""


async def see_to_task(*, seen_to: SeenTo, step: Step, role: str | None, repositories: Repositories) -> Task:
    """Take one step of a task as somebody of this role; None may see to any.

    Raises BrokenRuleError, UnknownTaskError and NotTheirTaskError.
    """
    task = await repositories.tasks.locked(seen_to.task_id)
    if task is None:
        raise UnknownTaskError
    kind = KINDS.get(task.kind)
    if role is not None and (kind is None or role not in kind.roles):
        raise NotTheirTaskError
    if seen_to.status == ACKNOWLEDGED:
        after = task.acknowledge(step)
    elif seen_to.status == DONE:
        after = task.done(step, outcome=seen_to.outcome)
    else:
        raise BrokenRuleError("status", f"status must be {ACKNOWLEDGED} or {DONE}.")
    if after is not task:
        await repositories.tasks.change([after])
    return after
