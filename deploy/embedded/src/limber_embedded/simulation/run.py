"""One simulation: sites and cohorts, referrals, the weeks of the programme, the questionnaires, and the audit at the end."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from limber_embedded.broker import admin_client
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.senders import Message, add_practices, practice
from limber_embedded.simulation.people import Person, people
from limber_embedded.simulation.practices import PRACTICES
from limber_embedded.simulation.system import System
from limber_embedded.sites import PROGRAMME, lead_requests, live_site

Progress = Callable[[str, float], None]

# In a postcode area that doesn't exist, so that nobody who waits on this home is seated among people who don't exist either.
_SITES = (("north", "ZZ1"), ("south", "ZZ2"), ("east", "ZZ3"), ("west", "ZZ4"))
_WEEKDAYS = (("mon", "thu"), ("tue", "fri"), ("mon", "wed"), ("tue", "thu"))
_LONDON = ZoneInfo("Europe/London")
_BEGIN_AT_HOUR = 10
_CAPACITY = 10
# Fewer seats than people who are eligible, so that some wait; some of those are offered seats of cohorts that open later.
_SEATS_PER_REFERRAL = 0.66
_LATER_SEATS_PER_REFERRAL = 0.1
_WEEKS_LATER = 2
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


@dataclass(kw_only=True)
class _Course:
    """What is known of the run so far."""

    people: list[Person]
    by_participant: dict[str, Person] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    unheld: list[tuple[datetime, str, int]] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    offers_seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run found. `problems` is empty when the audit is clean."""

    seed: int
    funnel: dict[str, int]
    messages: dict[str, int]
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        """Return the outcome for programs."""
        audit = {"clean": not self.problems, "problems": self.problems}
        return {"seed": self.seed, "funnel": self.funnel, "messages": self.messages, "audit": audit}


async def simulate(home: Home, *, referrals: int, seed: int, progress: Progress) -> Outcome:
    """Send so many people through the running system and return the funnel and the audit."""
    first = _reserve(home, referrals)
    async with admin_client(home) as broker:
        system = System(home, broker)
        try:
            await system.start()
            progress("waiting until what is under way is done", 0.0)
            await system.come_to_rest()
            # Always at the same hour: at night messages wait for the morning, and some have lost their use by then.
            await system.move_clock_to(_next_morning(system.now()))
            await system.come_to_rest()
            before, aside_before = await system.audits(), await system.left_over()
            today = system.now().date()
            sites = tuple(f"simulated-{first}-{name}" for name, _ in _SITES)
            progress("opening sites and cohorts", 0.0)
            course = _Course(people=people(count=referrals, seed=seed, first=first, sites=sites, today=today))
            cohorts = max(1, round(referrals * _SEATS_PER_REFERRAL / _CAPACITY))
            later = max(1, round(referrals * _LATER_SEATS_PER_REFERRAL / _CAPACITY))
            await _open_sites(system, sites, today, rooms=cohorts + later)
            await _open_cohorts(system, course, sites, today, numbers=range(cohorts))
            await _refer(home, course, progress)
            await system.come_to_rest()
            progress("opening cohorts for those who wait", 0.2)
            later_on = today + timedelta(weeks=_WEEKS_LATER)
            await _open_cohorts(system, course, sites, later_on, numbers=range(cohorts, cohorts + later))
            await _live_through(system, home, course, progress)
            messages = await _messages(home, course)
            outcome = _outcome(seed, course, messages, before, await system.audits())
            outcome.problems.extend(_left_over(aside_before, await system.left_over()))
            return outcome
        finally:
            await system.close()


def _next_morning(now: datetime) -> datetime:
    local = now.astimezone(_LONDON)
    return (local + timedelta(days=1)).replace(hour=_BEGIN_AT_HOUR, minute=0, second=0, microsecond=0)


def _reserve(home: Home, count: int) -> int:
    """Return how many people earlier runs have used up, and count these as used."""
    file = home.folder / "simulated-people"
    used = int(file.read_text()) if file.exists() else 0
    file.write_text(str(used + count))
    return used


