"""What `./limber containers prepare` makes, and that docker-compose.yml asks for nothing else."""

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from enrolment.settings import EnrolmentSettings
from limber_embedded import certificates, containers
from limber_embedded.checkout import CHECKOUT, DEPLOY, SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.servers import programs
from notifications.settings import Settings as NotificationsSettings
from outcomes.settings import Settings as OutcomesSettings
from scheduling.settings import Settings as SchedulingSettings
from service_kit.settings import ServiceSettings

SETTINGS: dict[str, type[ServiceSettings]] = {
    "enrolment": EnrolmentSettings,
    "scheduling": SchedulingSettings,
    "outcomes": OutcomesSettings,
    "notifications": NotificationsSettings,
}
WISHES = containers.Wishes(
    environment="development",
    public_url="http://localhost:8080",
    bind="127.0.0.1",
    http_port=8080,
    nats_port=4222,
    postgres_port=5433,
    broker_names=("broker.example.org",),
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "containers")
    containers.prepare(made, WISHES)
    return made


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return loaded


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_enter_the_home(home: Home) -> None:
    assert mode(home.folder) == 0o700


def test_what_no_container_needs_only_the_owner_can_read(home: Home) -> None:
    for name in ("authority.key", "nats-system", "nats-store-key"):
        assert mode(home.secrets / name) == 0o600, name


def test_preparing_again_keeps_every_secret_and_the_certificates(home: Home) -> None:
    files = [*home.secrets.iterdir(), *(home.folder / "nats" / name for name in ("ca.pem", "server.pem", "server.key"))]
    before = {path: path.read_bytes() for path in files}
    containers.prepare(home, WISHES)
    assert {path: path.read_bytes() for path in files} == before


def test_a_services_own_settings_are_kept(home: Home) -> None:
    file = home.folder / "settings" / "notifications" / "settings.env"
    file.write_text("LIMBER_SMS_PROVIDER=none\n")
    containers.prepare(home, WISHES)
    assert file.read_text() == "LIMBER_SMS_PROVIDER=none\n"


def test_the_broker_accepts_the_configuration(home: Home) -> None:
    command = [str(programs.script("nats-server")), "--config", "nats-server.conf", "-t"]
    subprocess.run(command, cwd=home.folder / "nats", check=True, capture_output=True)


def test_the_brokers_configuration_is_that_of_one_machine(home: Home) -> None:
    assert (home.folder / "nats/nats-server.conf").read_bytes() == (DEPLOY / "nats/nats-server.conf").read_bytes()


def test_a_home_of_one_machine_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    home.write_state({"nats_port": 4222})
    with pytest.raises(Problem, match=r"belongs to \./limber up"):
        containers.prepare(home, WISHES)


def test_what_an_operator_added_to_the_environment_stays(home: Home, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LIMBER_VERSION=1.2.3\nLIMBER_PORT=1\n")
    containers.write_environment(home, WISHES, file=file)
    lines = file.read_text().splitlines()
    assert "LIMBER_VERSION=1.2.3" in lines
    assert "LIMBER_PORT=8080" in lines
    assert "LIMBER_PORT=1" not in lines


# --- certificates ----------------------------------------------------------------------------------------------------


def server_certificate(home: Home) -> x509.Certificate:
    return x509.load_pem_x509_certificate((home.folder / "nats" / "server.pem").read_bytes())


def test_the_certificate_names_the_container_and_what_organisations_call_it(home: Home) -> None:
    names = server_certificate(home).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"nats", "localhost", "broker.example.org"} <= set(names.get_values_for_type(x509.DNSName))
    assert "127.0.0.1" in {str(address) for address in names.get_values_for_type(x509.IPAddress)}


def test_the_authority_vouches_for_the_certificate(home: Home) -> None:
    authority = x509.load_pem_x509_certificate((home.folder / "nats" / "ca.pem").read_bytes())
    server_certificate(home).verify_directly_issued_by(authority)


@pytest.mark.parametrize(
    ("days", "names", "is_kept"),
    [(0, ["nats"], "kept"), (366, ["nats"], "kept"), (368, ["nats"], "renewed"), (0, ["other"], "renewed")],
)
def test_a_certificate_is_renewed_in_its_last_30_days_or_for_other_names(
    tmp_path: Path, days: int, names: list[str], is_kept: str
) -> None:
    folder = tmp_path / "nats"
    folder.mkdir()
    assert certificates.ensure(folder, names=["nats"], now=NOW)
    authority = (folder / "ca.pem").read_bytes()
    assert certificates.ensure(folder, names=names, now=NOW + timedelta(days=days)) is (is_kept == "renewed")
    assert (folder / "ca.pem").read_bytes() == authority


# --- docker-compose.yml ----------------------------------------------------------------------------------------------


def test_every_file_that_compose_mounts_from_the_home_is_made(home: Home, compose: dict[str, Any]) -> None:
    places = [secret["file"] for secret in compose["secrets"].values()]
    for service in compose["services"].values():
        places += [one.rsplit(":", 2)[0] for one in service.get("volumes", []) if "LIMBER_HOME" in one]
        places += service.get("env_file", [])
    prefix = "${LIMBER_HOME:-./.limber/containers}/"
    assert all(place.startswith(prefix) for place in places)
    assert not [place for place in places if not (home.folder / place.removeprefix(prefix)).exists()]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sees_its_own_secrets_and_nobody_elses(compose: dict[str, Any], service: str) -> None:
    for name in (service, f"migrate-{service}"):
        assert set(compose["services"][name]["secrets"]) == {f"postgres-{service}", f"nats-{service}", "nats-ca"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_that_a_service_gets_is_one_of_its_settings(compose: dict[str, Any], service: str) -> None:
    known = {f"LIMBER_{name.upper()}" for name in SETTINGS[service].model_fields}
    given = {name for name in compose["services"][service]["environment"] if name.startswith("LIMBER_")}
    assert given - known == set()


def test_nothing_runs_with_more_rights_than_it_needs(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "no-new-privileges:true" in service["security_opt"], name
        if name != "postgres":  # its image starts as root, takes its folder over and becomes another user
            assert service["cap_drop"] == ["ALL"], name
            assert service["read_only"] is True, name


def test_every_service_that_stays_has_limits_a_restart_policy_and_a_profile_for_all(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert "all" in service["profiles"], name
        if name == "streams" or name.startswith("migrate-"):
            assert service["restart"] == "no", name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["deploy"]["resources"]["limits"]["memory"], name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_built_by_its_own_name_and_migrated_by_its_own_image(compose: dict[str, Any], service: str) -> None:
    assert compose["services"][service]["build"]["args"] == {"SERVICE": service}
    assert compose["services"][f"migrate-{service}"]["image"] == compose["services"][service]["image"]


@pytest.mark.parametrize("service", SERVICES)
def test_one_service_alone_needs_no_container_outside_its_profile(compose: dict[str, Any], service: str) -> None:
    chosen = {name for name, one in compose["services"].items() if service in one["profiles"]}
    assert chosen == {service, f"migrate-{service}"}
    for name in chosen:
        for needed, how in compose["services"][name]["depends_on"].items():
            assert needed in chosen or how["required"] is False, f"{name} needs {needed}"


def test_services_reach_the_front_door_by_the_names_in_the_caddyfile(compose: dict[str, Any]) -> None:
    caddyfile = (DEPLOY / "caddy" / "Caddyfile").read_text()
    for name in compose["services"]["caddy"]["environment"]:
        assert f"{{${name}" in caddyfile
