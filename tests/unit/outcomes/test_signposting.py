"""Signposts: near, suitable, in date, short, and never an offer for sale."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.signposting import LONGEST_LIST, LocalService, nearness, signposts_for

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


def codes(*directory: LocalService, outward_code: str | None = "SW18", joints: tuple[str, ...] = ("knee",)) -> list[str]:
    return [s.code for s in signposts_for(directory=directory, outward_code=outward_code, joints=joints, today=TODAY)]


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
    assert (nearness(service(outward_codes=(prefix,)), outward_code=outward_code) is not None) is fits


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
    stairs, online = service("stairs", outward_codes=("SW18",)), service("online")
    needs = {"directory": (hall, stairs, online), "outward_code": "SW18", "joints": ("knee",), "today": TODAY}
    assert [one.code for one in signposts_for(**needs, access_needs=("step_free",))] == ["hall", "online"]  # type: ignore[arg-type]  # a table of arguments
    assert [one.code for one in signposts_for(**needs, access_needs=("step_free", "hearing_loop"))] == ["online"]  # type: ignore[arg-type]  # a table of arguments
    assert [one.code for one in signposts_for(**needs)] == ["hall", "stairs", "online"]  # type: ignore[arg-type]  # a table of arguments


@given(st.lists(st.sampled_from(["SW18", "SW", "LE1", ""]), max_size=20))
def test_the_list_is_short_and_has_nothing_twice(areas: list[str]) -> None:
    directory = [service(str(n), outward_codes=(area,) if area else ()) for n, area in enumerate(areas)]
    found = codes(*directory)
    assert len(found) <= LONGEST_LIST
    assert len(set(found)) == len(found)
