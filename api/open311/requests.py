"""Open311's service requests: cases, as far as the standard knows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Response

from api.access import allowed
from api.cases.placing import find_address
from api.open311.models import (
    CreatedDocument,
    JurisdictionQuery,
    NewRequest,
    RequestDocument,
    RequestsQuery,
    TokenDocument,
    answers,
)
from api.open311.routing import Open311Route
from api.open311.services import check_jurisdiction, service_name
from api.open311.writing import Extension, written
from api.parameters import Code
from api.reading import Reading, open_reading
from api.service import CurrentService, Service
from api.writing import changing
from gisgrid.access import Right, Viewer
from gisgrid.cases.categories import category_of
from gisgrid.cases.stages import OPEN
from gisgrid.errors import InputError
from gisgrid.store import cases
from gisgrid.store.people import departments
from gisgrid.times import in_calendar, parse_instant

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from gisgrid.store.cases import Case

__all__ = ["router"]

router = APIRouter(prefix="/open311/v2", tags=["open311"], route_class=Open311Route)

Reporter = Annotated[Viewer, allowed(Right.REPORT)]
_Number = Annotated[Code, Path(max_length=100)]

# The standard's own bounds of a listing.
_MOST: Final = 1_000
_SPAN: Final = timedelta(days=90)
_NOTICE: Final = "按网格转交属地处理 the grid where it lies takes it on"


@router.post(
    "/requests.{extension}",
    summary="Open311: report something",
    responses=answers(list[CreatedDocument], 413),
)
def make_request(
    extension: Extension,
    form: Annotated[NewRequest, Form()],
    service: CurrentService,
    viewer: Reporter,
) -> Response:
    """A form; the number of the request is told at once."""
    check_jurisdiction(service.settings.jurisdiction, form.jurisdiction_id)
    if not form.service_code:
        raise InputError("service_code was not provided", fix="GET /open311/v2/services.json")
    category = category_of(form.service_code)
    lon, lat = _place(form, service)
    new = cases.NewCase(
        category=category.code,
        lon=lon,
        lat=lat,
        source=category.public_source,
        channel="resident",
        description="\n".join(one for one in (form.description, form.media_url) if one),
        place=form.address_string,
        severity=form.severity,
        reporter={
            "name": f"{form.last_name} {form.first_name}".strip(),
            "telephone": form.phone,
            "email": form.email,
        },
    )
    with changing(service, viewer, Right.REPORT) as connection:
        made = cases.report(
            connection,
            new,
            viewer.actor,
            calendar=service.calendar,
            prefix=service.settings.case_prefix,
        )
    content = {
        "service_request_id": made.number,
        "service_notice": _NOTICE,
        "account_id": None,
    }
    return written([content], "service_requests", extension)


@router.get(
    "/requests.{extension}",
    summary="Open311: requests, those made last first",
    responses=answers(list[RequestDocument]),
)
def list_requests(
    extension: Extension,
    query: Annotated[RequestsQuery, Query()],
    service: CurrentService,
    viewer: Reporter,
) -> Response:
    """Of 90 days at most, in one's scope; nothing confidential, no words of reporters."""
    with _reading(query, service, viewer) as reading:
        wanted = _wanted(query, reading, service)
        found = cases.listing(reading.connection, wanted, limit=_MOST).cases
        content = _documents(reading, found, service)
    return written(content, "service_requests", extension)


@router.get(
    "/requests/{service_request_id}.{extension}",
    summary="Open311: a request",
    responses=answers(list[RequestDocument]),
)
def read_request(
    service_request_id: _Number,
    extension: Extension,
    query: Annotated[JurisdictionQuery, Query()],
    service: CurrentService,
    viewer: Reporter,
) -> Response:
    """How far it has come."""
    with _reading(query, service, viewer) as reading:
        case = cases.get(reading.connection, service_request_id)
        content = _documents(reading, [case], service)
    return written(content, "service_requests", extension)


@router.get(
    "/tokens/{token}.{extension}",
    summary="Open311: the request of a token",
    responses=answers(list[TokenDocument]),
)
def read_token(
    token: _Number,
    extension: Extension,
    query: Annotated[JurisdictionQuery, Query()],
    service: CurrentService,
    viewer: Reporter,
) -> Response:
    """Requests have their number at once, so that a token is the number itself."""
    with _reading(query, service, viewer) as reading:
        case = cases.get(reading.connection, token)
    content = {"service_request_id": case.number, "token": token}
    return written([content], "service_requests", extension)


def _reading(
    query: JurisdictionQuery, service: Service, viewer: Viewer
) -> AbstractContextManager[Reading]:
    """What one may see of cases here: never what is confidential, whatever one's rights."""
    check_jurisdiction(service.settings.jurisdiction, query.jurisdiction_id)
    return open_reading(service, sight=replace(viewer.sight(Right.REPORT), confidential=None))


def _place(form: NewRequest, service: Service) -> tuple[float, float]:
    if form.lat is not None and form.long is not None:
        return form.long, form.lat
    if form.lat is not None or form.long is not None:
        raise InputError("lat and long go together")
    if form.address_string:
        return find_address(form.address_string, service)
    raise InputError("no location was provided", fix="give lat and long, or address_string")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _wanted(query: RequestsQuery, reading: Reading, service: Service) -> cases.CaseFilter:
    if numbers := _listed(query.service_request_id):
        return cases.CaseFilter(numbers=numbers)
    zone = service.settings.zone
    first = parse_instant(query.start_date, zone) if query.start_date else None
    last = parse_instant(query.end_date, zone) if query.end_date else None
    if first is None:
        first = (last or reading.at) - _SPAN
    # Near the end of the calendar there are no 90 days more; nothing is on record there either.
    if not in_calendar(first):
        raise InputError("lies outside the calendar", where="start_date")
    last = min(last or first + _SPAN, first + _SPAN)
    states = set(_listed(query.status.lower()))
    if states - {"open", "closed"}:
        raise InputError("status is open or closed", where=query.status)
    return cases.CaseFilter(
        categories=tuple(category_of(code).code for code in _listed(query.service_code)),
        since=first,
        until=last,
        open="open" in states if len(states) == 1 else None,
    )


def _documents(
    reading: Reading, found: tuple[Case, ...] | list[Case], service: Service
) -> list[dict[str, Any]]:
    offices = {one.code: one.name_zh for one in departments(reading.connection)}
    return [_document(one, offices, service) for one in found]


def _document(case: Case, offices: dict[str, str], service: Service) -> dict[str, Any]:
    owners = [service.served.refs.get(case.grids.get(level, 0)) for level in ("unit", "micro")]
    return {
        "service_request_id": case.number,
        "status": "open" if case.stage in OPEN else "closed",
        "status_notes": f"{case.stage.zh} {case.stage.en}",
        "service_name": service_name(case.category),
        "service_code": case.category.code,
        # Whatever people wrote may name people.
        "description": None,
        "agency_responsible": offices.get(case.lead_department, case.lead_department) or None,
        "service_notice": _NOTICE if case.stage in OPEN else None,
        "requested_datetime": _moment(case.reported_at, service),
        "updated_datetime": _moment(case.stage_since, service),
        "expected_datetime": _moment(case.due_at, service),
        "address": " ".join(one.name for one in owners if one) or None,
        "address_id": None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": None,
    }


def _moment(at: datetime | None, service: Service) -> str | None:
    if at is None:
        return None
    return at.astimezone(service.settings.zone).isoformat(timespec="seconds")
