"""Every route needs a credential, except the few that are named here."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute, Mount

from service_kit.access import Access
from service_kit.database import create_engine
from support.built_services import SERVICES, app_of

# Health, signing in and out, static files, a participant's own link, and the form that anybody may fill in about themselves.
# /metrics counts and names nobody, and is no path that the front door passes on.
OPEN = re.compile(
    r"/metrics"
    r"|/(\w+)/(health/(live|ready|work)|sign-in|sign-out|assets(/.*)?)"
    r"|/outcomes/q/\{token\}(/.*)?"
    r"|/scheduling/offers/\{token\}"
    r"|/scheduling/calendars/\{token\}\.ics"
    r"|/notifications/unsubscribe/\{token\}"
    r"|/enrolment/(self-referral(/.*)?|(complete|confirm|me)/\{token\}(/.*)?|me)|/(scheduling|outcomes)/me/\{token\}(/.*)?"
)
PLAUSIBLE_ID = "0193590a-5c00-7000-8000-000000000001"


def routes(found: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, those of included routers too."""
    for route in found:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from routes(included.routes, prefix + getattr(route, "include_context").prefix)  # noqa: B009 - FastAPI's own
        elif isinstance(route, Mount):
            yield "GET", f"{prefix}{route.path}/x"
        else:
            yield from (
                (method, prefix + getattr(route, "path", "")) for method in sorted(getattr(route, "methods", None) or {"GET"})
            )


async def unguarded(app: FastAPI) -> list[str]:
    """The routes that answer somebody without a credential with anything but a request for one."""
    found = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as client:
        for method, path in routes(app.routes):
            if not OPEN.fullmatch(path):
                answer = await client.request(method, re.sub(r"\{\w+(:\w+)?\}", PLAUSIBLE_ID, path))
                if answer.status_code != httpx.codes.UNAUTHORIZED:
                    found.append(f"{method} {path}: {answer.status_code}")
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_that_is_not_open_asks_for_a_credential(service: str) -> None:
    assert await unguarded(app_of(service)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_routes_are_found(service: str) -> None:
    paths = {path for _, path in routes(app_of(service).routes)}
    assert {f"/{service}/audit", f"/{service}/participants/{{participant_id}}/part", f"/{service}/health/live"} <= paths


async def test_a_route_without_a_guard_is_found() -> None:
    access = Access(create_engine("postgresql+asyncpg://nobody@localhost/nothing"))
    router = APIRouter()

    @router.get("/guarded", dependencies=[Depends(access.allow())])
    async def guarded() -> str:
        return "for staff"

    @router.get("/forgotten")
    async def forgotten() -> str:
        return "for anybody"

    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/scheduling")
    assert await unguarded(app) == ["GET /scheduling/forgotten: 200"]
