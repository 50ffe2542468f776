"""Checking a plan's grids, and drawing the repair that is proposed for them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel, Field

from api.answers import json_answer
from api.plans.bodies import ShortBody
from api.plans.change import CurrentChange, answers_of
from api.plans.models import EditDone, edit_item
from api.plans.versions import PlanId
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Looker
from gisgrid.exports.findings import checked_document
from gisgrid.geometry.checking import Tolerances, worsened
from gisgrid.store import drafts
from gisgrid.store.checking import check_grids, grids_around_plan
from gisgrid.store.drafts.fields import Strict

__all__ = ["router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=ShortBody)


class CheckQuery(Strict):
    """The parameters of a check."""

    worsened: bool = Field(default=False, description="Only what the plan makes worse.")
    tolerance: float | None = Field(
        default=None,
        ge=0,
        le=1e6,
        allow_inf_nan=False,
        description="List nothing up to this width in metres; as the settings say without it.",
    )


class PlanFinding(BaseModel):
    """One fault of the grids."""

    kind: str
    severity: Literal["error", "warning"]
    level: str
    codes: list[str]
    place: tuple[float, float] | None = Field(description="Longitude and latitude.")
    area_m2: float
    length_m: float
    width_m: float
    cause: str
    message: str
    message_zh: str
    message_en: str
    geometry: dict[str, Any] | None
    reason: str | None = Field(default=None, description="Why it is accepted.")


class FindingsBelow(BaseModel):
    """Faults within the tolerances, summed up."""

    kind: str
    level: str
    count: int
    area_m2: float
    largest_m2: float


class PlanChecked(BaseModel):
    """The outcome of a check, as ``gisgrid check --json``."""

    revision: int
    notice: str | None = None
    plan: int
    findings: list[PlanFinding]
    accepted: list[PlanFinding]
    below: list[FindingsBelow]
    tolerances: dict[str, Any]
    grids: dict[str, int]
    errors: int
    warnings: int


class RepairWanted(Strict):
    """What is to be repaired."""

    level: Literal["area", "unit", "micro", "police"] | None = Field(
        default=None, description="Only this level; all without it."
    )


class KnittingWanted(RepairWanted):
    """What is to be knitted."""

    tolerance: float = Field(
        default=drafts.KNIT_M,
        gt=0,
        le=10,
        allow_inf_nan=False,
        description="How far a border may move, in metres.",
    )


class GridRepaired(BaseModel):
    """What a repair does to a grid."""

    code: str
    gained_m2: float
    lost_m2: float
    gained_households: int
    lost_households: int


class LevelRepaired(BaseModel):
    """What a repair does to a level."""

    level: str
    grids: list[GridRepaired]
    redrawn: int = Field(description="Grids that get another shape, be it by a vertex.")
    gaps_filled: int
    border_moved_m2: float = Field(description="0 where the outer border stays.")


class RepairDone(EditDone):
    """The edit that holds a repair, and what it changes."""

    levels: list[LevelRepaired]


_ALL: Final = RepairWanted()
_KNITTING: Final = KnittingWanted()


@router.get(
    "/{plan_id}/check",
    summary="What is wrong with a plan's grids",
    responses={200: {"model": PlanChecked}, **{k: {"model": Problem} for k in (404, 409, 422)}},
)
def check_plan(
    request: Request,
    plan_id: PlanId,
    query: Annotated[CheckQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """All levels as a plan has them, listed or drawn, each by itself and in the one above."""
    settings = service.settings
    tolerances = Tolerances.stated(settings, width_m=query.tolerance)
    with open_reading(service) as reading:
        before, after = grids_around_plan(reading.connection, plan_id, settings.zone)
    checked = check_grids(after, tolerances)
    if query.worsened:
        checked = replace(checked, findings=worsened(check_grids(before, tolerances), checked))
    content = {"plan": plan_id, **checked_document(checked)}
    return json_answer(request, content, reading, private=True)


@router.post(
    "/{plan_id}/knit",
    summary="Make borders that lie on each other the same",
    responses=answers_of(EditDone),
)
def knit_plan(
    change: CurrentChange, body: Annotated[KnittingWanted, Body()] = _KNITTING
) -> Response:
    """Redraw the grids so that neighbours and levels share their vertices, as edits need them."""
    with change.begin() as connection:
        done = drafts.knit(
            connection,
            change.plan_id,
            tolerance_m=body.tolerance,
            level=body.level,
            author=change.author,
            expected_version=change.expected,
        )
        return change.done(connection, edit_item(done))


@router.post(
    "/{plan_id}/repair",
    summary="Draw the proposed repair of a plan's grids",
    responses=answers_of(RepairDone),
)
def repair_plan(change: CurrentChange, body: Annotated[RepairWanted, Body()] = _ALL) -> Response:
    """Redraw the grids so that each level is a coverage: one edit, which can be undone."""
    with change.begin() as connection:
        done = drafts.repair(
            connection,
            change.plan_id,
            tolerances=Tolerances.stated(change.service.settings),
            level=body.level,
            author=change.author,
            expected_version=change.expected,
        )
        levels = [asdict(one) for one in done.levels]
        return change.done(connection, {**edit_item(done.edit), "levels": levels})
