"""Reports: the figures of a programme, site, cohort, channel, joint or period, as a page, JSON or CSV."""

import csv
import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from outcomes.domain.costs import UnitCosts
from outcomes.domain.report import report_of
from outcomes.domain.time_points import Schedule
from outcomes.http.reading import STAFF, Desk
from outcomes.http.report_data import by_data, data_of
from outcomes.use_cases.views import ReportFilter
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

CODE = "^[A-Za-z0-9+_.-]{0,80}$"
MONTH = r"^(\d{4}-(0[1-9]|1[0-2]))?$"
USUAL_PROGRAMME = "escape-pain-knee-hip"
SYNTHETIC = "synthetic-"
LABEL = "Synthetic, calibrated: these people were made up so that the figures come out as published."
By = Literal["", "site", "cohort", "channel", "joint", "month"]
Code = Annotated[str | None, Query(pattern=CODE)]
Month = Annotated[str | None, Query(pattern=MONTH)]


class ReportQuery:
    """What a report is asked about; all but the programme may be left out, or empty as a form sends them."""

    def __init__(
        self,
        *,
        programme: Annotated[str, Query(pattern=CODE)] = USUAL_PROGRAMME,
        site: Code = None,
        cohort: Code = None,
        channel: Code = None,
        joint: Code = None,
        since: Month = None,
        until: Month = None,
        by: By | None = None,
    ) -> None:
        self.filter = ReportFilter(
            programme=programme or USUAL_PROGRAMME,
            site=site or None,
            cohort=cohort or None,
            channel=channel or None,
            joint=joint or None,
            since=since or None,
            until=until or None,
            by=by or None,
        )


def router(*, pages: Pages, access: Access, desk: Desk, schedule: Schedule, unit_costs: UnitCosts) -> APIRouter:
    """`GET /outcomes/reports`: a page for browsers, JSON for programs, and CSV with `format=csv`."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/reports", response_model=None)
    async def reports(
        request: Request,
        member: Staff,
        asked: Annotated[ReportQuery, Depends()],
        file: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
        outside: bool = True,  # noqa: FBT001, FBT002 - a part of the address
    ) -> Response:
        """The figures. A file has counts under 5 hidden, unless `outside=false` says that it stays within the service."""
        wanted = within(member, asked.filter)
        async with desk.reading() as reads:
            sums = await reads.report_sums(wanted.without_by())
            groups = await reads.report_sums(wanted) if wanted.by else {}
        points = [point.code for point in schedule.points_of(wanted.programme)]
        report = report_of(sums.get("", {}), points=points, unit_costs=unit_costs)
        parts = {name: report_of(one, points=points, unit_costs=unit_costs) for name, one in groups.items()}
        as_page = wants_page(request) and file is None
        found = {
            "filter": wanted.as_data(),
            "label": LABEL if (wanted.site or "").startswith(SYNTHETIC) else None,
            **data_of(report, outside=outside and not as_page),
            "by": by_data(parts, outside=outside and not as_page),
        }
        if as_page:
            query = str(request.query_params)
            return pages.render(request, "report.html", member=member, report=found, wanted=wanted, query=query)
        if file == "csv":
            headers = {"Content-Disposition": 'attachment; filename="limber-report.csv"'}
            return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
        return JSONResponse(found)

    return routes


def within(member: Member, wanted: ReportFilter) -> ReportFilter:
    """The filter, held to the member's sites; a 403 for a site that isn't theirs."""
    if member.sites and wanted.site is not None and wanted.site not in member.sites:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This site is not one of yours.")
    return wanted.within(member.sites)


def as_csv(found: Mapping[str, Any]) -> str:
    """The figures as rows of figure, part and value; an empty value is not known or hidden."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["figure", "value"])
    for name, value in _flat("", found):
        text = "" if value is None else str(value)
        writer.writerow([name, "'" + text if text[:1] in {"=", "+", "@"} else text])
    return out.getvalue()


def _flat(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        named = value.get("instrument") and f"{value['instrument']}.{value['scale']}.{value['time_point']}"
        start = f"{prefix.rpartition('.')[0]}.{named}" if named else prefix
        return [pair for name, one in value.items() for pair in _flat(f"{start}.{name}" if start else str(name), one)]
    if isinstance(value, list):
        return [pair for place, one in enumerate(value, start=1) for pair in _flat(f"{prefix}.{place}", one)]
    return [(prefix, value)]
