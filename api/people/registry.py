"""``/v1/departments``, ``/v1/teams``, ``/v1/party``: the registry, and counts without names."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import allowed
from api.accounts.asking import Administrator
from api.answers import json_answer
from api.parameters import AtQuery
from api.people.models import (
    DepartmentList,
    NewDepartment,
    NewParty,
    NewTeam,
    PartyList,
    TeamList,
    Written,
    answers,
)
from api.people.persons import Manager
from api.plans.bodies import ShortBody
from api.reading import asked_instant, open_reading
from api.service import CurrentService
from api.viewers import PeopleLooker
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.errors import InputError
from gisgrid.exports.documents import document
from gisgrid.store import people

if TYPE_CHECKING:
    from gisgrid.store.people import Department

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["people"], route_class=ShortBody)


@router.get("/departments", summary="All departments", responses=answers(DepartmentList))
def list_departments(
    request: Request,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.RESOLVE)],
) -> Response:
    """The departmental lines (条线) and other offices that a case can call."""
    with open_reading(service) as reading:
        found: list[Department] = people.departments(reading.connection)
        content = {"departments": document(found, service.settings.zone)}
        return json_answer(request, content, reading)


@router.post("/departments", summary="Add or change one", responses=answers(Written, 413, 422))
def put_department(
    body: NewDepartment,
    service: CurrentService,
    viewer: Administrator,
) -> Response:
    """Put a department into the registry, which is of the whole district."""
    with changing(service, viewer, Right.ADMINISTER) as connection:
        rows = [people.Department(**body.model_dump())]
        count = people.put_departments(connection, rows)
        return changed(connection, service, {"id": None, "changed": count})


@router.get("/teams", summary="Volunteers and coalition teams", responses=answers(TeamList, 422))
def list_teams(
    request: Request,
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: PeopleLooker,
) -> Response:
    """The teams of one's scope, each as it was told of last until a date."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PEOPLE)) as reading:
        found = people.teams(reading.connection, reading.at)
        content = {"teams": document(found, service.settings.zone)}
        return json_answer(request, content, reading, private=True)


@router.post("/teams", summary="Tell of a team", responses=answers(Written, 404, 413, 422))
def put_team(body: NewTeam, service: CurrentService, viewer: Manager) -> Response:
    """Put a team of a grid of one's scope on record, as it is on a day."""
    told = body.model_dump() | {"as_of": _day(body.as_of, service.settings.zone)}
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        count = people.put_teams(connection, [people.Team(**told)])
        return changed(connection, service, {"id": None, "changed": count})


@router.get("/party", summary="Party groups, as counts", responses=answers(PartyList, 422))
def list_party(
    request: Request,
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: PeopleLooker,
) -> Response:
    """Party groups and their members by grid, as told of last until a date; counts only."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PEOPLE)) as reading:
        found = people.party_counts(reading.connection, reading.at)
        content = {
            "party": document(found, service.settings.zone),
            "groups": sum(one.groups for one in found),
            "members": sum(one.members for one in found),
        }
        return json_answer(request, content, reading, private=True)


@router.post("/party", summary="Tell of party groups", responses=answers(Written, 404, 413, 422))
def put_party(body: NewParty, service: CurrentService, viewer: Manager) -> Response:
    """Put the counts of a grid of one's scope on record, as they are on a day."""
    told = body.model_dump() | {"as_of": _day(body.as_of, service.settings.zone)}
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        count = people.put_party(connection, [people.PartyCount(**told)])
        return changed(connection, service, {"id": None, "changed": count})


def _day(text: str, zone: tzinfo) -> date:
    moment = asked_instant(text, zone)
    if moment is None:
        raise InputError("this is no day", where="as_of", fix="give one, as 2024-09-15")
    return moment.date()
