"""Synthetic people: what happens to them follows from the seed alone, who they are is new in every run.

So the same seed gives the same decisions on a home that has seen it, where the same people would be duplicates. NHS numbers
are of the range 999, phones of 07700 900xxx and addresses at example.org, which are nobody's.
"""

import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from limber_embedded.simulation.practices import PRACTICES

ELIGIBLE = "eligible"
UNDER_AGE = "under age"
RED_FLAG = "red flag"
UNANSWERED = "unanswered"
WRONG_NUMBER = "wrong number"
REFERRED_AGAIN = "referred again"

# How often each happens, of a hundred.
_STORIES = ((ELIGIBLE, 80), (UNDER_AGE, 4), (RED_FLAG, 5), (UNANSWERED, 4), (WRONG_NUMBER, 3), (REFERRED_AGAIN, 4))
_CHANNELS = (("sms", 58), ("email", 38), ("", 4))
# The chance to come to one session, and how many of a hundred have it.
_RELIABILITY = ((0.95, 72), (0.65, 20), (0.0, 8))
_GIVEN = (
    "Ada",
    "Bela",
    "Cara",
    "Dilys",
    "Edwin",
    "Farah",
    "Glyn",
    "Hana",
    "Idris",
    "Joan",
    "Kofi",
    "Lena",
    "Mabel",
    "Nasir",
    "Olwen",
    "Priya",
)
_SYLLABLES = (
    "ba",
    "den",
    "fol",
    "gar",
    "hest",
    "kin",
    "lo",
    "mar",
    "nor",
    "pel",
    "quin",
    "ros",
    "sel",
    "tor",
    "ul",
    "ven",
    "wick",
    "yar",
)
_FIRST_NUMBER = 999_001_000
_ELEVEN = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person of a run: the referral as it is sent, and how they will behave."""

    index: int
    story: str
    practice: str
    referral: dict[str, Any]
    chance_to_come: float
    seed: str

    def comes_to(self, session_number: int) -> str:
        """Return present, absent or excused for one session."""
        chance = random.Random(f"{self.seed}:{self.index}:session {session_number}")  # noqa: S311 - a simulation, to be repeated
        if chance.random() < self.chance_to_come:
            return "present"
        return "excused" if chance.random() < 0.3 else "absent"  # noqa: PLR2004 - three in ten say why

    def answers_offer(self, number: int) -> str | None:
        """Return accepted or declined for somebody's first, second or later offer, or None where they let it end."""
        chance = random.Random(f"{self.seed}:{self.index}:offer {number}").random()  # noqa: S311 - a simulation, to be repeated
        if chance < 0.7:  # noqa: PLR2004 - most
            return "accepted"
        return "declined" if chance < 0.85 else None  # noqa: PLR2004 - of the others every second one says so

    def answers(self, time_point: str, instruments: dict[str, list[str]]) -> dict[str, dict[str, int | bool]] | None:
        """Return the answers to a questionnaire, or None from someone who doesn't answer it. At the end most are better off."""
        chance = random.Random(f"{self.seed}:{self.index}:{time_point}")  # noqa: S311 - a simulation, to be repeated
        at_end = time_point != "baseline"
        if chance.random() < (0.2 if at_end else 0.1):
            return None
        ease = 1 if at_end and self.chance_to_come > 0 else 0
        found: dict[str, dict[str, int | bool]] = {}
        for code, items in instruments.items():
            if code == "NRS":
                found[code] = {items[0]: max(0, chance.randint(4, 8) - 2 * ease)}
            elif code == "CHAIR-STAND":
                found[code] = {"count": chance.randint(7, 13) + 2 * ease, "arms_used": chance.random() < 0.2}  # noqa: PLR2004 - one in five
            elif code == "ACTIVITY":
                found[code] = {items[0]: chance.choice((0, 0, 20, 30, 60)) + 60 * ease}
            else:
                found[code] = {item: max(0, chance.randint(1, 4) - ease) for item in items}
        return found


def people(*, count: int, seed: int, first: int, sites: tuple[str, ...], today: date) -> list[Person]:
    """Return so many people. `first` is the number of people that earlier runs on this home have used up."""
    stories = random.Random(f"limber simulation {seed}")  # noqa: S311 - a simulation, to be repeated
    identities = random.Random(f"limber identities {first}")  # noqa: S311 - these people don't exist
    found: list[Person] = []
    for index in range(count):
        story = _one_of(stories, _STORIES)
        if story == REFERRED_AGAIN and not found:
            story = ELIGIBLE
        person = _person(index, story, stories, identities, first + index, sites, today, str(seed))
        if story == REFERRED_AGAIN:
            earlier = [other for other in found if other.story == ELIGIBLE] or found
            chosen = earlier[stories.randrange(len(earlier))]
            person.referral["patient"] = chosen.referral["patient"]
            person.referral["clinical"] = chosen.referral["clinical"]
        found.append(person)
    return found


