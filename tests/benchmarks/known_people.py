"""Whether intake stays as fast when many people are known: the pipeline again, with more and more of them in the database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import asyncpg

from benchmarks.pipeline import Say, run_limber
from benchmarks.temporary_home import TemporaryHome, temporary_home
from enrolment.domain.person import Participant, Person
from enrolment.storage.records import participant_row
from service_kit.ids import new_id

# As many names as to make some people share one with a birth date, as in a real city.
_GIVEN = [f"Known{number:03d}" for number in range(200)]
_FAMILY = [f"Family{number:03d}" for number in range(400)]
_DAYS = 60 * 365
_ONE_REFERRAL_EACH = """
INSERT INTO referrals (id, sequence, participant_id, channel, organisation, sender_referral_id, programme, answers, status,
  reasons, event_id, near_participant_ids, received_at, decided_at)
SELECT gen_random_uuid(), 1, p.id, 'gp', 'BENCH', p.id::text, 'escape-pain-knee-hip',
  '{"joints": ["knee"], "conditions": [], "red_flags": []}', 'declined',
  '[{"code": "pain_too_recent", "text": "Too recent.", "field": null}]', p.id::text, '[]', p.created_at, p.created_at
FROM participants p WHERE NOT EXISTS (SELECT FROM referrals r WHERE r.participant_id = p.id)
"""
_ONE_RECEIPT_EACH = """
INSERT INTO receipts (channel, organisation, event_id, sequence, status, reasons, sender_referral_id, referral_id, participant_id,
  linked_referral_ids, settles_body, is_cancellation, decided_at)
SELECT channel, organisation, event_id, 1, status, reasons, sender_referral_id, id, participant_id, '[]', true, false, decided_at
FROM referrals WHERE organisation = 'BENCH' ON CONFLICT DO NOTHING
"""


async def known_people(*, events: int, people_known: Sequence[int], say: Say) -> dict[str, Any]:
    """Measure so many referrals with each number of people known, the smallest first, in one home."""
    sizes = sorted(people_known)
    rates: dict[str, float] = {}
    problems: list[str] = []
    async with temporary_home() as bench:
        say("seating")
        await bench.seat(events * len(sizes))
        for number, size in enumerate(sizes):
            say(f"making {size} people known")
            await _make_known(bench, size)
            say(f"{size} people known")
            seconds = await run_limber(bench, bench.messages(events, first=number * events))
            rates[f"{size} people known"] = round(events / seconds, 1)
            await bench.system.come_to_rest()
            audits = await bench.system.audits()
            problems += [problem for audit in audits.values() for problem in audit["problems"]]
    slowest, first = min(rates.values()), rates[f"{sizes[0]} people known"]
    return {
        "events": events,
        "events_per_second": rates,
        "slowest_of_first": round(slowest / first, 3),
        "problems": problems,
    }


async def _make_known(bench: TemporaryHome, size: int) -> None:
    """Add people until there are so many, as rows that referrals would have left."""
    connection = await asyncpg.connect(bench.home.dsn("enrolment"))
    try:
        there = await connection.fetchval("SELECT count(*) FROM participants")
        now = datetime.now(UTC)
        rows = [participant_row(one, now=now) | {"created_at": now} for one in _people(there, size)]
        if rows:
            columns = list(rows[0])
            records = [tuple("[]" if name == "kept_apart" else row[name] for name in columns) for row in rows]
            await connection.copy_records_to_table("participants", columns=columns, records=records)
        await connection.execute(_ONE_REFERRAL_EACH)
        await connection.execute(_ONE_RECEIPT_EACH)
        await connection.execute("ANALYZE participants")
        await connection.execute("ANALYZE referrals")
    finally:
        await connection.close()


def _people(first: int, last: int) -> list[Participant]:
    names = list(product(_FAMILY, _GIVEN))
    return [
        Participant(
            id=new_id(),
            sequence=1,
            person=Person(
                given_name=names[number % len(names)][1],
                family_name=names[number % len(names)][0],
                birth_date=date(1930, 1, 1) + timedelta(days=number * 7919 % _DAYS),
                postcode=f"ZZ{number % 90 + 1} {number % 10}AA",
                email=f"known{number}@example.org",
            ),
        )
        for number in range(first, last)
    ]
