"""Visits over HTTP: recorded by a tap, and planned against done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import PRIVATE, json_answer, json_bytes
from api.patrols.models import DoneList, DoneQuery, NewVisit, VisitDone
from api.patrols.plans import PlanId
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Looker, Patroller
from api.writing import changing
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store import clock, patrols

__all__ = ["router"]

router = APIRouter(prefix="/v1/patrols", tags=["patrols"], route_class=ShortBody)


@router.post(
    "/plans/{plan_id}/visits",
    summary="Record that a stop was visited",
    status_code=201,
    responses={
        201: {"model": VisitDone},
        **{status: {"model": Problem} for status in (403, 404, 413, 422)},
    },
)
def record_visit(
    plan_id: PlanId, body: NewVisit, service: CurrentService, planner: Patroller
) -> Response:
    """Record a visit. Nothing on record is changed: the last that was said of a stop counts."""
    zone = service.settings.zone
    with changing(service, planner, Right.PATROL) as connection:
        when = body.visited_at or clock.now(connection, zone)
        made = patrols.record(
            connection,
            plan_id=plan_id,
            stop_id=body.stop,
            done=body.done,
            visited_at=when.replace(tzinfo=zone) if when.tzinfo is None else when,
            visitor=body.visitor or planner.name,
            note=body.note,
        )
    return Response(
        json_bytes(document(made, zone)),
        status_code=201,
        media_type="application/json",
        headers={"Cache-Control": PRIVATE},
    )


@router.get(
    "/done",
    summary="Planned against done",
    responses={200: {"model": DoneList}, 422: {"model": Problem}},
)
def planned_against_done(
    request: Request,
    query: Annotated[DoneQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Stops planned and visited, by plan, by micro-grid or by week."""
    zone = service.settings.zone
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        rows = patrols.done(
            reading.connection, query.by, at=reading.at, zone=zone, plan_id=query.plan
        )
        content = {"by": query.by, "rows": document(rows, zone)}
        return json_answer(request, content, reading, private=True)
