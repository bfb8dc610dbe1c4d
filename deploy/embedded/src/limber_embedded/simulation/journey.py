"""The way of synthetic people through the running system: sites and cohorts, referrals, registers, offers, questionnaires."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import asyncpg

from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.senders import Message, add_practices, practice
from limber_embedded.simulation.practices import PRACTICES
from limber_embedded.simulation.system import System
from limber_embedded.sites import PROGRAMME, lead_requests

Progress = Callable[[str, float], None]

CAPACITY = 10
_DAYS_BEFORE_THE_START = 10
_STANDING_OFFERS = """
    SELECT offer_id, token, participant_id, number FROM (
        SELECT o.*, p.participant_id, row_number() OVER (PARTITION BY place_id ORDER BY offered_at) AS number
        FROM offers o JOIN places p USING (place_id)
    ) numbered WHERE status = 'offered' ORDER BY offered_at, offer_id
"""
_REGISTER_AFTER = timedelta(minutes=5)
# How long after the last questionnaire something may still be due that belongs to it, such as a message that waits for morning.
_AFTERWARDS = timedelta(days=2)
_DAYS_IN_ALL = 290.0
# As many at once as staff of a large programme might.
_AT_ONCE = 6


class Person(Protocol):
    """One person of a run: the referral as it is sent, and how they behave."""

    @property
    def practice(self) -> str:
        """The code of the practice that refers them."""

    @property
    def referral(self) -> dict[str, Any]:
        """The referral as it is sent."""

    def comes_to(self, session_number: int) -> str:
        """Return present, absent or excused for one session."""

    def answers_offer(self, number: int) -> str | None:
        """Return accepted or declined for an offer, or None where they let it end."""

    def answers(self, time_point: str, instruments: dict[str, list[str]]) -> dict[str, dict[str, int | bool]] | None:
        """Return the answers to a questionnaire, or None from someone who doesn't answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortPlan:
    """One cohort: `number` tells it and its lead from the others of the site."""

    number: int
    site: str
    weekdays: tuple[str, str]
    starts_at: str


@dataclass(kw_only=True)
class Course:
    """What is known of the run so far. `in_order`: one thing after the other, so that the same people meet the same again.

    Otherwise several at once, and only until everything is answered that will be.
    """

    people: Sequence[Person]
    in_order: bool = True
    by_participant: dict[str, Person] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    unheld: list[tuple[datetime, str, int]] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    offers_seen: set[str] = field(default_factory=set)


async def open_cohorts(system: System, course: Course, plans: Sequence[CohortPlan], *, today: date) -> None:
    """Open cohorts of twelve sessions, each with a lead of its own."""
    # On a Monday, whatever day it is, so that the same seed meets the same weeks.
    start = today + timedelta(days=_DAYS_BEFORE_THE_START + (-(today.weekday() + _DAYS_BEFORE_THE_START)) % 7)
    for plan in plans:
        lead_id, requests = lead_requests(
            key=f"{plan.site} {plan.number}", name=f"Lead {plan.number + 1}", site=plan.site, today=today
        )
        for path, lead in requests:
            await system.put(f"/scheduling{path}", lead)
        body = {
            "site_id": plan.site,
            "programme": PROGRAMME,
            "lead_id": str(lead_id),
            "starts_on": start.isoformat(),
            "weekdays": list(plan.weekdays),
            "starts_at": plan.starts_at,
            "sessions": 12,
            "capacity": CAPACITY,
        }
        opened = await system.post("/scheduling/cohorts", body)
        if course.in_order:
            # So that the same cohorts are allocated together whenever the same seed is run.
            await system.come_to_rest()
        course.unheld += [
            (datetime.fromisoformat(one["starts_at"]) + timedelta(hours=1), one["session_id"], one["number"])
            for one in opened["sessions"]
        ]
    course.unheld.sort()


async def refer(home: Home, course: Course, progress: Progress) -> None:
    """Refer everybody, each from their practice, and note what was decided."""
    await add_practices(home, {one.code: one.name for one in PRACTICES})
    waiting: dict[str, Person] = {}
    async with AsyncExitStack() as stack:
        connections = {one.code: await stack.enter_async_context(practice(home, one.code)) for one in PRACTICES}
        for person in course.people:
            message = Message(body=json.dumps(person.referral).encode())
            waiting[message.event_id] = person
            # One after the other, whoever sends: the order in which they arrive decides who gets the last seat.
            await connections[person.practice].publish(message)
            progress("sending referrals", 0.1 * len(waiting) / len(course.people))
        silent = 0
        while len(course.receipts) < len(waiting):
            came = [receipt for one in connections.values() for receipt in await one.receipts(seconds=0.2)]
            silent = 0 if came else silent + 1
            if silent > 50:  # noqa: PLR2004 - over a minute
                missing = len(waiting) - len(course.receipts)
                raise Problem(f"{missing} of {len(waiting)} referrals have no receipt after a minute.")
            for receipt in came:
                sent = waiting.get(receipt["event_id"])
                if sent is not None:
                    _note(course, sent, receipt)
            progress("receiving receipts", 0.1 + 0.1 * len(course.receipts) / len(waiting))


