"""A private calendar feed is made or revoked."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.calendars import Feed, UnknownFeedError
from scheduling.domain.facilitators import UnknownFacilitatorError
from scheduling.domain.sites import UnknownSiteError
from scheduling.use_cases.repositories import Repositories


async def make_feed(*, feed: Feed, token_hash: str, repositories: Repositories) -> None:
    """Make a feed of a site or of a facilitator. Raises BrokenRuleError, UnknownSiteError and UnknownFacilitatorError."""
    if (feed.site_id is None) == (feed.facilitator_id is None):
        raise BrokenRuleError("site_id", "site_id or facilitator_id must be given, not both.")
    if feed.site_id is not None and await repositories.sites.get(feed.site_id) is None:
        raise UnknownSiteError
    if feed.facilitator_id is not None and not await repositories.facilitators.get([feed.facilitator_id]):
        raise UnknownFacilitatorError
    await repositories.feeds.add(feed, token_hash=token_hash)


async def revoke_feed(*, feed_id: UUID, repositories: Repositories, now: datetime) -> None:
    """Close a feed: its address opens nothing any more. Raises UnknownFeedError."""
    if not await repositories.feeds.revoke(feed_id, at=now):
        raise UnknownFeedError
