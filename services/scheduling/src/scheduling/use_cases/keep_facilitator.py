"""A facilitator is made known, or changed."""

from collections.abc import Collection
from dataclasses import replace

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import Facilitator, checked_facilitator
from scheduling.use_cases.repositories import Repositories


async def keep_facilitator(*, facilitator: Facilitator, known_sites: Collection[str], repositories: Repositories) -> Facilitator:
    """Store who somebody is and when and where they work; their credentials stay as they are. Raises BrokenRuleError."""
    checked_facilitator(facilitator)
    if unknown := sorted(set(facilitator.sites) - set(known_sites)):
        raise BrokenRuleError("sites", f"sites must be known here: {', '.join(unknown)} is not.")
    if facilitator.member_id is not None:
        other = await repositories.facilitators.id_of_member(facilitator.member_id)
        if other not in (None, facilitator.facilitator_id):
            raise BrokenRuleError("member_id", "member_id must be that of nobody else.")
    ids = [facilitator.facilitator_id]
    before = (await repositories.facilitators.locked(ids)).get(facilitator.facilitator_id)
    kept = replace(facilitator, credentials=before.credentials if before else ())
    await repositories.facilitators.keep([kept])
    return kept