def _note(course: Course, person: Person, receipt: dict[str, Any]) -> None:
    known = course.receipts.setdefault(receipt["event_id"], receipt)
    if known is receipt:
        course.statuses[receipt["status"]] += 1
        if receipt["status"] == "accepted":
            course.by_participant[receipt["participant_id"]] = person
    elif known["status"] != receipt["status"]:
        raise Problem(f"The event {receipt['event_id']} has two different receipts.")


async def live_through(system: System, home: Home, course: Course, progress: Progress) -> None:
    """Move time on from one thing that is due to the next, and have people do what is theirs, until nothing of theirs is open."""
    begun = system.now()
    last_of_ours: datetime | None = None
    while True:
        due = await system.come_to_rest()
        if await _answer_offers(system, home, course) or await _answer_questionnaires(system, course):
            continue
        open_ones = course.unheld or await _open_questionnaires(system, course)
        if not open_ones:
            last_of_ours = last_of_ours or system.now()
            if due is None or due > last_of_ours + _AFTERWARDS:
                return
        moments = [due] if due else []
        if course.unheld:
            moments.append(course.unheld[0][0] + _REGISTER_AFTER)
        if not moments:
            raise Problem("Questionnaires are open, and nothing will ever close them.")
        await system.move_clock_to(min(moments))
        days = (system.now() - begun).days
        progress(f"day {days} of the programme", min(0.99, 0.2 + 0.8 * days / _DAYS_IN_ALL))
        await _keep_registers(system, course)


async def _keep_registers(system: System, course: Course) -> None:
    held: list[tuple[str, int]] = []
    while course.unheld and course.unheld[0][0] + _REGISTER_AFTER <= system.now():
        _, session_id, number = course.unheld.pop(0)
        held.append((session_id, number))
    await _do_all(course, [_keep_register(system, course, session_id, number) for session_id, number in held])


async def _keep_register(system: System, course: Course, session_id: str, number: int) -> None:
    sheet = await system.get(f"/scheduling/sessions/{session_id}/register")
    ids = [line["participant_id"] for line in sheet["lines"]]
    # Somebody who was waiting before this run may have been given a seat too, and comes every time.
    came = {one: course.by_participant[one].comes_to(number) if one in course.by_participant else "present" for one in ids}
    entries = [{"participant_id": one, "status": status} for one, status in came.items()]
    if entries:
        await system.put(f"/scheduling/sessions/{session_id}/register", {"entries": entries})


async def _do_all(course: Course, deeds: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Do all of them, one after the other or a few at a time."""
    some = asyncio.Semaphore(1 if course.in_order else _AT_ONCE)

    async def one_of_them(deed: Coroutine[Any, Any, None]) -> None:
        async with some:
            await deed

    await asyncio.gather(*(one_of_them(deed) for deed in deeds))


async def _answer_offers(system: System, home: Home, course: Course) -> bool:
    """Answer the offers that stand as people do, by the link that they were sent; some say nothing."""
    connection = await asyncpg.connect(home.dsn("scheduling"))
    try:
        rows = await connection.fetch(_STANDING_OFFERS)
    finally:
        await connection.close()
    answered = False
    for row in rows:
        person = course.by_participant.get(str(row["participant_id"]))
        if person is None or str(row["offer_id"]) in course.offers_seen:
            continue
        course.offers_seen.add(str(row["offer_id"]))
        if (answer := person.answers_offer(row["number"])) is not None:
            await system.submit(f"/scheduling/offers/{row['token']}", {"answer": answer})
            answered = True
    return answered


async def _questionnaires(system: System, status: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = await system.get("/outcomes/questionnaires", status=status, limit=1000, offset=len(found))
        found += answer["questionnaires"]
        if len(found) >= answer["total"] or not answer["questionnaires"]:
            return found


async def _answer_questionnaires(system: System, course: Course) -> bool:
    sent: list[Coroutine[Any, Any, None]] = []
    for one in await _questionnaires(system, "due"):
        person = course.by_participant.get(one["participant_id"])
        if person is None or one["questionnaire_id"] in course.unanswered:
            continue
        answers = person.answers(one["time_point"], one["instruments"])
        if answers is None:
            course.unanswered.add(one["questionnaire_id"])
            continue
        sent.append(_send_answers(system, one["questionnaire_id"], answers))
    await _do_all(course, sent)
    return bool(sent)


async def _send_answers(system: System, questionnaire_id: str, answers: dict[str, dict[str, int | bool]]) -> None:
    await system.post(f"/outcomes/questionnaires/{questionnaire_id}/answers", {"answers": answers})


async def _open_questionnaires(system: System, course: Course) -> list[dict[str, Any]]:
    found = [*await _questionnaires(system, "due"), *await _questionnaires(system, "planned")]
    ours = [one for one in found if one["participant_id"] in course.by_participant]
    # Who goes to the end of everything also waits for what nobody answers, until it is missed.
    return ours if course.in_order else [one for one in ours if _will_answer(course, one)]


def _will_answer(course: Course, one: dict[str, Any]) -> bool:
    return course.by_participant[one["participant_id"]].answers(one["time_point"], one["instruments"]) is not None
