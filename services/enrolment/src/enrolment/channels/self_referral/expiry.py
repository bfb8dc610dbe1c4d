"""What a person did not come back to is forgotten."""

from datetime import datetime

from enrolment.channels.own_pages import OwnPages
from enrolment.messaging import publish
from enrolment.storage.forms import end_old_confirmations, expire_links, forget_old_drafts, next_expiry
from service_kit import outbox
from service_kit.due import DueWork


def expiry(around: OwnPages) -> DueWork:
    """Return the work of forgetting drafts and addresses whose time is over, and of telling that links no longer open."""

    async def run(now: datetime) -> int:
        async with around.transaction() as conn:
            forgotten = await forget_old_drafts(conn, now=now)
            confirmations = await end_old_confirmations(conn, now=now)
            links = await expire_links(conn, now=now)
            await outbox.add(
                conn,
                [
                    *(publish.contact_of_confirmation(each) for each in confirmations),
                    *(publish.link_ended(each) for each in links),
                ],
            )
        return forgotten + len(confirmations) + len(links)

    return DueWork(name="forget what was not come back to", run=run, next_due_at=next_expiry)
