"""`python -m scheduling plan`: prints a plan as JSON. It needs neither database nor broker."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime

from scheduling.domain.plans import wanted_from
from scheduling.domain.programmes import ProgrammeError
from scheduling.domain.session_dates import LONDON
from scheduling.storage.reference_data import load_bank_holidays, load_programmes
from scheduling.use_cases.plan_ahead import plan_in_division


def plan(arguments: Sequence[str]) -> None:
    """Print the plan that the arguments ask for; its problems are in it. Ends with a sentence where they can't be read."""
    asked = _parser().parse_args(arguments)
    try:
        programmes = load_programmes()
    except ProgrammeError as error:
        sys.exit(f"scheduling: {error}")
    planned = plan_in_division(
        division=asked.division,
        programme=asked.programme,
        wanted=wanted_from(starts_on=asked.start, days=asked.days, sessions=asked.sessions, themes=asked.themes),
        programmes=programmes,
        bank_holidays=load_bank_holidays(),
        today=datetime.now(LONDON).date(),
    )
    print(json.dumps(planned.as_data(programmes.get(asked.programme))))  # noqa: T201 - it is a command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling plan", description="Print the plan of a cohort as JSON.")
    parser.add_argument("--division", required=True)
    parser.add_argument("--start", type=date.fromisoformat, required=True)
    parser.add_argument("--days", required=True)
    parser.add_argument("--sessions", type=int, required=True)
    parser.add_argument("--programme", required=True)
    parser.add_argument("--themes")
    return parser
