"""Cases are reported, taken from step to step, and departments are called to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access import CurrentViewer, allowed
from api.answers import PRIVATE, json_answer
from api.cases.documents import case_documents
from api.cases.models import (
    CaseDetail,
    DuplicateList,
    NewCall,
    NewCaseBody,
    NewPart,
    NewPlace,
    NewStep,
)
from api.cases.naming import require_naming
from api.cases.placing import note_conversion, place_of
from api.cases.reading import Number, Worker, answers, case_detail
from api.parameters import Code
from api.plans.bodies import ShortBody
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import require
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.cases.stages import step_of
from gisgrid.errors import Forbidden, NotFound
from gisgrid.store import cases
from gisgrid.store.cases.duplicates import duplicates_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["router"]

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ShortBody)

_REFUSALS = (403, 404, 409, 412, 413, 422)
_Department = Annotated[Code, Path(description="Code of the department.")]


@router.post(
    "",
    summary="Report a case",
    status_code=201,
    responses=answers(CaseDetail, 403, 404, 409, 413, 422, status=201),
)
def report_case(
    body: NewCaseBody,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.REPORT)],
) -> Response:
    """Put a case on record: its point says which grids own it, at once."""
    require_naming(viewer, body.source, body.source_id.strip())
    lon, lat = place_of(body, service)
    reporter = body.reporter.model_dump() if body.reporter else {}
    asked = body.model_dump(exclude={"lon", "lat", "crs", "address", "reporter", "place"})
    new = cases.NewCase(
        lon=lon, lat=lat, place=body.place or body.address, reporter=reporter, **asked
    )
    with changing(service, viewer, Right.REPORT) as connection:
        made = cases.report(
            connection,
            new,
            viewer.actor,
            calendar=service.calendar,
            prefix=service.settings.case_prefix,
        )
        note_conversion(connection, body, made, viewer.actor)
        answer = _changed(connection, made, service, viewer, status=201)
    answer.headers["Location"] = f"/v1/cases/{made.number}"
    return answer


@router.get(
    "/{number}/duplicates",
    summary="Cases that may be the same",
    responses=answers(DuplicateList, 404, 422),
)
def read_duplicates(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """By place, category and time; whoever merges says so by `POST …/merge`."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        found = duplicates_of(reading.connection, number)
        listed = case_documents(reading.connection, [one.case for one in found], service, viewer)
        items = [
            {"case": case, "distance_m": one.distance_m, "likeness": one.likeness}
            for case, one in zip(listed, found, strict=True)
        ]
        return json_answer(request, {"number": number, "duplicates": items}, reading, private=True)


@router.post(
    "/{number}/calls",
    summary="Call departments to a case",
    responses=answers(CaseDetail, *_REFUSALS),
)
def call_departments(
    number: Number,
    body: NewCall,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.WHISTLE)],
) -> Response:
    """The whistle: each department has to report in, against the clock of the category."""
    with changing(service, viewer, Right.WHISTLE) as connection:
        case = cases.call(
            connection,
            number,
            body.departments,
            actor=viewer.actor,
            lead=body.lead,
            urgent=body.urgent,
            version=body.version,
            reason=body.reason,
            calendar=service.calendar,
        )
        return _changed(connection, case, service, viewer)


@router.post(
    "/{number}/calls/{department}/{action}",
    summary="A department reports in, joins, leaves or takes over the lead",
    responses=answers(CaseDetail, *_REFUSALS),
)
def take_part(
    number: Number,
    department: _Department,
    action: Annotated[Code, Path(description="report-in, join, leave or hand-lead.")],
    body: NewPart,
    service: CurrentService,
    viewer: Worker,
) -> Response:
    """One's own department only, for an account that acts for one."""
    step = step_of(action if action in _PARTS else "")
    with changing(service, viewer, Right.WORK_CASES) as connection:
        case = cases.act(
            connection,
            number,
            step.action,
            actor=viewer.actor,
            version=body.version,
            reason=body.reason,
            about=department,
            calendar=service.calendar,
        )
        return _changed(connection, case, service, viewer)


_PARTS = frozenset({"report-in", "join", "leave", "hand-lead"})


@router.post(
    "/{number}/relocate",
    summary="Correct the place of a case",
    responses=answers(CaseDetail, *_REFUSALS)
    | {204: {"description": "Done; the case lies out of one's sight now."}},
)
def relocate_case(
    number: Number,
    body: NewPlace,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.WHISTLE)],
) -> Response:
    """The grids that cover the new place own the case at once, and its hazard moves along."""
    lon, lat = place_of(body, service)
    with changing(service, viewer, Right.WHISTLE) as connection:
        moved = cases.relocate(
            connection,
            number,
            lon,
            lat,
            actor=viewer.actor,
            reason=body.reason,
            place=body.place or body.address,
            version=body.version,
        )
        note_conversion(connection, body, moved, viewer.actor)
        try:
            seen = cases.get(connection, number)
        except NotFound:
            return Response(status_code=204, headers={"Cache-Control": PRIVATE})
        return _changed(connection, seen, service, viewer)


@router.post(
    "/{number}/{action}",
    summary="Take a step with a case",
    responses=answers(CaseDetail, *_REFUSALS),
)
def take_step(
    request: Request,
    number: Number,
    action: Annotated[Code, Path(description="An action of `GET /v1/stages`.")],
    body: NewStep,
    service: CurrentService,
    viewer: CurrentViewer,
) -> Response:
    """As the table of steps allows: it says which right each needs, and whether a reason."""
    step = step_of(action)
    if step.right is None:
        raise Forbidden(f"{action} is the reporter's own", where=request.url.path)
    require(request, viewer, step.right)
    with changing(service, viewer, step.right) as connection:
        case = cases.act(
            connection,
            number,
            action,
            actor=viewer.actor,
            version=body.version,
            reason=body.reason,
            about=body.about,
            calendar=service.calendar,
        )
        return _changed(connection, case, service, viewer)


def _changed(
    connection: Connection,
    case: cases.Case,
    service: Service,
    viewer: Viewer,
    *,
    status: int = 200,
) -> Response:
    return changed(connection, service, case_detail(connection, case, service, viewer), status)
