"""An example site with two cohorts, so that a new home can be tried at once: the example referral ends in a place."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from limber_embedded.home import Home
from limber_embedded.problem import Problem

SITE_ID = "leeds-example"
_SITE = {
    "name": "Example Leisure Centre, Leeds",
    "outward_code": "LS1",
    "division": "england-and-wales",
    "room_capacity": 12,
}
_COHORTS = ((("mon", "thu"), "10:00"), (("tue", "fri"), "14:00"))
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
        _ask(scheduling, "PUT", f"/sites/{SITE_ID}", _SITE)
        known = {one["cohort_id"]: one["first_session_at"] for one in _ask(scheduling, "GET", "/cohorts")["cohorts"]}
        starts = []
        for weekdays, starts_at in _COHORTS:
            # The same in every home, so that it isn't opened twice.
            cohort_id = str(uuid5(NAMESPACE_URL, f"urn:limber:{SITE_ID}:{'-'.join(weekdays)}"))
            if cohort_id not in known:
                body = {
                    "cohort_id": cohort_id,
                    "site_id": SITE_ID,
                    "programme": "escape-pain-knee-hip",
                    "starts_on": (today + timedelta(days=_DAYS_AHEAD)).isoformat(),
                    "weekdays": weekdays,
                    "starts_at": starts_at,
                    "sessions": 12,
                    "capacity": 10,
                }
                known[cohort_id] = _ask(scheduling, "POST", "/cohorts", body)["sessions"][0]["starts_at"]
            starts.append(datetime.fromisoformat(known[cohort_id]))
    return starts


def _ask(scheduling: httpx.Client, method: str, path: str, body: object = None) -> Any:
    answer = scheduling.request(method, f"/scheduling{path}", json=body)
    if answer.is_error:
        raise Problem(f"{method} /scheduling{path} was answered with {answer.status_code}: {answer.text[:300]}")
    return answer.json()