async def _open_sites(system: System, sites: tuple[str, ...], today: date, *, rooms: int) -> None:
    """Each with a room for every cohort: some are at the same time."""
    for site, (name, outward_code) in zip(sites, _SITES, strict=True):
        body = live_site(name=f"{name.title()} Leisure Centre", outward_code=outward_code, rooms=rooms, today=today)
        await system.put(f"/scheduling/sites/{site}", body)


async def _open_cohorts(system: System, course: _Course, sites: tuple[str, ...], today: date, *, numbers: range) -> None:
    # On a Monday, whatever day it is, so that the same seed meets the same weeks.
    start = today + timedelta(days=_DAYS_BEFORE_THE_START + (-(today.weekday() + _DAYS_BEFORE_THE_START)) % 7)
    for number in numbers:
        weekdays = _WEEKDAYS[number // len(sites) % len(_WEEKDAYS)]
        site = sites[number % len(sites)]
        lead_id, requests = lead_requests(key=f"{site} {number}", name=f"Lead {number + 1}", site=site, today=today)
        for path, lead in requests:
            await system.put(f"/scheduling{path}", lead)
        body = {
            "site_id": site,
            "programme": PROGRAMME,
            "lead_id": str(lead_id),
            "starts_on": start.isoformat(),
            "weekdays": list(weekdays),
            "starts_at": "10:00" if number % 2 else "14:00",
            "sessions": 12,
            "capacity": _CAPACITY,
        }
        opened = await system.post("/scheduling/cohorts", body)
        # So that the same cohorts are allocated together whenever the same seed is run.
        await system.come_to_rest()
        course.unheld += [
            (datetime.fromisoformat(one["starts_at"]) + timedelta(hours=1), one["session_id"], one["number"])
            for one in opened["sessions"]
        ]
    course.unheld.sort()


async def _refer(home: Home, course: _Course, progress: Progress) -> None:
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


def _note(course: _Course, person: Person, receipt: dict[str, Any]) -> None:
    known = course.receipts.setdefault(receipt["event_id"], receipt)
    if known is receipt:
        course.statuses[receipt["status"]] += 1
        if receipt["status"] == "accepted":
            course.by_participant[receipt["participant_id"]] = person
    elif known["status"] != receipt["status"]:
        raise Problem(f"The event {receipt['event_id']} has two different receipts.")


async def _live_through(system: System, home: Home, course: _Course, progress: Progress) -> None:
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


async def _keep_registers(system: System, course: _Course) -> None:
    while course.unheld and course.unheld[0][0] + _REGISTER_AFTER <= system.now():
        _, session_id, number = course.unheld.pop(0)
        sheet = await system.get(f"/scheduling/sessions/{session_id}/register")
        ids = [line["participant_id"] for line in sheet["lines"]]
        # Somebody who was waiting before this run may have been given a seat too, and comes every time.
        came = {one: course.by_participant[one].comes_to(number) if one in course.by_participant else "present" for one in ids}
        entries = [{"participant_id": one, "status": status} for one, status in came.items()]
        if entries:
            await system.put(f"/scheduling/sessions/{session_id}/register", {"entries": entries})


async def _answer_offers(system: System, home: Home, course: _Course) -> bool:
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


async def _answer_questionnaires(system: System, course: _Course) -> bool:
    answered = False
    for one in await _questionnaires(system, "due"):
        person = course.by_participant.get(one["participant_id"])
        if person is None or one["questionnaire_id"] in course.unanswered:
            continue
        answers = person.answers(one["time_point"], one["instruments"])
        if answers is None:
            course.unanswered.add(one["questionnaire_id"])
            continue
        await system.post(f"/outcomes/questionnaires/{one['questionnaire_id']}/answers", {"answers": answers})
        answered = True
    return answered


async def _open_questionnaires(system: System, course: _Course) -> list[dict[str, Any]]:
    found = [*await _questionnaires(system, "due"), *await _questionnaires(system, "planned")]
    return [one for one in found if one["participant_id"] in course.by_participant]


def _left_over(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> list[str]:
    problems = []
    for service, left in after.items():
        if left["outbox"]:
            problems.append(f"{service}: {left['outbox']} events are left to relay")
        if left["held_waiting"]:
            problems.append(f"{service}: {left['held_waiting']} events are held waiting")
        if left["set_aside"] > before[service]["set_aside"]:
            problems.append(f"{service}: {left['set_aside'] - before[service]['set_aside']} events were set aside")
    return problems


_FUNNEL = (
    ("placed", "scheduling", "placed"),
    ("waiting", "scheduling", "waiting"),
    ("started", "scheduling", "started"),
    ("completed", "scheduling", "completed"),
    ("below_completion", "scheduling", "below_completion"),
    ("never_started", "scheduling", "never_started"),
    ("cut_short", "scheduling", "cut_short"),
    ("discontinued", "scheduling", "discontinued"),
    ("offers", "scheduling", "offers"),
    ("offers_accepted", "scheduling", "offers_accepted"),
    ("offers_declined", "scheduling", "offers_declined"),
    ("offers_expired", "scheduling", "offers_expired"),
    ("off_the_list", "scheduling", "declined"),
    ("baseline_completed", "outcomes", "baseline_completed"),
    ("end_completed", "outcomes", "end_completed"),
    ("assessed", "outcomes", "assessed"),
    ("signposted", "outcomes", "signposted"),
)
_FINAL_PLACES = ("waiting", "completed", "below_completion", "never_started", "cut_short", "discontinued", "off_the_list")


async def _messages(home: Home, course: _Course) -> dict[str, int]:
    """Count what was sent to the people of this run alone: others on the home hear things meanwhile too."""
    ids = sorted({receipt["participant_id"] for receipt in course.receipts.values() if receipt["participant_id"]})
    connection = await asyncpg.connect(home.dsn("notifications"))
    try:
        rows = await connection.fetch(
            "SELECT kind, status, count(*) FROM messages WHERE participant_id = ANY($1::uuid[])"
            " GROUP BY kind, status ORDER BY kind",
            ids,
        )
    finally:
        await connection.close()
    found: dict[str, int] = {row["kind"]: row["count"] for row in rows if row["status"] == "sent"}
    found["dropped"] = sum(row["count"] for row in rows if row["status"] == "dropped")
    return found


def _outcome(seed: int, course: _Course, messages: dict[str, int], before: dict[str, Any], after: dict[str, Any]) -> Outcome:
    def grown(service: str, name: str) -> int:
        return int(after[service]["funnel"].get(name, 0)) - int(before[service]["funnel"].get(name, 0))

    funnel = {"referred": len(course.people), **{status: course.statuses[status] for status in sorted(course.statuses)}}
    funnel["enrolled"] = grown("enrolment", "enrolled")
    funnel |= {name: grown(service, key) for name, service, key in _FUNNEL}
    problems = [f"{service}: {problem}" for service, audit in after.items() for problem in audit["problems"]]
    if len(course.receipts) != len(course.people):
        problems.append(f"{len(course.people) - len(course.receipts)} referrals have no receipt")
    if grown("enrolment", "referred") != len(course.people):
        problems.append(f"{len(course.people)} referrals were sent and {grown('enrolment', 'referred')} were recorded")
    if funnel["enrolled"] != course.statuses["accepted"]:
        problems.append(f"{course.statuses['accepted']} referrals were accepted and {funnel['enrolled']} people are enrolled")
    ended = sum(funnel[name] for name in _FINAL_PLACES)
    if ended != funnel["enrolled"]:
        problems.append(f"{funnel['enrolled']} people are enrolled and {ended} have a final state in scheduling")
    return Outcome(seed=seed, funnel=funnel, messages=messages, problems=problems)
