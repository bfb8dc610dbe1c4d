"""One simulation: sites and cohorts, referrals, the weeks of the programme, the questionnaires, and the audit at the end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from limber_embedded.broker import admin_client
from limber_embedded.home import Home
from limber_embedded.simulation.journey import CAPACITY, CohortPlan, Course, Progress, live_through, open_cohorts, refer
from limber_embedded.simulation.people import people
from limber_embedded.simulation.system import System
from limber_embedded.sites import live_site

# In a postcode area that doesn't exist, so that nobody who waits on this home is seated among people who don't exist either.
_SITES = (("north", "ZZ1"), ("south", "ZZ2"), ("east", "ZZ3"), ("west", "ZZ4"))
_WEEKDAYS = (("mon", "thu"), ("tue", "fri"), ("mon", "wed"), ("tue", "thu"))
_LONDON = ZoneInfo("Europe/London")
_BEGIN_AT_HOUR = 10
# Fewer seats than people who are eligible, so that some wait; some of those are offered seats of cohorts that open later.
_SEATS_PER_REFERRAL = 0.66
_LATER_SEATS_PER_REFERRAL = 0.1
_WEEKS_LATER = 2


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
    first = reserve(home, referrals)
    async with admin_client(home) as broker:
        system = System(home, broker)
        try:
            await system.start()
            progress("waiting until what is under way is done", 0.0)
            await system.come_to_rest()
            # Always at the same hour: at night messages wait for the morning, and some have lost their use by then.
            await system.move_clock_to(next_morning(system.now()))
            await system.come_to_rest()
            before, aside_before = await system.audits(), await system.left_over()
            today = system.now().date()
            sites = tuple(f"simulated-{first}-{name}" for name, _ in _SITES)
            progress("opening sites and cohorts", 0.0)
            course = Course(people=people(count=referrals, seed=seed, first=first, sites=sites, today=today))
            cohorts = max(1, round(referrals * _SEATS_PER_REFERRAL / CAPACITY))
            later = max(1, round(referrals * _LATER_SEATS_PER_REFERRAL / CAPACITY))
            await _open_sites(system, sites, today, rooms=cohorts + later)
            await open_cohorts(system, course, _plans(sites, range(cohorts)), today=today)
            await refer(home, course, progress)
            await system.come_to_rest()
            progress("opening cohorts for those who wait", 0.2)
            # On another day: nobody hears more than four things in one, and which would be the fifth is a race between services.
            await system.move_clock_to(next_morning(system.now()))
            await system.come_to_rest()
            later_on = today + timedelta(weeks=_WEEKS_LATER)
            await open_cohorts(system, course, _plans(sites, range(cohorts, cohorts + later)), today=later_on)
            await live_through(system, home, course, progress)
            messages = await _messages(home, course)
            outcome = _outcome(seed, course, messages, before, await system.audits())
            outcome.problems.extend(left_over(aside_before, await system.left_over()))
            return outcome
        finally:
            await system.close()


async def _open_sites(system: System, sites: tuple[str, ...], today: date, *, rooms: int) -> None:
    """Each with a room for every cohort: some are at the same time."""
    for site, (name, outward_code) in zip(sites, _SITES, strict=True):
        body = live_site(name=f"{name.title()} Leisure Centre", outward_code=outward_code, rooms=rooms, today=today)
        await system.put(f"/scheduling/sites/{site}", body)


def _plans(sites: tuple[str, ...], numbers: range) -> list[CohortPlan]:
    return [
        CohortPlan(
            number=number,
            site=sites[number % len(sites)],
            weekdays=_WEEKDAYS[number // len(sites) % len(_WEEKDAYS)],
            starts_at="10:00" if number % 2 else "14:00",
        )
        for number in numbers
    ]


def next_morning(now: datetime) -> datetime:
    """Return ten in the morning of the next day in London: at night messages wait, and some have lost their use by then."""
    local = now.astimezone(_LONDON)
    return (local + timedelta(days=1)).replace(hour=_BEGIN_AT_HOUR, minute=0, second=0, microsecond=0)


def reserve(home: Home, count: int) -> int:
    """Return how many people earlier runs have used up, and count these as used."""
    file = home.folder / "simulated-people"
    used = int(file.read_text()) if file.exists() else 0
    file.write_text(str(used + count))
    return used


def left_over(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> list[str]:
    """Return what is left to relay or held now, and what was set aside since, as sentences."""
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


async def _messages(home: Home, course: Course) -> dict[str, int]:
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


def _outcome(seed: int, course: Course, messages: dict[str, int], before: dict[str, Any], after: dict[str, Any]) -> Outcome:
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
