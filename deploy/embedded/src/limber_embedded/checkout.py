"""Where things are in the checkout that this installation belongs to."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
DEPLOY = CHECKOUT / "deploy"
SERVICES = ("enrolment", "scheduling", "outcomes", "notifications")
