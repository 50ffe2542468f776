"""Hot spots over the web: where hazards gather with more than chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.answers import answer, json_bytes
from api.hazards.filters import FilterQuery
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService, Service
from api.viewers import Looker
from gisgrid.access import Right, Viewer
from gisgrid.errors import InputError
from gisgrid.exports.hotspots import (
    emerging_document,
    hot_spots_document,
    near_repeats_document,
)
from gisgrid.store import tables
from gisgrid.store.changes import fingerprint
from gisgrid.store.hazards import FoundBy
from gisgrid.store.hotspots import (
    Method,
    Place,
    Step,
    find_emerging,
    find_hot_spots,
    find_near_repeats,
)

__all__ = ["router"]

router = APIRouter(prefix="/v1/hotspots", tags=["hotspots"])

# Pairs, each in so many random orders: counted in a few seconds.
_MOST_COUNTED: Final = 400_000_000
_MOST_BANDS: Final = 20
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem} for status in (404, 413, 422, 429)
}


class SpotQuery(FilterQuery):
    """Which hazards, in which places, and how much may be false."""

    found_by: Annotated[
        FoundBy, Field(description="Patrols find trouble where they go, so both are kept apart.")
    ] = "reported"
    level: Annotated[Place, Field(description="Grids of a level, or hexagons.")] = "micro"
    edge_m: float = Field(default=150.0, ge=20, le=2_000, description="Of hexagons, about.")
    fdr: float = Field(default=0.05, gt=0, lt=1, description="Share of spots that may be false.")
    all: bool = Field(default=False, description="Places that are no spots too.")


class FindQuery(SpotQuery):
    """The parameters of hot spots."""

    per_household: bool = Field(default=False, description="Compare rates, not counts.")
    method: Annotated[Method, Field(description="Where the probabilities come from.")] = "closed"
    seed: int = Field(default=0, ge=0, le=2**53, description="Of the permutations.")


class EmergingQuery(SpotQuery):
    """The parameters of emerging hot spots; ``until`` is the end of the last step."""

    step: Step = "month"
    steps: int = Field(default=12, ge=4, le=120)


class RepeatQuery(FilterQuery):
    """The parameters of near repeats."""

    found_by: Annotated[
        FoundBy, Field(description="Patrols find trouble where they go, so both are kept apart.")
    ] = "reported"
    metres: Annotated[str, Field(max_length=200, description="Bounds of bands of distance.")] = (
        "0,50,100,200,400"
    )
    days: Annotated[str, Field(max_length=200, description="Bounds of bands of time.")] = (
        "0,2,7,14,28"
    )
    permutations: int = Field(default=199, ge=19, le=999)
    seed: int = Field(default=0, ge=0, le=2**53)


class Spot(BaseModel):
    """A place and how far it stands out together with its neighbours."""

    code: str
    name: str
    count: int
    households: float | None
    expected: float = Field(description="Hazards, were they spread evenly.")
    rate: float | None = Field(description="Per 100 households, steadied by empirical Bayes.")
    z: float | None
    p: float | None = Field(description="Two-sided.")
    q: float | None = Field(description="Rate of false discoveries at which it just counts.")
    spot: str = Field(description="`hot`, `cold` or empty.")
    quadrant: str = Field(description="Of local Moran, such as `high-low`: high among low.")


class SpotsAnswer(BaseModel):
    """Hot and cold spots, the hottest first."""

    revision: int
    notice: str | None = None
    level: str
    edge_m: float | None
    found_by: str
    categories: list[str]
    period: tuple[str, str] | None
    method: str
    false_discovery_rate: float
    per_household: bool
    events: int
    outside: int
    places: int
    hot: int
    cold: int
    spots: list[Spot]


class Emerged(BaseModel):
    """A place and what it has been over time."""

    code: str
    name: str
    counts: list[int]
    z: float | None = Field(description="Of the last step.")
    hot_steps: int
    cold_steps: int
    tau: float
    trend_p: float
    spot: str
    category: str


class EmergingAnswer(BaseModel):
    """Hot and cold spots over time."""

    revision: int
    notice: str | None = None
    level: str
    edge_m: float | None
    found_by: str
    categories: list[str]
    step: str
    edges: list[str]
    false_discovery_rate: float
    events: int
    outside: int
    places: int
    spots: list[Emerged]


class Band(BaseModel):
    """Pairs of hazards so far apart, and so long."""

    metres: tuple[float, float]
    days: tuple[float, float]
    pairs: int
    expected: float
    ratio: float | None
    p: float


class RepeatsAnswer(BaseModel):
    """Near repeats by bands of distance and time."""

    revision: int
    notice: str | None = None
    found_by: str
    categories: list[str]
    period: tuple[str, str] | None
    events: int
    undated: int
    bands: list[Band]


@router.get(
    "",
    summary="Places where hazards gather with more than chance",
    responses={200: {"model": SpotsAnswer}, **_ANSWERS},
)
def hot_spots(
    request: Request,
    query: Annotated[FindQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Hot and cold spots by Getis and Ord's Gi*, at a rate of false discoveries."""
    wanted = query.wanted(service.settings)

    def make(reading: Reading) -> dict[str, Any]:
        found = find_hot_spots(
            reading.connection,
            wanted,
            reading.at,
            level=query.level,
            edge_m=query.edge_m,
            per_household=query.per_household,
            method=query.method,
            rate=query.fdr,
            seed=query.seed,
        )
        return hot_spots_document(found, service.settings.zone, all_places=query.all)

    return _answered(request, service, viewer, ("spots", query.model_dump_json()), make)


