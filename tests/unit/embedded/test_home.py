"""What a home says about itself."""

import stat
from pathlib import Path

import pytest

from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import secret_files


def test_a_home_that_is_not_up_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"not running in .* Start it with ./limber up --home"):
        Home.running(tmp_path)


def test_a_second_supervisor_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        assert home.is_running
        with pytest.raises(Problem, match="already running"), Home(tmp_path).locked():
            pass
    assert not home.is_running


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = secret_files.kept(tmp_path / "secrets" / "one")
    assert secret_files.kept(tmp_path / "secrets" / "one") == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secrets" / "one").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_a_broken_state_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{ not json")
    assert Home(tmp_path).state == {}


def test_organisations_are_those_with_a_credential(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.organisations() == []
    secret_files.write(home.nats_password_file("gp_A81001"), "p")
    assert home.organisations() == [("gp", "A81001")]
    assert [user.name for user in home.nats_users()][-1] == "gp_A81001"


def test_an_unknown_nats_user_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no NATS user gp_X9"):
        Home(tmp_path).credentials("gp_X9")
