"""Patrol plans over HTTP: made, listed, read, and the ground around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import PRIVATE, json_answer, json_bytes
from api.patrols.models import (
    GroundDocument,
    NewPatrol,
    PatrolDocument,
    PatrolList,
    PatrolListQuery,
)
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Looker, Patroller
from api.writing import changing
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store import clock, patrols, revisions
from gisgrid.store.notices import notice

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.store.patrols import Plan

__all__ = ["PlanId", "router"]

router = APIRouter(prefix="/v1/patrols", tags=["patrols"], route_class=ShortBody)

PlanId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the plan.")]


@router.post(
    "/plans",
    summary="Plan a patrol",
    status_code=201,
    responses={
        201: {"model": PatrolDocument},
        **{status: {"model": Problem} for status in (403, 404, 409, 413, 422, 429)},
    },
)
def make_plan(
    request: Request, body: NewPatrol, service: CurrentService, planner: Patroller
) -> Response:
    """Plan a shift: tonight's unless a date is given. The same request gives the same stops."""
    settings = service.settings
    # The turn first: who waits for it holds no connection.
    with service.turn(), changing(service, planner, Right.PATROL) as connection:
        now = clock.now(connection, settings.zone)
        shift = patrols.tonight(connection, now, body.shift, body.date, settings.zone)
        asked = body.model_dump(exclude={"shift", "date", "seed"})
        seed = shift[0].toordinal() if body.seed is None else body.seed
        wanted = patrols.PatrolRequest(starts=shift[0], ends=shift[1], seed=seed, **asked)
        number = patrols.make(connection, wanted, settings, now=now, author=planner.name)
        head: dict[str, Any] = {"revision": revisions.current(connection)}
        if told := notice(connection):
            head["notice"] = told
        made = patrols.by_id(connection, number)
    return Response(
        json_bytes(head | _document(made, settings.zone)),
        status_code=201,
        media_type="application/json",
        headers={"Cache-Control": PRIVATE, "Location": f"{request.url.path}/{number}"},
    )


@router.get(
    "/plans",
    summary="The patrol plans, the newest first",
    responses={200: {"model": PatrolList}, 422: {"model": Problem}},
)
def list_plans(
    request: Request,
    query: Annotated[PatrolListQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Plans, the newest first; `next` is the address of the page after."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = patrols.listing(reading.connection, before=query.before, limit=query.limit + 1)
        page, following = found[: query.limit], None
        if len(found) > len(page):
            following = f"{request.url.path}?limit={query.limit}&before={page[-1].id}"
        content = {"plans": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


@router.get(
    "/plans/{plan_id}",
    summary="A patrol plan, stop by stop",
    responses={200: {"model": PatrolDocument}, 404: {"model": Problem}},
)
def read_plan(
    request: Request, plan_id: PlanId, service: CurrentService, viewer: Looker
) -> Response:
    """A plan with its stops, by officer and in order, and which of them were visited."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = patrols.by_id(reading.connection, plan_id)
        content = _document(found, service.settings.zone)
        return json_answer(request, content, reading, private=True)


@router.get(
    "/plans/{plan_id}/ground",
    summary="Streets and micro-grids around a plan's stops",
    responses={200: {"model": GroundDocument}, 404: {"model": Problem}},
)
def read_ground(
    request: Request, plan_id: PlanId, service: CurrentService, viewer: Looker
) -> Response:
    """What a map of the plan shows beneath the stops: streets with names, micro-grids (GeoJSON)."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = patrols.by_id(reading.connection, plan_id)
        ground = patrols.ground_of(reading.connection, found, reading.at)
        content = {"lines": _features(ground.lines), "grids": _features(ground.grids)}
        return json_answer(request, content, reading, private=True)


def _document(plan: Plan, zone: tzinfo) -> dict[str, Any]:
    content: dict[str, Any] = document(plan, zone)
    return {
        "plan": content.pop("summary"),
        "made_from": content.pop("revision"),
        **content,
    }


def _features(frame: Any) -> dict[str, Any]:
    features: dict[str, Any] = frame.to_geo_dict()
    return features
