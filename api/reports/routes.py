"""Residents report without an account, and follow their report by the code that they were given.

The code stands in the address, so that it can be kept as a link. The log leaves it out, no answer
may be kept by a cache, and browsers are told to pass the address on to nobody.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Request, Response

from api.access import CurrentViewer, client_address
from api.answers import json_bytes
from api.cases.placing import by_address, note_conversion, place_of
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.reports.documents import report_document
from api.reports.models import NewRating, NewReopening, NewReport, ReportDocument, ReportMade
from api.service import CurrentService, Service
from api.writing import changing
from gisgrid.access import Actor, Right, Sight, Viewer
from gisgrid.cases.categories import category_of
from gisgrid.cases.stages import Stage
from gisgrid.errors import InputError
from gisgrid.store import cases, clock
from gisgrid.store.cases import once
from gisgrid.store.people import departments
from gisgrid.store.scope import look_as
from gisgrid.store.tally import count_report
from gisgrid.store.works import evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["RESIDENT", "Code", "answers", "own_change", "router", "told_alone"]

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=ShortBody)

RESIDENT: Final = Actor("resident")
# What somebody reports, or has the code of, is theirs wherever it lies; the store names the row.
_OWN: Final = Sight(whole=True).disclosed()

Code = Annotated[str, Path(max_length=100, description="As it was said when it was reported.")]

_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=16,
        max_length=64,
        pattern=r"^[!-~]+$",
        description="A UUID of the sender's making, a new one for each report: what is sent again "
        "with it within 24 hours makes no other case and gets the same answer.",
    ),
]


def answers(model: type[Any], *refusals: int, status: int = 200) -> dict[int | str, Any]:
    """The documented answers of a route: its model, and problems."""
    return {status: {"model": model}, **{one: {"model": Problem} for one in refusals}}


@router.post(
    "",
    summary="Report something, without an account",
    status_code=201,
    responses=answers(ReportMade, 404, 413, 422, status=201),
)
def make_report(
    request: Request,
    body: NewReport,
    service: CurrentService,
    viewer: CurrentViewer,
    key: _Key = None,
) -> Response:
    """Say what is wrong and where; the answer holds a code to follow it by, said only once."""
    # Before its address is looked up, which costs a report of the day.
    category_of(body.category)
    try:
        with own_change(service, viewer) as connection:
            claimed = None if key is None else once.claim(connection, key, body.model_dump_json())
            if claimed is not None and claimed.told is not None:
                return told_alone(_made(claimed.told, claimed.code, service), 201)
            _count(connection, request, service)
            made = cases.report(
                connection,
                _new(body, service, "" if claimed is None else claimed.code),
                RESIDENT,
                calendar=service.calendar,
                prefix=service.settings.case_prefix,
            )
            note_conversion(connection, body, made, RESIDENT)
            if claimed is not None:
                once.settle(connection, claimed, made)
    except InputError:
        if by_address(body):
            # Else a stranger could try texts until the whole register is read.
            with own_change(service, viewer) as connection:
                _count(connection, request, service)
        raise
    return told_alone(_made(made, made.code, service), 201)


def _new(body: NewReport, service: Service, code: str) -> cases.NewCase:
    """What somebody reports; an address that is not certain is refused without likely ones."""
    lon, lat = place_of(body, service, likely=False)
    return cases.NewCase(
        category=body.category,
        lon=lon,
        lat=lat,
        source=category_of(body.category).public_source,
        channel="resident",
        description=body.description,
        place=body.place or body.address,
        reporter={"name": body.name, "telephone": body.telephone},
        coded=True,
        code=code,
    )


def _count(connection: Connection, request: Request, service: Service) -> None:
    """Count a report of the address that a request comes from."""
    now = clock.now(connection, service.settings.zone)
    most = service.settings.reports_per_day
    count_report(connection, client_address(request.scope), now=now, most=most)


def _made(told: cases.Case | once.Told, code: str, service: Service) -> dict[str, Any]:
    """What is answered to a report: the first time, and each time that it is sent again."""
    return {
        "number": told.number,
        "code": code,
        "link": f"/report/{code}",
        "stage": Stage.REPORTED.value,
        "due_at": told.due_at and told.due_at.astimezone(service.settings.zone).isoformat(),
    }


@router.get(
    "/{code}", summary="How far a report has come", responses=answers(ReportDocument, 404, 422)
)
def read_report(code: Code, service: CurrentService, viewer: CurrentViewer) -> Response:
    """Its stage, whom it waits for and since when, and what was done."""
    with open_reading(service) as reading:
        return told_alone(_told(reading.connection, code, service))


@router.post(
    "/{code}/rating",
    summary="Say how well a report was solved",
    responses=answers(ReportDocument, 404, 409, 413, 422),
)
def rate_report(
    code: Code, body: NewRating, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """1 to 5, when it is closed."""
    return _act(service, viewer, code, "rate", reason=body.words, about=str(body.rating))


@router.post(
    "/{code}/reopen",
    summary="Say that a report is not solved",
    responses=answers(ReportDocument, 404, 409, 413, 422),
)
def reopen_report(
    code: Code, body: NewReopening, service: CurrentService, viewer: CurrentViewer
) -> Response:
    """With the reason; it goes on as a case that is accepted."""
    return _act(service, viewer, code, "reopen", reason=body.reason)


def _act(service: Service, viewer: Viewer, code: str, action: str, **words: str) -> Response:
    with own_change(service, viewer) as connection:
        cases.act_by_code(
            connection, code, action, actor=RESIDENT, calendar=service.calendar, **words
        )
        return told_alone(_told(connection, code, service))


@contextmanager
def own_change(service: Service, viewer: Viewer) -> Iterator[Connection]:
    """A transaction of somebody who has the code of a case, or is about to get it."""
    with changing(service, viewer, Right.REPORT) as connection:
        yield look_as(connection, _OWN)


def _told(connection: Connection, code: str, service: Service) -> dict[str, Any]:
    offices = {one.code: one for one in departments(connection)}
    found = cases.public_history(connection, code)
    sent = evidence.sent_by_code(connection, code, RESIDENT)
    return report_document(found, offices, service.settings.zone, service.calendar) | {
        "pictures": sent
    }


def told_alone(content: dict[str, Any], status: int = 200) -> Response:
    """An answer for its reporter, which nothing on the way may keep."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(
        json_bytes(content), status_code=status, media_type="application/json", headers=headers
    )