@router.get(
    "/emerging",
    summary="Hot and cold spots over time",
    responses={200: {"model": EmergingAnswer}, **_ANSWERS},
)
def emerging_spots(
    request: Request,
    query: Annotated[EmergingQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Which hot and cold spots are new, which stay, which fade, step by step up to the present."""
    wanted = query.wanted(service.settings)

    def make(reading: Reading) -> dict[str, Any]:
        found = find_emerging(
            reading.connection,
            wanted,
            reading.at,
            level=query.level,
            edge_m=query.edge_m,
            step=query.step,
            steps=query.steps,
            rate=query.fdr,
        )
        return emerging_document(found, service.settings.zone, all_places=query.all)

    return _answered(request, service, viewer, ("emerging", query.model_dump_json()), make)


@router.get(
    "/near-repeat",
    summary="Whether hazards come back soon and close by",
    responses={200: {"model": RepeatsAnswer}, **_ANSWERS},
)
def near_repeats(
    request: Request,
    query: Annotated[RepeatQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Knox's test for bands of distance and of time."""
    wanted = query.wanted(service.settings)
    metres, days = _bounds(query.metres, "metres"), _bounds(query.days, "days")

    def make(reading: Reading) -> dict[str, Any]:
        found = find_near_repeats(
            reading.connection,
            wanted,
            metres=metres,
            days=days,
            permutations=query.permutations,
            seed=query.seed,
            most_pairs=_MOST_COUNTED // query.permutations,
        )
        return near_repeats_document(found, service.settings.zone)

    return _answered(request, service, viewer, ("repeats", query.model_dump_json()), make)


def _answered(
    request: Request,
    service: Service,
    viewer: Viewer,
    name: tuple[Any, ...],
    make: Callable[[Reading], dict[str, Any]],
) -> Response:
    """The answer as kept, or worked out now, few at a time."""
    sight = viewer.sight(Right.SEE_PLACES)
    with open_reading(service, sight=sight) as reading:
        state = fingerprint(reading.connection, tables.hazard, tables.address)
        day = reading.at.date()

        def body() -> bytes:
            with service.turn():
                return json_bytes({**reading.head, **make(reading)})

        key = (*name, sight.key, reading.revision, reading.notice, day, state)
        kept = service.hot_spots.get(key, body)
    return answer(request, kept, reading.revision, media_type="application/json", private=True)


def _bounds(text: str, name: str) -> list[float]:
    try:
        bounds = [float(one) for one in text.split(",")]
    except ValueError:
        raise InputError("are not numbers", where=name, fix="write 0,100,200") from None
    if len(bounds) > _MOST_BANDS + 1:
        raise InputError(f"are more than {_MOST_BANDS} bands", where=name)
    return bounds
