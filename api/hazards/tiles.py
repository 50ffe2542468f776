"""The density of hazards as pictures: tiles of a web map, of ten million hazards as of ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import answer
from api.hazards.filters import FilterQuery
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Looker
from gisgrid.access import Right
from gisgrid.errors import NotFound
from gisgrid.geometry.tiling import Tile
from gisgrid.hotspots.density.classes import STEPS, checked_steps, colours, palette
from gisgrid.hotspots.density.png import palette_png
from gisgrid.hotspots.density.surface import tile_density
from gisgrid.store.changes import moment_of

if TYPE_CHECKING:
    from gisgrid.store.hazard_snapshot import HazardSnapshot
    from gisgrid.store.hazards import HazardFilter

__all__ = ["router"]

router = APIRouter(prefix="/v1/hazards", tags=["hazards"])

_PNG: Final = "image/png"
# A pixel of the last one is some centimetres wide.
_LAST_ZOOM: Final = 22
_SECONDS_OF_YEAR: Final = 365.25 * 86_400
_DAY: Final = 86_400
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {_PNG: {"schema": {"type": "string", "format": "binary"}}}},
    404: {"model": Problem},
    422: {"model": Problem},
}


class TileQuery(FilterQuery):
    """What a tile shows, and how."""

    radius: Annotated[
        float,
        Field(
            ge=20,
            le=5_000,
            description="Metres: two standard deviations of the bell curve of one hazard.",
        ),
    ] = 300.0
    steps: Annotated[
        str | None,
        Field(
            max_length=200,
            pattern=r"^[0-9.eE+-]+(,[0-9.eE+-]+)*$",
            description="Six limits of the classes, in hazards per hectare and year.",
        ),
    ] = None


@router.get(
    "/tiles/{z}/{x}/{y}.png",
    summary="The density of hazards as a picture",
    response_class=Response,
    responses=_ANSWERS,
)
def density_tile(
    request: Request,
    z: int,
    x: int,
    y: int,
    query: Annotated[TileQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """A tile of 256 pixels (PNG) in hazards per hectare and year, of those in sight.

    Years are those on record between `since` and `until`.
    """
    tile = Tile(z, x, y)
    if not (tile.exists and z <= _LAST_ZOOM):
        raise NotFound(
            "there is no such tile",
            where=f"zoom {z}, column {x}, row {y}",
            fix=f"zooms go to {_LAST_ZOOM}; columns and rows to 2^zoom - 1",
        )
    wanted, steps = query.wanted(service.settings), _steps(query.steps)
    sight = viewer.sight(Right.SEE_PLACES)
    with open_reading(service, sight=sight) as reading:
        moment = moment_of(reading.connection)
    hazards = service.hazards.present(moment, sight)

    def draw() -> bytes:
        density = tile_density(hazards.events, hazards.selection(wanted), tile, query.radius)
        return palette_png(colours(density / _years(hazards, wanted), steps), palette())

    key = (sight.key, hazards.fingerprint, tile, wanted, query.radius, steps)
    picture = service.hazard_tiles.get(key, draw)
    return answer(request, picture, reading.revision, media_type=_PNG, private=True)


def _steps(text: str | None) -> tuple[float, ...]:
    """The limits of the classes.

    Raises
    ------
    InputError
        They are no limits.
    """
    if text is None:
        return STEPS
    try:
        listed = [float(one) for one in text.split(",")]
    except ValueError:
        listed = []
    return checked_steps(listed)


def _years(hazards: HazardSnapshot, wanted: HazardFilter) -> float:
    """How long the part of the record is that a filter means; at least a day."""
    first, last = hazards.period or (0.0, 0.0)
    since = first if wanted.since is None else max(wanted.since.timestamp(), first)
    until = last if wanted.until is None else min(wanted.until.timestamp(), last)
    return max(until - since, _DAY) / _SECONDS_OF_YEAR
