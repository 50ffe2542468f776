"""Facilities over HTTP, and the cases that items of campaigns become."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import json_answer
from api.cases.reading import Worker, answers
from api.parameters import Code
from api.plans.bodies import ShortBody
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Looker
from api.works.models import (
    FacilityDetail,
    FacilityKindList,
    FacilityList,
    FacilityQuery,
    ItemCaseBody,
    NewFacilityBody,
    NewUpkeep,
    SprungCase,
)
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.exports.documents import document
from gisgrid.store import clock
from gisgrid.store.works import facilities, springing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.service import Service

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["facilities"], route_class=ShortBody)

_Id = Annotated[Code, Path(description="Id of the facility.")]


@router.get("/facility-kinds", summary="Kinds of facilities", responses=answers(FacilityKindList))
def list_kinds(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """All kinds, and the category of the cases that spring from each."""
    with open_reading(service) as reading:
        content = {"kinds": [asdict(one) for one in FACILITY_KINDS.values()]}
        return json_answer(request, content, reading, private=True)


@router.get("/facilities", summary="Facilities", responses=answers(FacilityList, 422))
def list_facilities(
    request: Request,
    query: Annotated[FacilityQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The facilities of one's scope that are in use; `due`: only what is to be seen to."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = facilities.facility_listing(
            reading.connection,
            reading.at,
            kind=query.kind,
            grid=query.grid,
            due_by=reading.at.date() if query.due else None,
            after=query.after,
            limit=query.limit + 1,
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = query.model_dump(exclude_none=True, exclude_defaults=True)
            following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
        content = {"facilities": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


@router.get("/facilities/{id}", summary="A facility", responses=answers(FacilityDetail, 404))
def get_facility(request: Request, id: _Id, service: CurrentService, viewer: Looker) -> Response:
    """A facility, and each time that somebody saw to it."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        content = _detail(reading.connection, id, service)
        return json_answer(request, content, reading, private=True)


@router.post(
    "/facilities",
    summary="Put a facility on record",
    status_code=201,
    responses=answers(FacilityDetail, 404, 409, 413, 422, status=201),
)
def add_facility(body: NewFacilityBody, service: CurrentService, viewer: Worker) -> Response:
    """Put a facility of one's scope on record; the answer says by which id it is known."""
    new = facilities.NewFacility(id=f"f-{secrets.token_hex(6)}", **body.model_dump())
    with changing(service, viewer, Right.WORK_CASES) as connection:
        facilities.add_facility(connection, new)
        return changed(connection, service, _detail(connection, new.id, service), 201)


@router.post(
    "/facilities/{id}/upkeep",
    summary="Say that somebody saw to it",
    status_code=201,
    responses=answers(FacilityDetail, 404, 409, 413, 422, status=201),
)
def log_upkeep(id: _Id, body: NewUpkeep, service: CurrentService, viewer: Worker) -> Response:
    """Put upkeep on record; where it was replaced, with the new day of expiry."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        today = clock.now(connection, service.settings.zone).date()
        facilities.log_upkeep(
            connection,
            id,
            done_on=body.done_on or today,
            today=today,
            expires_on=body.expires_on,
            note=body.note,
            actor=viewer.actor,
        )
        return changed(connection, service, _detail(connection, id, service), 201)


@router.post(
    "/facilities/{id}/retire",
    summary="Take it out of use",
    responses=answers(FacilityDetail, 404, 409, 422),
)
def retire(id: _Id, service: CurrentService, viewer: Worker) -> Response:
    """Take a facility out of use: it stays on record, and no case springs from it any more."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        today = clock.now(connection, service.settings.zone).date()
        facilities.retire(connection, id, today)
        return changed(connection, service, _detail(connection, id, service))


@router.post(
    "/campaigns/{code}/items/{item_id}/case",
    summary="Make a case of an item of a campaign",
    status_code=201,
    responses=answers(SprungCase, 404, 409, 413, 422, status=201),
    tags=["campaigns"],
)
def make_case(
    code: Annotated[Code, Path(description="Code of the campaign.")],
    item_id: Annotated[Code, Path(description="The item's id in the campaign's files.")],
    body: ItemCaseBody,
    service: CurrentService,
    viewer: Worker,
) -> Response:
    """Make a case of an item; when the case closes, the item is marked as done."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        case = springing.spring_from_item(
            connection,
            code,
            item_id,
            category=body.category,
            description=body.description,
            actor=viewer.actor,
            calendar=service.calendar,
            prefix=service.settings.case_prefix,
        )
        return changed(connection, service, {"number": case.number, "stage": case.stage}, 201)


def _detail(connection: Connection, id: str, service: Service) -> dict[str, object]:
    """A facility with its log, as it stands."""
    zone = service.settings.zone
    found = facilities.facility_of(connection, id, clock.now(connection, zone))
    log = facilities.upkeep_log(connection, id)
    return {**document(found, zone), "upkeep": document(log, zone)}
