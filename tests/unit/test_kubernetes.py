"""The manifests as kustomize renders them, judged by Kubernetes's own schemas, and what they promise of each service."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped] # it has no types
import pytest
import yaml

from limber_embedded import containers
from limber_embedded.checkout import CHECKOUT, DEPLOY, SERVICES
from limber_embedded.home import Home
from limber_embedded.servers import programs

KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed: nothing renders the manifests"
)
# What the settings of a service may name outside: ports that its policy opens beside names, broker and database.
OUTSIDE = {"enrolment": {443}, "scheduling": set(), "outcomes": {443}, "notifications": {443, 587}}


@cache
def rendered(overlay: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)],  # noqa: S607 - wherever this machine has it
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def one(kind: str, name: str) -> dict[str, Any]:
    [found] = [each for each in rendered("example") if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def pods() -> list[tuple[str, dict[str, Any]]]:
    """(name, spec) of every pod that the example makes."""
    kinds = {"Deployment", "StatefulSet", "Job"}
    return [
        (f"{each['kind']} {each['metadata']['name']}", each["spec"]["template"]["spec"])
        for each in rendered("example")
        if each["kind"] in kinds
    ]


@needs_kubectl
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_what_kubernetes_takes(overlay: str) -> None:
    for each in rendered(overlay):
        kubernetes_validate.validate(each, "1.34", strict=True)


@needs_kubectl
def test_an_unknown_field_is_found() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(one("Service", "enrolment") | {"unheard": "of"}, "1.34", strict=True)


@needs_kubectl
def test_no_pod_has_more_rights_than_the_strictest_standard_allows() -> None:
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            rights = container["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False, name
            assert rights["readOnlyRootFilesystem"] is True, name
            assert rights["capabilities"]["drop"] == ["ALL"], name
            assert container["resources"]["limits"]["memory"], name


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_two_pods_that_are_asked_how_they_are_and_not_taken_away_together(service: str) -> None:
    deployment = one("Deployment", service)["spec"]
    assert deployment["replicas"] == 2
    [container] = deployment["template"]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == f"/{service}/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == f"/{service}/health/ready"
    budget = one("PodDisruptionBudget", service)["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= deployment["template"]["metadata"]["labels"].items()


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_requests_go_to_the_service_and_not_to_its_migration(service: str) -> None:
    selector = one("Service", service)["spec"]["selector"].items()
    assert selector <= one("Deployment", service)["spec"]["template"]["metadata"]["labels"].items()
    assert not selector <= one("Job", f"migrate-{service}")["spec"]["template"]["metadata"]["labels"].items()


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reaches_names_broker_database_and_what_its_settings_name(service: str) -> None:
    policy = one("NetworkPolicy", service)["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    ports = {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    assert ports == {53, 4222, 5432} | OUTSIDE[service]


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_and_its_migration_mount_its_own_secrets_alone(service: str) -> None:
    for kind, name in (("Deployment", service), ("Job", f"migrate-{service}")):
        volumes = one(kind, name)["spec"]["template"]["spec"]["volumes"]
        assert {volume["secret"]["secretName"] for volume in volumes if "secret" in volume} == {service, f"{service}-files"}


@needs_kubectl
def test_every_config_map_and_secret_that_a_pod_names_is_there(tmp_path: Path) -> None:
    home = prepared(tmp_path)
    made = {each["metadata"]["name"] for each in rendered("example") if each["kind"] == "ConfigMap"}
    made |= {each["metadata"]["name"] for each in containers.secret_objects(home, namespace="limber")}
    text = json.dumps([pod for _, pod in pods()])
    named = set(re.findall(r'"configMapRef": \{"name": "([^"]+)"', text)) | set(re.findall(r'"secretName": "([^"]+)"', text))
    named |= set(re.findall(r'"(?:configMap|secret)": \{"name": "([^"]+)"', text))
    assert named - made == set()
    assert {"nats", "nats-admin", *SERVICES} <= named


def test_the_secrets_are_what_kubernetes_takes(tmp_path: Path) -> None:
    home = prepared(tmp_path)
    (home.folder / "settings" / "notifications" / "notify-key").write_text("a key")
    found = {each["metadata"]["name"]: each for each in containers.secret_objects(home, namespace="limber")}
    for each in found.values():
        kubernetes_validate.validate(each, "1.34", strict=True)
    assert set(found["notifications-files"]["data"]) == {"notify-key"}
    assert set(found["scheduling"]["data"]) == {"database-password", "nats-password", "nats-ca.pem"}


def test_the_broker_of_the_cluster_accepts_its_configuration(tmp_path: Path) -> None:
    folder = prepared(tmp_path).folder / "nats"
    shutil.copyfile(KUBERNETES / "base" / "nats" / "listen.conf", tmp_path / "listen.conf")
    (folder / "listen.conf").unlink()
    (tmp_path / "listen.conf").rename(folder / "listen.conf")
    command = [str(programs.script("nats-server")), "--config", "nats-server.conf", "-t"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"POD_NAME": "nats-0"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_dockerfile_has_nothing_that_hadolint_warns_of() -> None:
    command = [str(programs.script("hadolint")), "deploy/images/service.Dockerfile"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def prepared(folder: Path) -> Home:
    home = Home(folder / "containers")
    wishes = containers.Wishes(
        environment="production",
        public_url="https://limber.example.org",
        bind="127.0.0.1",
        http_port=8080,
        nats_port=4222,
        postgres_port=5433,
        broker_names=("broker.example.org",),
    )
    containers.prepare(home, wishes)
    return home
