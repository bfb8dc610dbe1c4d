"""Made-up sites and leads, as scheduling's HTTP takes them: for the example site, simulations and benchmarks."""

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

PROGRAMME = "escape-pain-knee-hip"

_CHECKLIST = ("lead", "venue", "equipment", "cover", "emergency_procedure", "referral_route", "data_agreement", "dates")
_PREREQUISITES = ("qualification", "first_aid", "safeguarding")


def live_site(*, name: str, outward_code: str, rooms: int, today: date, capacity: int = 12, **more: Any) -> dict[str, Any]:
    """The body of `PUT /scheduling/sites/{site_id}` for a site that takes cohorts at once, with so many rooms alike."""
    return {
        "name": name,
        "outward_code": outward_code,
        "division": "england-and-wales",
        "rooms": [{"name": f"Room {number}", "capacity": capacity} for number in range(1, rooms + 1)],
        "status": "live",
        "checklist": dict.fromkeys(_CHECKLIST, today.isoformat()),
        **more,
    }


def lead_requests(*, key: str, name: str, site: str, today: date) -> tuple[UUID, list[tuple[str, dict[str, Any]]]]:
    """The id of a lead, the same for the same key, and what to PUT where (below `/scheduling`) so that they may lead there."""
    facilitator_id = uuid5(NAMESPACE_URL, f"urn:limber:lead:{key}")
    credential_id = uuid5(facilitator_id, PROGRAMME)
    person = {"name": name, "kind": "clinician", "sites": [site]}
    credential = {
        "programmes": [PROGRAMME],
        "route": "course",
        "prerequisites": list(_PREREQUISITES),
        "issued_on": today.isoformat(),
    }
    return facilitator_id, [
        (f"/facilitators/{facilitator_id}", person),
        (f"/facilitators/{facilitator_id}/credentials/{credential_id}", credential),
    ]
