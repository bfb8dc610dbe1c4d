"""One effect per event, whatever happens, and nothing silently dropped."""

from collections.abc import Awaitable, Callable

from support import tally
from support.kit_bench import Bench, eventually


async def test_an_event_has_its_effect_and_is_told_on(bench: Bench) -> None:
    async with bench.service():
        sent = await bench.send("a")
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [sent]
    assert await bench.told() == [sent]


async def test_a_group_has_one_effect_per_event(bench: Bench) -> None:
    sent = sorted([await bench.send(f"key-{number % 7}") for number in range(300)])
    async with bench.service():
        await eventually(lambda: bench.all_done(300))
    assert await bench.effects() == sent
    assert await bench.told() == sent


async def test_an_event_published_twice_has_one_effect(bench: Bench) -> None:
    async with bench.service():
        sent = await bench.send("a", event_id="twice")
        await bench.send("a", event_id="twice")
        other = await bench.send("a", event_id="once")
        await eventually(lambda: bench.all_done(2))
    assert await bench.effects() == sorted([sent, other])
    assert await bench.told() == sorted([sent, other])


async def test_a_poison_message_in_a_group_is_held_and_the_others_are_done(bench: Bench) -> None:
    good = [await bench.send(f"good-{number}") for number in range(40)]
    bad = await bench.send("bad", "poison")
    good += [await bench.send(f"more-{number}") for number in range(40)]
    async with bench.service():
        await eventually(lambda: bench.all_done(80))
    assert await bench.effects() == sorted(good)
    (held,) = await bench.held()
    assert held["event_id"] == bad
    assert "RuntimeError" in held["reason"]
    assert "secret" not in held["reason"]


async def test_a_message_that_breaks_its_reader_is_held_and_the_others_are_done(bench: Bench) -> None:
    good = [await bench.send(f"good-{number}") for number in range(20)]
    bad = await bench.send("bad", "break reading")
    good += [await bench.send(f"more-{number}") for number in range(20)]
    async with bench.service():
        await eventually(lambda: bench.all_done(40))
        (held,) = await bench.held()
    assert await bench.effects() == sorted(good)
    assert held["event_id"] == bad
    assert "ZeroDivisionError" in held["reason"]


async def test_a_fault_that_looks_like_the_databases_own_stops_nothing_while_the_database_answers(bench: Bench) -> None:
    bad = await bench.send("bad", "look like a network")
    good = await bench.send("good")
    async with bench.service():
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [good]
    assert [row["event_id"] for row in await bench.held()] == [bad]


async def test_what_comes_before_its_time_waits_with_the_later_ones_of_its_key_behind_it(bench: Bench) -> None:
    async with bench.service():
        early = await bench.send("late-key", "needs key")
        behind = await bench.send("late-key")
        free = await bench.send("other-key")
        await eventually(lambda: bench.all_done(1))
        assert await bench.effects() == [free]
        assert [row["event_id"] for row in await bench.held()] == [early, behind]
        await bench.send("late-key", type_=tally.INTRODUCED)
        await eventually(lambda: bench.all_done(3))
        await eventually(_nothing_held(bench))
    assert await bench.effects() == sorted([early, behind, free])
    assert await bench.told() == sorted([early, behind, free])


async def test_an_unreadable_message_is_set_aside_at_once_and_hinders_nobody(bench: Bench) -> None:
    async with bench.service():
        await bench.send("a", body=b"\xff not json")
        good = await bench.send("a")
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [good]
    (aside,) = await bench.held("set_aside")
    assert aside["reason"] == "The field key is missing."


async def test_a_header_that_no_database_can_store_is_no_reason_to_stop(bench: Bench) -> None:
    async with bench.service():
        await bench.send("a", body=b"unreadable", headers={"X-Nul": "a\x00b"})
        good = await bench.send("a")
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [good]
    (aside,) = await bench.held("set_aside")
    assert "\x00" not in aside["headers"]


async def test_headers_that_look_like_the_brokers_own_do_not_make_a_message_vanish(bench: Bench) -> None:
    async with bench.service():
        sent = [await bench.send("a", headers={"Status": status}) for status in ("404", "500", "100", "408", "409")]
        sent.append(await bench.send("a", headers={"reply_to": "scheduling.place.changed.v1.00"}))
        await eventually(lambda: bench.all_done(6))
    assert await bench.effects() == sorted(sent)
    assert await bench.told() == sorted(sent)


async def test_an_event_of_another_type_is_passed_over(bench: Bench) -> None:
    async with bench.service():
        await bench.admin.jetstream().publish(
            f"{tally.COUNTED}.00",
            b"{}",
            headers={"ce-specversion": "1.0", "ce-id": "x", "ce-source": "urn:test", "ce-type": "something.else.v1"},
        )
        sent = await bench.send("a")
        await eventually(lambda: bench.all_done(1))
    assert await bench.effects() == [sent]
    assert not await bench.held("set_aside")


def _nothing_held(bench: Bench) -> Callable[[], Awaitable[bool]]:
    async def nothing() -> bool:
        return not await bench.held()

    return nothing
