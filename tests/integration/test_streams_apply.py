"""Applying the declared streams to a real broker."""

import subprocess
import sys
from pathlib import Path

import pytest
from nats.js.api import DiscardPolicy

from limber_streams.apply import CannotApplyError, apply
from limber_streams.declaration import load
from support.servers import PASSWORD, Broker

MINIMAL = '[streams.ENROLMENT]\nsubjects = ["enrolment.>"]\nmax_age = "{age}"\n'


async def test_a_second_time_there_is_nothing_to_do(nats_server: Broker) -> None:
    assert await apply(await nats_server.connect(), load()) == []


async def test_a_longer_retention_is_applied_and_a_shorter_one_refused(nats_server: Broker, tmp_path: Path) -> None:
    admin = await nats_server.connect()
    file = tmp_path / "streams.toml"
    file.write_text(MINIMAL.format(age="40d"))
    assert await apply(admin, load(file)) == ["stream ENROLMENT changed: max_age"]
    file.write_text(MINIMAL.format(age="30d"))
    with pytest.raises(CannotApplyError, match="max_age would shrink"):
        await apply(admin, load(file))
    assert (await admin.jetstream().stream_info("ENROLMENT")).config.max_age == 40 * 86_400


async def test_nothing_is_changed_when_a_part_is_refused(nats_server: Broker, tmp_path: Path) -> None:
    admin = await nats_server.connect()
    file = tmp_path / "streams.toml"
    file.write_text('[streams.NEW]\nsubjects = ["new.>"]\n[streams.SCHEDULING]\nsubjects = ["scheduling.>"]\nmax_age = "1d"\n')
    with pytest.raises(CannotApplyError):
        await apply(admin, load(file))
    assert "NEW" not in {stream.config.name for stream in await admin.jetstream().streams_info()}


async def test_what_somebody_changed_by_hand_is_put_right(nats_server: Broker) -> None:
    admin = await nats_server.connect()
    config = (await admin.jetstream().stream_info("INTAKE")).config
    config.discard, config.discard_new_per_subject = DiscardPolicy.OLD, False
    await admin.jetstream().update_stream(config)
    [done] = await apply(admin, load())
    assert done.startswith("stream INTAKE changed: ")
    config = (await admin.jetstream().stream_info("INTAKE")).config
    assert (config.discard, config.discard_new_per_subject) == (DiscardPolicy.NEW, True)


def test_the_command_says_what_it_did(nats_server: Broker, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    command = [
        sys.executable,
        "-m",
        "limber_streams",
        "--server",
        nats_server.url,
        "--user",
        "admin",
        "--password-file",
        str(secret),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "nothing to change\n")
    secret.write_text("a guess")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