def nhs_number(serial: int) -> str:
    """Return a valid NHS number of the range 999 for people; a serial gives the same number again."""
    number = _FIRST_NUMBER + serial
    while (check := _ELEVEN - sum(int(digit) * (10 - place) for place, digit in enumerate(str(number))) % _ELEVEN) == 10:  # noqa: PLR2004 - no such digit
        # Every serial that lands on a number without a check digit takes one from a range of its own.
        number += 500_000
    return f"{number}{check % _ELEVEN}"


def _person(
    index: int,
    story: str,
    stories: random.Random,
    identities: random.Random,
    serial: int,
    sites: tuple[str, ...],
    today: date,
    seed: str,
) -> Person:
    years = stories.randint(20, 44) if story == UNDER_AGE else stories.randint(46, 88)
    practice = PRACTICES[stories.randrange(len(PRACTICES))]
    channel = _one_of(stories, _CHANNELS)
    number = nhs_number(serial)
    if story == WRONG_NUMBER:
        number = number[:-1] + str((int(number[-1]) + 1) % 10)
    # Names that nobody shares, or two people born on one day in one place would be taken for near matches.
    given = f"{_GIVEN[identities.randrange(len(_GIVEN))]}-{_invented(identities, 3)}"
    family = _invented(identities, 4)
    patient: dict[str, Any] = {
        "nhs_number": number,
        "given_name": given,
        "family_name": family,
        "birth_date": (today - timedelta(days=years * 366 - identities.randrange(300))).isoformat(),
        "postcode": practice.postcode,
        "phone": f"07700 900{serial % 1000:03d}" if channel == "sms" else None,
        "email": f"person-{serial}@example.org" if channel == "email" else None,
        "preferred_channel": channel or None,
        "language": "cy" if stories.random() < 0.05 else "en",  # noqa: PLR2004 - one in twenty
        "emergency_contact": {"name": f"Sam {family}", "phone": "07700 900999"},
    }
    clinical: dict[str, Any] = {
        "joints": [stories.choice(("knee", "knee", "hip"))],
        "conditions": ["osteoarthritis"],
        "pain_months": stories.randint(4, 240),
        "needs_supervised_exercise": True,
        "independently_mobile": None if story == UNANSWERED else True,
        "can_attend": True,
        "red_flags": ["hot_swollen_joint"] if story == RED_FLAG else [],
        "close_attention": stories.random() < 0.15,  # noqa: PLR2004 - about one in seven
    }
    referral = {
        "referral_id": f"simulated-{serial}",
        "programme": "escape-pain-knee-hip",
        "referred_on": today.isoformat(),
        "preferred_site": sites[stories.randrange(len(sites))],
        "patient": patient,
        "clinical": clinical,
    }
    return Person(
        index=index,
        story=story,
        practice=practice.code,
        referral=referral,
        chance_to_come=_one_of(stories, _RELIABILITY),
        seed=seed,
    )


def _invented(chance: random.Random, syllables: int) -> str:
    return "".join(_SYLLABLES[chance.randrange(len(_SYLLABLES))] for _ in range(syllables)).title()


def _one_of(chance: random.Random, weighted: tuple[tuple[Any, int], ...]) -> Any:
    return chance.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def synthetic_referrals(*, count: int, first: int, site: str, today: date) -> list[bytes]:
    """Return the bodies of referrals of people who are all eligible and can be reached, for measurements."""
    chance = random.Random(f"limber measurements {first}")  # noqa: S311 - these people don't exist
    bodies = []
    for serial in range(first, first + count):
        referral = _person(serial, ELIGIBLE, chance, chance, serial, (site,), today, "measurement").referral
        referral["clinical"]["close_attention"] = False
        referral["patient"] |= {"phone": f"07700 900{serial % 1000:03d}", "email": f"person-{serial}@example.org"}
        referral["patient"]["preferred_channel"] = "sms" if serial % 5 < 3 else "email"  # noqa: PLR2004 - three of five, as above
        bodies.append(json.dumps(referral).encode())
    return bodies
