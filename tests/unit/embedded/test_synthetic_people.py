"""The people that simulations send."""

from datetime import date

from enrolment.domain.nhs_number import parse_nhs_number
from limber_embedded.simulation.people import ELIGIBLE, nhs_number, people, synthetic_referrals

TODAY = date(2026, 11, 23)


def of_run(first: int, seed: int = 1) -> list[dict[str, object]]:
    return [
        {
            "story": one.story,
            "practice": one.practice,
            "site": one.referral["preferred_site"],
            "clinical": one.referral["clinical"],
        }
        for one in people(count=80, seed=seed, first=first, sites=("a", "b"), today=TODAY)
    ]


def test_what_happens_to_people_follows_from_the_seed_alone() -> None:
    assert of_run(0) == of_run(5000)
    assert of_run(0, seed=1) != of_run(0, seed=2)


def test_who_they_are_is_new_in_every_run() -> None:
    def identities(first: int) -> set[str]:
        found = people(count=80, seed=1, first=first, sites=("a",), today=TODAY)
        return {one.referral["patient"]["nhs_number"] for one in found} | {
            one.referral["patient"]["family_name"] for one in found
        }

    assert not identities(0) & identities(80)


def test_numbers_are_valid_synthetic_and_used_once() -> None:
    numbers = [nhs_number(serial) for serial in range(20_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") and parse_nhs_number(number) == number for number in numbers)


def test_nobody_has_a_real_phone_or_address() -> None:
    for one in people(count=200, seed=3, first=0, sites=("a",), today=TODAY):
        patient = one.referral["patient"]
        assert patient["phone"] is None or patient["phone"].startswith("07700 900")
        assert patient["email"] is None or patient["email"].endswith("@example.org")


def test_a_person_behaves_the_same_when_asked_again() -> None:
    (one,) = (one for one in people(count=1, seed=1, first=0, sites=("a",), today=TODAY))
    instruments = {"NRS": ["pain"], "KOOS-12": ["P1", "P5"], "CHAIR-STAND": ["count", "arms_used"], "ACTIVITY": ["minutes"]}
    assert [one.comes_to(number) for number in range(12)] == [one.comes_to(number) for number in range(12)]
    assert one.answers("baseline", instruments) == one.answers("baseline", instruments)
    assert one.story == ELIGIBLE or one.story


def test_people_for_measurements_can_all_be_placed_and_reached() -> None:
    bodies = synthetic_referrals(count=50, first=0, site="bench", today=TODAY)
    assert len(set(bodies)) == 50
    assert all(b'"close_attention": false' in body and b"example.org" in body for body in bodies)
