"""Signposts: near, suitable, in date, short, and never an offer for sale."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.nearness import Places, Position, km_between
from outcomes.domain.signposting import LONGEST_LIST, MOST_OF_ONE_KIND, LocalService, Wishes, km_to, searched, signposts_for

TODAY = date(2027, 1, 11)


def service(
    code: str = "walks",
    *,
    outward_codes: tuple[str, ...] = (),
    joints: tuple[str, ...] = (),
    expires_on: date = date(2028, 1, 1),
    is_price_offer: bool = False,
) -> LocalService:
    return LocalService(
        code=code,
        title=f"Service {code}",
        url=None,
        outward_codes=outward_codes,
        joints=joints,
        expires_on=expires_on,
        is_price_offer=is_price_offer,
    )


# SW17 is about 2 km from SW18, LE1 is not near.
PLACES = Places(
    {"SW18": Position(51.45, -0.19), "SW17": Position(51.43, -0.17), "SW1": Position(51.5, -0.13), "LE1": Position(52.6, -1.1)}
)


def codes(*directory: LocalService, outward_code: str | None = "SW18", **wishes: tuple[str, ...]) -> list[str]:
    asked = Wishes(outward_code=outward_code, **({"joints": ("knee",)} | wishes))
    return [one.code for one in signposts_for(services=directory, wishes=asked, places=PLACES, today=TODAY)]


@pytest.mark.parametrize(
    ("prefix", "outward_code", "fits"),
    [
        ("SW18", "SW18", True),
        ("SW", "SW18", True),
        ("SW1", "SW18", False),
        ("S", "SW18", False),
        ("W", "W1A", True),
        ("W1", "W1A", False),
        ("SW18", None, False),
        ("SW18", "sw18", True),
    ],
)
def test_an_area_is_a_whole_outward_code_or_its_letters(prefix: str, outward_code: str | None, fits: bool) -> None:  # noqa: FBT001 - a table
    assert (km_to(service(outward_codes=(prefix,)), outward_code=outward_code, places=Places({})) is not None) is fits


def test_the_nearest_come_first_and_everywhere_comes_last() -> None:
    directory = (service("all"), service("area", outward_codes=("SW",)), service("here", outward_codes=("SW18",)))
    assert codes(*directory) == ["here", "area", "all"]


def test_services_for_another_joint_or_another_place_are_left_out() -> None:
    assert codes(
        service("hips", joints=("hip",)), service("far", outward_codes=("LE1",)), service("knees", joints=("knee",))
    ) == ["knees"]


def test_an_entry_is_not_shown_from_the_day_it_expires() -> None:
    assert codes(service("today", expires_on=TODAY), service("tomorrow", expires_on=date(2027, 1, 12))) == ["tomorrow"]


def test_an_offer_for_sale_is_never_signposted() -> None:
    assert codes(service("cheap gym", is_price_offer=True), service("walks")) == ["walks"]


def test_an_unknown_address_gets_what_is_for_everywhere() -> None:
    assert codes(service("here", outward_codes=("SW18",)), service("all"), outward_code=None) == ["all"]


def test_a_place_must_name_each_access_need_and_what_is_everywhere_need_not() -> None:
    hall = replace(service("hall", outward_codes=("SW18",)), access=("step_free",))
    directory = (hall, service("stairs", outward_codes=("SW18",)), service("online"))
    assert codes(*directory, access_needs=("step_free",)) == ["hall", "online"]
    assert codes(*directory, access_needs=("step_free", "hearing_loop")) == ["online"]
    assert codes(*directory) == ["hall", "stairs", "online"]


def test_what_lies_beyond_the_next_outward_code_is_near_too_and_comes_after_what_is_nearer() -> None:
    directory = (
        service("next", outward_codes=("SW17",)),
        service("here", outward_codes=("SW18",)),
        service("far", outward_codes=("LE1",)),
    )
    assert codes(*directory) == ["here", "next"]
    assert {"SW18", "SW17", "SW"} <= searched(["sw18", None], places=PLACES)
    assert "LE1" not in searched(["SW18"], places=PLACES)


def test_who_named_interests_gets_those_first_and_nothing_of_other_kinds() -> None:
    swim = replace(service("swim", outward_codes=("SW17",)), interests=("water",))
    gym = replace(service("gym", outward_codes=("SW18",)), interests=("gym",))
    helpline = service("helpline")
    assert codes(gym, swim, helpline, interests=("water",)) == ["swim", "helpline"]
    assert codes(gym, swim, helpline) == ["gym", "swim", "helpline"]


def test_a_list_has_two_of_one_kind_at_most() -> None:
    classes = [replace(service(f"yoga {number}", outward_codes=("SW18",)), interests=("balance",)) for number in range(9)]
    walk = replace(service("walk", outward_codes=("SW17",)), interests=("walking",))
    assert codes(*classes, walk) == ["yoga 0", "yoga 1", "walk"]
    assert MOST_OF_ONE_KIND == 2


def test_distances_are_those_of_the_globe() -> None:
    """London to Leeds is about 273 km as the crow flies."""
    assert km_between(Position(51.5074, -0.1278), Position(53.8008, -1.5491)) == pytest.approx(273, abs=3)


@given(st.lists(st.sampled_from(["SW18", "SW", "LE1", ""]), max_size=20))
def test_the_list_is_short_and_has_nothing_twice(areas: list[str]) -> None:
    directory = [service(str(n), outward_codes=(area,) if area else ()) for n, area in enumerate(areas)]
    found = codes(*directory)
    assert len(found) <= LONGEST_LIST
    assert len(set(found)) == len(found)
