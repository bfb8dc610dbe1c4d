"""An example site with two cohorts, so that a new home can be tried at once: the example referral ends in a place."""

import logging
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from limber_embedded.home import Home
from limber_embedded.problem import Problem
from limber_embedded.sites import PROGRAMME, lead_requests, live_site

SITE_ID = "leeds-example"
_COHORTS = ((("mon", "thu"), "10:00", "Alex Example"), (("tue", "fri"), "14:00", "Robin Example"))
_DAYS_AHEAD = 10
_REFERRAL = "docs/examples/referral-knee-pain.json"  # of a person who lives in its area
_TIMEOUT_SECONDS = 20.0

log = logging.getLogger("limber")


def open_example_site(home: Home) -> str:
    """Open the site and those of its cohorts that are not there yet; return one sentence, also when that failed."""
    try:
        starts = _open(home)
    except (httpx.HTTPError, Problem, KeyError, ValueError) as error:
        log.warning("the example site could not be opened: %s: %s", type(error).__name__, error)
        return f"The example site could not be opened, everything else is up. {home.log('supervisor')} says why."
    days = " and ".join(f"{start:%A} {start.day} {start:%B}" for start in starts)
    command = f"./limber refer {_REFERRAL}{home.option}"
    return f"An example site is open in Leeds, its cohorts start on {days}: try {command}"


def _open(home: Home) -> list[datetime]:
    """Open what is missing; return when each cohort starts."""
    headers = {"Authorization": f"Bearer {home.admin_token}", "Accept": "application/json"}
    with httpx.Client(base_url=home.service_url("scheduling"), headers=headers, timeout=_TIMEOUT_SECONDS) as scheduling:
        today = datetime.fromisoformat(_ask(scheduling, "GET", "/health/work")["now"]).date()
        _ask(scheduling, "PUT", f"/sites/{SITE_ID}", _site(today))
        known = {one["cohort_id"]: one["first_session_at"] for one in _ask(scheduling, "GET", "/cohorts")["cohorts"]}
        starts = []
        for weekdays, starts_at, lead in _COHORTS:
            # The same in every home, so that it isn't opened twice.
            cohort_id = str(uuid5(NAMESPACE_URL, f"urn:limber:{SITE_ID}:{'-'.join(weekdays)}"))
            if cohort_id not in known:
                lead_id, requests = lead_requests(key=lead, name=lead, site=SITE_ID, today=today)
                for path, wanted in requests:
                    _ask(scheduling, "PUT", path, wanted)
                body = {
                    "cohort_id": cohort_id,
                    "site_id": SITE_ID,
                    "programme": PROGRAMME,
                    "starts_on": (today + timedelta(days=_DAYS_AHEAD)).isoformat(),
                    "weekdays": weekdays,
                    "starts_at": starts_at,
                    "sessions": 12,
                    "capacity": 10,
                    "lead_id": str(lead_id),
                }
                known[cohort_id] = _ask(scheduling, "POST", "/cohorts", body)["sessions"][0]["starts_at"]
            starts.append(datetime.fromisoformat(known[cohort_id]))
    return starts


def _site(today: date) -> dict[str, Any]:
    return live_site(
        name="Example Leisure Centre, Leeds",
        outward_code="LS1",
        rooms=2,
        today=today,
        kind="leisure_centre",
        address="1 Example Street, Leeds",
        access_features=["step_free", "accessible_toilet", "hearing_loop"],
        what_to_bring="Comfortable clothes, flat shoes and a drink of water",
        parking="Free parking for two hours behind the building",
        opening_hours={
            **{day: [{"opens": "07:00", "closes": "21:00"}] for day in ("mon", "tue", "wed", "thu", "fri")},
            **{day: [{"opens": "09:00", "closes": "17:00"}] for day in ("sat", "sun")},
        },
    )


def _ask(scheduling: httpx.Client, method: str, path: str, body: object = None) -> Any:
    answer = scheduling.request(method, f"/scheduling{path}", json=body)
    if answer.is_error:
        raise Problem(f"{method} /scheduling{path} was answered with {answer.status_code}: {answer.text[:300]}")
    return answer.json()
