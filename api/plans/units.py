"""One unit of a plan to draw in: its cells, and how its micro-grids stand."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import shapely
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.answers import answer, etag, json_bytes
from api.plans.versions import PlanId, plan_tag
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Looker
from gisgrid.access import Right, Viewer
from gisgrid.store import drafts, plans
from gisgrid.store.drafts.arguments import Strict
from gisgrid.store.drafts.fields import Code
from gisgrid.store.units import unit_cells, unit_standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.store.units import GridStanding, UnitCells

__all__ = ["router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"])

# Of footprints and lines that are only looked at: about a centimetre.
_DIGITS = 7


class UnitQuery(Strict):
    """The parameter of what is asked of a unit."""

    unit: Annotated[Code, Field(description="Code of the unit in the plan.")]


class StandingItem(BaseModel):
    """How a micro-grid stands."""

    key: int = Field(description="Its id, below 0 for one that the plan makes.")
    code: str
    name: str
    households: int = Field(description="Of the addresses that it owns.")
    declared: int | None
    range_reason: str | None
    hazards: int = Field(description="Open ones.")
    area_m2: float
    compactness: float | None = Field(description="Polsby-Popper, 1 for a circle.")
    pieces: int = Field(description="Parts that lie apart.")


class UnitStanding(BaseModel):
    """How the micro-grids of a unit stand."""

    revision: int
    notice: str | None = None
    plan: int
    version: int
    unit: str
    grids: list[StandingItem]


_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (404, 409, 422)
}


@router.get(
    "/{plan_id}/standing",
    summary="How the micro-grids of a unit stand",
    responses={200: {"model": UnitStanding}, **_REFUSED},
)
def plan_standing(
    request: Request,
    plan_id: PlanId,
    query: Annotated[UnitQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Households, open hazards and shape of each micro-grid of a unit as a drawn plan has it."""

    def grids(connection: Connection) -> dict[str, Any]:
        found = unit_standing(connection, plan_id, query.unit)
        return {"unit": query.unit, "grids": [_standing(grid) for grid in found]}

    return _answer(request, service, viewer, plan_id, grids, "application/json")


@router.get("/{plan_id}/cells", summary="The cells of a unit", responses=_REFUSED)
def plan_cells(
    request: Request,
    plan_id: PlanId,
    query: Annotated[UnitQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The unit cut into cells, one for each building, as GeoJSON; see the edit `paint`.

    Each has its `households`, open `hazards`, `block` (ground that no line divides) and `grid`, the
    code of its micro-grid or null. `buildings` and `lines` are what there is to see beside.
    """

    def cells(connection: Connection) -> dict[str, Any]:
        return _cells(unit_cells(connection, plan_id, query.unit))

    return _answer(request, service, viewer, plan_id, cells, "application/geo+json")


def _answer(
    request: Request,
    service: Service,
    viewer: Viewer,
    plan_id: int,
    made: Callable[[Connection], dict[str, Any]],
    media_type: str,
) -> Response:
    # A tip says nothing of where a border should run, whoever may see it.
    sight = replace(viewer.sight(Right.SEE_PLACES), confidential=None)
    with open_reading(service, sight=sight) as reading:
        plan = plans.by_id(reading.connection, plan_id)
        drafts.require_drawn(plan)
        content = made(reading.connection)
    head = {**reading.head, "plan": plan_id, "version": plan.version}
    body = json_bytes({**head, **content})
    # Homes and hazards change without the plan.
    digest = etag(reading.revision, body).strip('"').partition("-")[2]
    tag = f'{plan_tag(plan, reading.revision)[:-1]}-{digest}"'
    return answer(request, body, reading.revision, media_type=media_type, tag=tag, private=True)


def _standing(grid: GridStanding) -> dict[str, Any]:
    item = asdict(grid)
    return {**item, "compactness": grid.compactness if math.isfinite(grid.compactness) else None}


def _cells(found: UnitCells) -> dict[str, Any]:
    place, cells = found.place, found.cells
    codes = [*(grid.code for grid in place.grids), None]
    columns = zip(
        cells.households.tolist(),
        found.hazards.tolist(),
        cells.block.tolist(),
        [codes[present] for present in cells.present.tolist()],
        strict=True,
    )
    names = ("households", "hazards", "block", "grid")
    lines = place.ground.lines
    return {
        "type": "FeatureCollection",
        "unit": place.unit.code,
        "features": [
            _feature(shape, dict(zip(names, row, strict=True)))
            for shape, row in zip(cells.shapes, columns, strict=True)
        ],
        "buildings": _seen(place.ground.homes.outlines, [{}] * len(place.ground.homes.outlines)),
        "lines": _seen(lines.shapes, [{"class": name} for name in lines.classes]),
    }


def _seen(shapes: NDArray[Any], properties: list[dict[str, Any]]) -> dict[str, Any]:
    """Shapes to look at, not to draw with."""
    short = shapely.transform(shapes, lambda points: points.round(_DIGITS))
    features = [_feature(*pair) for pair in zip(short, properties, strict=True)]
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: Any, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": properties, "geometry": geometry}
