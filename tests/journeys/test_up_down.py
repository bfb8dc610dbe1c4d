"""A person at a terminal starts Limber, breaks things, and stops it."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from limber_embedded import running_processes
from limber_embedded.checkout import CHECKOUT, SERVICES
from limber_embedded.servers.ports import free_port
from support.embedded import Limber, limber_in, wait_for
from support.servers import short_folder


@pytest.fixture(scope="module")
def up() -> Iterator[Limber]:
    """One Limber that is up, for the tests that leave it so."""
    with short_folder() as folder, limber_in(folder / "home") as limber:
        started = limber.up()
        assert started.returncode == 0, started.stderr
        yield limber


def test_the_front_door_leads_to_every_service_and_the_list_of_participants(up: Limber) -> None:
    for service in SERVICES:
        assert up.is_ready(service)
    status, page = up.get("/")
    assert (status, "sign" in page.lower()) in {(200, True), (401, True)}


def test_status_names_every_process_and_its_port(up: Limber) -> None:
    found = up.status()
    assert found["ready"]
    assert found["url"] == up.url
    assert set(found["processes"]) == {"PostgreSQL", "nats-server", "caddy", *SERVICES}


def test_a_second_up_on_the_same_home_is_refused_in_a_sentence(up: Limber) -> None:
    again = up.up()
    assert again.returncode == 1
    assert "already running" in again.stderr
    assert "Traceback" not in again.stderr


def test_another_home_on_the_same_port_is_refused_in_a_sentence(up: Limber, folder: Path) -> None:
    other = Limber(folder=folder, port=up.port).up()
    assert other.returncode == 1
    assert f"Port {up.port} is taken" in other.stderr
    assert "Traceback" not in other.stderr


def test_a_killed_service_is_started_again_and_the_others_go_on(up: Limber) -> None:
    before = up.home.pids
    killed = up.kill("outcomes")
    wait_for(lambda: up.home.pids["outcomes"] != killed, what="a new process of outcomes")
    wait_for(lambda: up.is_ready("outcomes"), what="outcomes ready again")
    after = up.home.pids
    assert {name for name in before if before[name] != after[name]} == {"outcomes"}


def test_while_a_service_is_away_its_pages_say_so(up: Limber) -> None:
    os.kill(up.home.pids["supervisor"], signal.SIGSTOP)  # so that nothing starts it again meanwhile
    try:
        up.kill("scheduling")
        status, page = up.get("/scheduling/health/ready")
        assert status == 502
        assert "not available at the moment" in page
        assert up.is_ready("enrolment")
    finally:
        os.kill(up.home.pids["supervisor"], signal.SIGCONT)
    wait_for(lambda: up.is_ready("scheduling"), what="scheduling ready again")


@pytest.mark.parametrize("server", ["nats-server", "PostgreSQL", "caddy"])
def test_a_killed_server_is_started_again_and_everything_is_ready_again(up: Limber, server: str) -> None:
    killed = up.kill(server)
    wait_for(lambda: up.home.pids[server] != killed, what=f"a new process of {server}")
    wait_for(lambda: up.status()["ready"], what="everything ready again")


def test_a_member_of_staff_gets_a_token_that_every_service_knows_until_it_is_revoked(up: Limber) -> None:
    added = up.run("staff", "add", "Cora Coordinator", "--role", "coordinator")
    assert len(added.stdout.strip()) == 43
    assert "Cora Coordinator" in up.run("staff", "list").stdout
    assert "already" in up.run("staff", "add", "Cora Coordinator", "--role", "coordinator").stderr
    assert up.run("staff", "revoke", "Cora Coordinator").returncode == 0
    assert up.run("staff", "revoke", "Cora Coordinator").returncode == 1


def test_an_organisation_gets_credentials_and_its_key_is_shown_once(up: Limber) -> None:
    added = up.run("organisations", "add", "gp", "A81001", "Example Surgery")
    assert added.returncode == 0, added.stderr
    user, password = up.home.credentials("gp_A81001")
    assert user in added.stdout
    assert password in added.stdout
    [key] = re.findall(r"limber_[0-9a-f]{16}_\S{43}", added.stdout)
    again = up.run("organisations", "add", "gp", "A81001", "Example Surgery")
    assert password in again.stdout
    assert key not in again.stdout
    listed = up.run("organisations", "list").stdout
    assert "A81001" in listed
    assert key.split("_")[1] in listed
    refused = up.run("organisations", "add", "gp", "not a code", "Example Surgery")
    assert refused.returncode == 1
    assert "is not an ODS code" in refused.stderr


def test_an_organisation_whose_key_is_rotated_has_the_new_one_alone_and_a_revoked_one_none(up: Limber) -> None:
    up.run("organisations", "add", "workplace", "ACME", "Acme Ltd")
    rotated = up.run("organisations", "rotate-key", "workplace", "ACME")
    assert re.fullmatch(r"limber_[0-9a-f]{16}_\S{43}\n", rotated.stdout)
    assert up.run("organisations", "revoke", "workplace", "ACME").returncode == 0
    assert up.run("organisations", "revoke", "workplace", "ACME").returncode == 1
    assert ("workplace", "ACME") not in up.home.organisations()
    assert "limber_" in up.run("organisations", "add", "workplace", "ACME", "Acme Ltd").stdout


def test_secrets_are_readable_by_their_owner_only(up: Limber) -> None:
    files = [path for path in (up.folder / "secrets").rglob("*") if path.is_file()]
    files += [up.folder / "state.json", up.folder / "nats" / "accounts.conf", up.folder / "nats" / "store.conf"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_down_stops_everything_and_the_next_up_finds_the_data_again(folder: Path) -> None:
    with limber_in(folder / "home") as limber:
        assert limber.up().returncode == 0
        token = limber.home.admin_token
        limber.run("organisations", "add", "gp", "A81001", "Example Surgery")
        recorded = list(limber.home.state["processes"].values())
        assert limber.down().returncode == 0
        assert not [process for process in recorded if running_processes.is_alive(process)]
        assert limber.down().returncode == 1
        assert limber.run("status").returncode == 1

        again = limber.up()
        assert again.returncode == 0
        assert token not in again.stdout
        assert "A81001" in limber.run("organisations", "list").stdout


def test_ctrl_c_stops_everything_in_order(folder: Path) -> None:
    with limber_in(folder / "home") as limber:
        command = [sys.executable, "-m", "limber_embedded", "up", "--port", str(limber.port), "--home", str(limber.folder)]
        with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as front:
            wait_for(lambda: bool(limber.home.state.get("ready")), seconds=120, what="ready")
            recorded = list(limber.home.state["processes"].values())
            front.send_signal(signal.SIGINT)
            said, problems = front.communicate(timeout=60)
        assert front.returncode == 0
        assert "Stopping" in said
        assert "Traceback" not in problems
        assert not [process for process in recorded if running_processes.is_alive(process)]


def test_what_a_killed_supervisor_left_behind_is_stopped_by_the_next_command(folder: Path) -> None:
    with limber_in(folder / "home") as limber:
        assert limber.up().returncode == 0
        left = list(limber.home.state["processes"].values())
        limber.kill("supervisor")
        wait_for(lambda: not limber.home.is_running, what="the lock free")
        stopped = limber.down()
        assert stopped.returncode == 0
        assert "left behind" in stopped.stdout
        assert not [process for process in left if running_processes.is_alive(process)]


def test_a_port_that_another_program_has_is_named(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Limber(folder=folder / "home", port=port).up()
    assert refused.returncode == 1
    assert f"Port {port} is taken by another program" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_broken_data_folder_is_named(folder: Path) -> None:
    data = folder / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("garbage")
    refused = Limber(folder=folder / "home", port=free_port()).up()
    assert refused.returncode == 1
    assert "doesn't hold a PostgreSQL 18 database" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_home_that_can_not_be_a_folder_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    refused = Limber(folder=folder / "file" / "home", port=free_port()).up()
    assert refused.returncode == 1
    assert "can't be written" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_commands_that_need_a_running_home_say_how_to_start_it(folder: Path) -> None:
    refused = Limber(folder=folder, port=1).run("staff", "list")
    assert refused.returncode == 1
    assert "Start it with ./limber up" in refused.stderr
