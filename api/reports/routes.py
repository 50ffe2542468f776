"""Residents report without an account, and follow their report by the code that they were given.

The code stands in the address, so that it can be kept as a link. The log leaves it out, no answer
may be kept by a cache, and browsers are told to pass the address on to nobody.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api.access import CurrentViewer, client_address
from api.answers import json_bytes
from api.cases.placing import note_conversion, place_of
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.reports.documents import report_document
from api.reports.models import NewRating, NewReopening, NewReport, ReportDocument, ReportMade
from api.service import CurrentService, Service
from api.writing import changing
from gisgrid.access import Actor, Right, Sight, Viewer
from gisgrid.cases.categories import category_of
from gisgrid.store import cases, clock
from gisgrid.store.people import departments
from gisgrid.store.scope import look_as
from gisgrid.store.tally import count_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["RESIDENT", "router"]

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=ShortBody)

RESIDENT: Final = Actor("resident")
# What somebody reports, or has the code of, is theirs wherever it lies; the store names the row.
_OWN: Final = Sight(whole=True).disclosed()

_Code = Annotated[str, Path(max_length=100, description="As it was said when it was reported.")]


def _answers(model: type[Any], *refusals: int, status: int = 200) -> dict[int | str, Any]:
    return {status: {"model": model}, **{one: {"model": Problem} for one in refusals}}


@router.post(
    "",
    summary="Report something, without an account",
    status_code=201,
    responses=_answers(ReportMade, 404, 413, 422, status=201),
)
def make_report(
    request: Request, body: NewReport, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """Say what is wrong and where; the answer holds a code to follow it by, said only once."""
    lon, lat = place_of(body, service)
    new = cases.NewCase(
        category=body.category,
        lon=lon,
        lat=lat,
        source="tip" if category_of(body.category).group == "tip" else "resident",
        channel="resident",
        description=body.description,
        place=body.place or body.address,
        reporter={"name": body.name, "telephone": body.telephone},
        coded=True,
    )
    with _own(service, viewer) as connection:
        day = clock.now(connection, service.settings.zone).date()
        most = service.settings.reports_per_day
        count_report(connection, client_address(request.scope), day=day, most=most)
        made = cases.report(
            connection,
            new,
            RESIDENT,
            calendar=service.calendar,
            prefix=service.settings.case_prefix,
        )
        note_conversion(connection, body, made, RESIDENT)
    zone = service.settings.zone
    content = {
        "number": made.number,
        "code": made.code,
        "link": f"/report/{made.code}",
        "stage": made.stage.value,
        "due_at": made.due_at and made.due_at.astimezone(zone).isoformat(),
    }
    return _answer(content, 201)


@router.get(
    "/{code}", summary="How far a report has come", responses=_answers(ReportDocument, 404, 422)
)
def read_report(code: _Code, service: CurrentService, viewer: CurrentViewer) -> Response:
    """Its stage, whom it waits for and since when, and what was done."""
    with open_reading(service) as reading:
        return _answer(_told(reading.connection, code, service))


@router.post(
    "/{code}/rating",
    summary="Say how well a report was solved",
    responses=_answers(ReportDocument, 404, 409, 413, 422),
)
def rate_report(
    code: _Code, body: NewRating, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """1 to 5, when it is closed."""
    return _act(service, viewer, code, "rate", reason=body.words, about=str(body.rating))


@router.post(
    "/{code}/reopen",
    summary="Say that a report is not solved",
    responses=_answers(ReportDocument, 404, 409, 413, 422),
)
def reopen_report(
    code: _Code, body: NewReopening, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """With the reason; it goes on as a case that is accepted."""
    return _act(service, viewer, code, "reopen", reason=body.reason)


def _act(service: Service, viewer: Viewer, code: str, action: str, **words: str) -> Response:
    with _own(service, viewer) as connection:
        cases.act_by_code(
            connection, code, action, actor=RESIDENT, calendar=service.calendar, **words
        )
        return _answer(_told(connection, code, service))


@contextmanager
def _own(service: Service, viewer: Viewer) -> Iterator[Connection]:
    with changing(service, viewer, Right.REPORT) as connection:
        yield look_as(connection, _OWN)


def _told(connection: Connection, code: str, service: Service) -> dict[str, Any]:
    offices = {one.code: one for one in departments(connection)}
    found = cases.public_history(connection, code)
    return report_document(found, offices, service.settings.zone)


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(
        json_bytes(content), status_code=status, media_type="application/json", headers=headers
    )
