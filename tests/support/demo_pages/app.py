from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Cookie, FastAPI, Form, HTTPException, Request
from fastapi.responses import Response

from page_base.installation import install
from page_base.pages import FieldError, Pages

TOKEN = "a-token-of-the-demo"


@dataclass(frozen=True)
class Member:
    name: str


@dataclass(frozen=True)
class Participant:
    name: str
    email: str
    nhs_number: str
    status: str
    tone: str
    referred_on: date
    first_session_at: datetime


@dataclass
class Switches:
    """What the demo's neighbours are doing."""

    results_are_up: bool = False
    bodies_received: list[str] = field(default_factory=list)


PARTICIPANTS = (
    Participant(
        name="Rosalind Featherstonehaugh-Cholmondeley",
        email="rosalind.featherstonehaugh.cholmondeley.of.lower.slaughter@example.org",
        nhs_number="9990000018",
        status="Has a place",
        tone="good",
        referred_on=date(2026, 11, 2),
        first_session_at=datetime(2026, 11, 30, 10, tzinfo=UTC),
    ),
    Participant(
        name="Idris <b>Okafor</b>",
        email="idris@example.org",
        nhs_number="9990000026",
        status="On the waiting list",
        tone="waiting",
        referred_on=date(2026, 6, 1),
        first_session_at=datetime(2026, 6, 15, 17, 30, tzinfo=UTC),
    ),
)


PAGES = Pages("support.demo_pages", service="demo")

router = APIRouter()


async def verify(token: str) -> Member | None:
    return Member("Ada Facilitator") if token == TOKEN else None


def demo_app(switches: Switches) -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.state.switches = switches
    install(app, service="demo", pages=PAGES, verify=verify, home="/demo/participants")
    app.include_router(router)
    return app


@router.get("/demo/participants")
async def participants(request: Request, limber_session: Annotated[str, Cookie()] = "") -> Response:
    member = await verify(limber_session)
    if member is None:
        raise HTTPException(401)
    return PAGES.render(request, "participants.html", member=member, participants=PARTICIPANTS)


@router.get("/demo/participants/1")
async def journey(request: Request) -> Response:
    return PAGES.render(request, "journey.html", member=Member("Ada Facilitator"), participant=PARTICIPANTS[0])


@router.get("/demo/sessions/part")
async def sessions(request: Request) -> Response:
    return PAGES.render(request, "sessions_part.html", participant=PARTICIPANTS[0])


@router.get("/demo/results/part")
async def results(request: Request) -> Response:
    if not request.app.state.switches.results_are_up:
        return Response(status_code=502)
    return PAGES.render(request, "results_part.html")


@router.get("/demo/refused/part")
async def refused() -> Response:
    raise HTTPException(401)


@router.get("/demo/form")
async def form(request: Request) -> Response:
    return PAGES.render(request, "form.html")


@router.post("/demo/form")
async def take(request: Request, pain: Annotated[str, Form()] = "") -> Response:
    request.app.state.switches.bodies_received.append(pain)
    errors = [] if pain.isdecimal() else [FieldError("pain", "Pain must be a whole number from 0 to 10")]
    return PAGES.render(request, "form.html", status_code=422 if errors else 200, errors=errors)


@router.get("/demo/problem/{status_code}")
async def problem(status_code: int, words: str | None = None) -> Response:
    raise HTTPException(status_code, words)


@router.get("/demo/broken")
async def broken() -> Response:
    raise RuntimeError("Rosalind's number is 9990000018")


@router.get("/demo/misspelt/{template}")
async def misspelt(request: Request, template: str) -> Response:
    return PAGES.render(request, f"misspelt_{template}.html", participant=PARTICIPANTS[0])
