"""Cases as they are read: lists, one by its number, its history, who told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import allowed
from api.answers import PRIVATE, json_answer, json_bytes
from api.cases.documents import case_documents, event_document
from api.cases.models import CaseDetail, CaseList, CasesQuery, EventList, ReporterDocument
from api.parameters import Code, box_of
from api.problems import Problem
from api.reading import Reading, asked_instant, open_reading
from api.service import CurrentService, Service
from api.writing import changing
from gisgrid.access import Right, Viewer
from gisgrid.cases.categories import category_of
from gisgrid.errors import NotFound
from gisgrid.exports.documents import document
from gisgrid.store import cases, grids, personal, revisions
from gisgrid.store.cases import CaseFilter, unanswered

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Number", "Worker", "answers", "case_detail", "router", "wanted_cases"]

router = APIRouter(prefix="/v1/cases", tags=["cases"])

Number = Annotated[Code, Path(description="Number of the case.")]
Worker = Annotated[Viewer, allowed(Right.WORK_CASES)]


def answers(model: type[Any], *refusals: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The documented answers of a route: its model, and problems."""
    return {status: {"model": model}, **{one: {"model": Problem} for one in refusals}}


def wanted_cases(query: CasesQuery, reading: Reading, service: Service) -> CaseFilter:
    """Which cases a query means.

    Raises
    ------
    InputError
        A date or the box cannot be read.
    NotFound
        There is no such grid or category.
    """
    zone = service.settings.zone
    grid = None
    if query.grid is not None:
        grid = grids.by_code(reading.connection, query.grid, reading.at)[0].id
    wanted = CaseFilter(
        stages=tuple(query.stage),
        categories=tuple(category_of(code).code for code in query.category),
        groups=tuple(query.group),
        sources=tuple(query.source),
        grid=grid,
        department=query.department,
        open=query.open,
        overdue=query.overdue,
        escalated=query.escalated,
        since=asked_instant(query.since, zone),
        until=asked_instant(query.until, zone),
        words=query.q,
        box=box_of(query.bbox),
    )
    if not query.unanswered:
        return wanted
    silent = unanswered(reading.connection, calendar=service.calendar)
    return replace(wanted, open=silent.open, unheard_since=silent.unheard_since)


def case_detail(
    connection: Connection, case: cases.Case, service: Service, viewer: Viewer
) -> dict[str, Any]:
    """A case with its calls, and who told of it as far as it is shown: masked."""
    (content,) = case_documents(connection, [case], service, viewer)
    reporter = None
    if case.reporter is not None:
        reporter = personal.masked(connection, [case.reporter]).get(case.reporter)
    calls = cases.calls_of(connection, [case.id])[case.id]
    return {
        **content,
        "calls": document(calls, service.settings.zone),
        "reporter": reporter,
    }


@router.get("", summary="Cases, reported last first", responses=answers(CaseList, 404, 422))
def list_cases(
    request: Request,
    query: Annotated[CasesQuery, Query()],
    service: CurrentService,
    viewer: Worker,
) -> Response:
    """A page at a time, of the cases in one's scope; `next` is the address of the page after."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        wanted = wanted_cases(query, reading, service)
        page = cases.listing(
            reading.connection,
            wanted,
            order=query.order,
            after=query.after,
            limit=query.limit,
        )
        found = case_documents(reading.connection, page.cases, service, viewer)
        following = None
        if page.after is not None:
            again = query.model_dump(exclude_none=True, exclude_defaults=True, exclude={"counted"})
            asked = urlencode({**again, "after": page.after}, doseq=True)
            following = f"{request.url.path}?{asked}"
        total = cases.how_many(reading.connection, wanted) if query.counted else None
        content = {"cases": found, "total": total, "after": page.after, "next": following}
        return json_answer(request, content, reading, private=True)


@router.get("/{number}", summary="A case", responses=answers(CaseDetail, 404, 422))
def read_case(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """A case, the departments called to it, and what may be done with it now."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        case = cases.get(reading.connection, number)
        content = case_detail(reading.connection, case, service, viewer)
        return json_answer(request, content, reading, private=True)


@router.get(
    "/{number}/history", summary="What was done with a case", responses=answers(EventList, 404, 422)
)
def read_history(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """Every step: who by a reference, when, and why."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        events = cases.history(reading.connection, number)
        found = [event_document(one, service) for one in events]
        return json_answer(request, {"number": number, "events": found}, reading, private=True)


@router.get(
    "/{number}/reporter",
    summary="Who told of a case, unmasked",
    responses=answers(ReporterDocument, 403, 404, 422),
)
def read_reporter(
    number: Number,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.SEE_PERSONAL)],
) -> Response:
    """Name and telephone of the reporter. The audit log says who looked, and at which case."""
    with changing(service, viewer, Right.SEE_PERSONAL) as connection:
        case = cases.get(connection, number)
        if case.reporter is None:
            raise NotFound("nobody is on record for this case", where=number)
        why = f"case:{case.number}"
        fields = personal.look(connection, case.reporter, actor=viewer.actor, why=why)
        content = {"revision": revisions.current(connection), "fields": fields}
    headers = {"Cache-Control": f"{PRIVATE}, no-store"}
    return Response(json_bytes(content), media_type="application/json", headers=headers)
