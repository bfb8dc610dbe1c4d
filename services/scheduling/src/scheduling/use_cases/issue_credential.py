"""A facilitator comes to hold a credential, or loses it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import Credential, Facilitator, UnknownFacilitatorError, checked_credential
from scheduling.domain.programmes import Programme
from scheduling.use_cases.repositories import Repositories


async def issue_credential(
    *, facilitator_id: UUID, credential: Credential, programmes: Mapping[str, Programme], repositories: Repositories
) -> Facilitator:
    """Give a credential; the same again changes nothing. Raises BrokenRuleError and UnknownFacilitatorError."""
    checked_credential(credential, programmes=programmes)
    facilitator = await _locked(facilitator_id, repositories)
    changed = facilitator.with_credential(credential)
    await repositories.facilitators.keep([changed])
    return changed


async def revoke_credential(*, facilitator_id: UUID, credential_id: UUID, on: date, repositories: Repositories) -> Facilitator:
    """End a credential on a day; revoked already, it stays as it is. Raises BrokenRuleError and UnknownFacilitatorError.

    Cohorts that it leads keep their lead: whoever revokes it finds another one.
    """
    facilitator = await _locked(facilitator_id, repositories)
    if not any(one.credential_id == credential_id for one in facilitator.credentials):
        raise BrokenRuleError("credential_id", "credential_id must be one of this facilitator's.")
    credentials = tuple(
        replace(one, revoked_on=on) if one.credential_id == credential_id and one.revoked_on is None else one
        for one in facilitator.credentials
    )
    changed = replace(facilitator, credentials=credentials)
    await repositories.facilitators.keep([changed])
    return changed


async def _locked(facilitator_id: UUID, repositories: Repositories) -> Facilitator:
    facilitator = (await repositories.facilitators.locked([facilitator_id])).get(facilitator_id)
    if facilitator is None:
        raise UnknownFacilitatorError
    return facilitator
