"""Who is affected: what a plan changes, and the difference of any two states of all grids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.answers import json_answer
from api.plans.models import PlaceHeld
from api.plans.versions import PlanId
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Looker
from gisgrid.access import Right, Viewer
from gisgrid.exports.comparison import comparison_document
from gisgrid.store.comparing import compare
from gisgrid.store.states import State, around_plan, state_named

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["plans"])

_State = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="`now`, `plan 3`, `revision 7`, or a date.",
        examples=["revision 7"],
    ),
]


class CompareQuery(BaseModel):
    """The two states; a parameter that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    before: _State = "now"
    after: _State


class Totals(BaseModel):
    """How much differs."""

    grids: dict[str, int] = Field(description="By new, ended, reshaped, relabelled.")
    places: dict[str, int] = Field(description="Places that come to another grid, by kind.")
    households: int
    held: int = Field(description="Held places whose ground changes hands, or whose grid ends.")
    area_m2: dict[str, float] = Field(description="Ground that changes hands, by level.")


class GridDifference(BaseModel):
    """A grid that differs, before and after; null where it is not there."""

    level: str
    change: str
    code_before: str | None
    code_after: str | None
    name_before: str | None
    name_after: str | None
    parent_before: str | None
    parent_after: str | None
    households_before: int | None
    households_after: int | None
    addresses_before: int | None
    addresses_after: int | None
    area_m2_before: float | None
    area_m2_after: float | None
    compactness_before: float | None = Field(description="Polsby-Popper, 1 for a circle.")
    compactness_after: float | None
    on_lines_before: float | None = Field(description="Share of its border on dividing lines.")
    on_lines_after: float | None


class GroundMoved(BaseModel):
    """Ground that goes from one grid to another, with shares of the first one's."""

    level: str
    source: str
    target: str
    area_m2: float
    share: float
    households: int
    household_share: float | None


class PlaceMoved(BaseModel):
    """A place that comes to another grid; null is outside."""

    kind: str
    source_id: str
    title: str | None
    households: int | None
    lon: float
    lat: float
    from_area: str | None
    from_unit: str | None
    from_micro: str | None
    to_area: str | None
    to_unit: str | None
    to_micro: str | None


class ComparisonAnswer(BaseModel):
    """The difference of two states of all grids."""

    revision: int
    notice: str | None = None
    before: str
    after: str
    totals: Totals
    grids: list[GridDifference]
    ground: list[GroundMoved]
    moves: list[PlaceMoved]
    held: list[PlaceHeld]


_RESPONSES: dict[int | str, dict[str, object]] = {
    200: {"model": ComparisonAnswer},
    404: {"model": Problem},
    409: {"model": Problem},
    413: {"model": Problem},
    422: {"model": Problem},
}


@router.get("/compare", summary="What differs between two states", responses=_RESPONSES)
def compare_states(
    request: Request,
    query: Annotated[CompareQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Any two of the present, plans, revisions and dates; places are taken where they lie now."""

    def states(connection: Connection, zone: tzinfo) -> tuple[State, State]:
        before, after = (state_named(connection, one, zone) for one in (query.before, query.after))
        return before, after

    return _answer(request, service, viewer, states)


@router.get("/plans/{plan_id}/preview", summary="What a plan changes", responses=_RESPONSES)
def preview(
    request: Request,
    plan_id: PlanId,
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The present beside what will be: who comes to another grid, what becomes of each grid."""

    def states(connection: Connection, zone: tzinfo) -> tuple[State, State]:
        return around_plan(connection, plan_id, zone)

    return _answer(request, service, viewer, states)


def _answer(
    request: Request,
    service: Service,
    viewer: Viewer,
    states: Callable[[Connection, tzinfo], tuple[State, State]],
) -> Response:
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        before, after = states(reading.connection, service.settings.zone)
        found = compare(
            reading.connection, before, after, most_places=service.settings.batch_limit // 10
        )
        return json_answer(request, comparison_document(found), reading, private=True)
