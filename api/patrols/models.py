"""What requests about patrols hold, and their answers."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.parameters import Note
from gisgrid.store.drafts.fields import Code, Strict, Text

__all__ = [
    "DoneList",
    "DoneQuery",
    "GapQuery",
    "GroundDocument",
    "NearList",
    "NearQuery",
    "NewPatrol",
    "NewVisit",
    "PatrolDocument",
    "PatrolList",
    "PatrolListQuery",
    "PointList",
    "PointQuery",
    "VisitDone",
]

_LARGEST = 2**63 - 1


class NewPatrol(Strict):
    """What a plan is made for; nothing given means tonight with three officers."""

    shift: Annotated[Text, Field(description="Such as 18:00-02:00.")] = "18:00-02:00"
    date: datetime.date | None = Field(default=None, description="Without it, tonight.")
    officers: int = Field(default=3, ge=1, le=30)
    officer_hours: float = Field(default=12.0, gt=0, le=80, allow_inf_nan=False)
    categories: tuple[Text, ...] = Field(default=(), max_length=50)
    grids: tuple[Code, ...] = Field(
        default=(), max_length=100, description="Micro-grids that get a stop before all else."
    )
    within: Code | None = Field(default=None, description="Only inside this grid.")
    found_by: Literal["reported", "discovered", "all"] = "reported"
    every: int = Field(default=14, ge=1, le=1000, description="Nights for a round of all grids.")
    by: Literal["ride", "walk"] = "ride"
    reach_m: float = Field(default=150.0, gt=0, le=5000, allow_inf_nan=False)
    seed: int | None = Field(default=None, ge=0, le=_LARGEST)


class NewVisit(Strict):
    """A visit to a stop of the plan."""

    stop: int = Field(ge=1, le=_LARGEST, description="Number of the stop.")
    done: bool = Field(default=True, description="False takes back what was said before.")
    visited_at: datetime.datetime | None = Field(default=None, description="Without it, now.")
    visitor: Text = ""
    note: Note = ""


class VisitDone(BaseModel):
    """A visit as it was recorded."""

    id: int
    stop: int | None
    patrol_point: str | None
    done: bool
    visited_at: str
    visitor: str
    note: str


class PatrolItem(BaseModel):
    """A plan in a list."""

    id: int
    starts: str
    ends: str
    officers: int
    officer_hours: float
    stops: int = Field(description="How many are planned.")
    visited: int
    categories: list[str]
    made_at: str
    author: str


class PatrolList(BaseModel):
    """Plans, the newest first, and the address of the next page."""

    revision: int
    notice: str | None = None
    plans: list[PatrolItem]
    next: str | None


class PatrolListQuery(Strict):
    """The parameters of a listing of plans."""

    limit: int = Field(default=50, ge=1, le=1000)
    before: int | None = Field(default=None, ge=1, le=_LARGEST)


class StopItem(BaseModel):
    """A stop of a plan."""

    id: int
    officer: int = Field(description="From 1.")
    position: int = Field(description="From 1, along the officer's route.")
    arrives: str
    minutes: int
    lon: float
    lat: float
    patrol_point: str | None = Field(description="Null for a suggested place.")
    name: str
    address: str = Field(description="The nearest standard address.")
    address_m: float | None
    grid: str | None
    grid_name: str | None
    why: Literal["asked", "waiting", "expected"]
    expected: float = Field(description="Events to be expected within reach in its two hours.")
    recent: int = Field(description="Hazards within reach found in the last 30 days.")
    subjects: list[tuple[str, int]]
    visited_at: str | None
    visitor: str
    note: str


class PatrolDocument(BaseModel):
    """A plan with its stops."""

    revision: int
    notice: str | None = None
    plan: PatrolItem
    seed: int
    asked: dict[str, Any]
    made_from: int = Field(description="The revision of the boundaries that it was made from.")
    hazards_until: str | None = Field(description="Null where it was made from homes alone.")
    expected: float
    covered: float
    left_out: list[str]
    stops: list[StopItem]


class GroundDocument(BaseModel):
    """Streets and micro-grids around the stops of a plan, as GeoJSON."""

    revision: int
    notice: str | None = None
    lines: dict[str, Any]
    grids: dict[str, Any]


class DoneQuery(Strict):
    """The parameters of a comparison of planned and done."""

    by: Literal["plan", "grid", "week"] = "plan"
    plan: int | None = Field(default=None, ge=1, le=_LARGEST, description="Only this plan.")


class DoneItem(BaseModel):
    """Planned against done."""

    key: str = Field(description="Number of a plan, code of a grid, or Monday of a week.")
    name: str
    planned: int
    visited: int
    beside: int = Field(description="Visits to patrol points that no plan asked for.")


class DoneList(BaseModel):
    """Planned against done, row by row."""

    revision: int
    notice: str | None = None
    by: str
    rows: list[DoneItem]


class PointQuery(Strict):
    """The parameters of a listing of patrol points."""

    limit: int = Field(default=1000, ge=1, le=10_000)
    after: Annotated[Text, Field(description="Only points with a later id.")] = ""


class PointItem(BaseModel):
    """A patrol point."""

    id: str
    name: str
    category: str
    lon: float
    lat: float
    grid: str | None
    visited_at: str | None


class PointList(BaseModel):
    """Patrol points by id, and the address of the next page."""

    revision: int
    notice: str | None = None
    points: list[PointItem]
    next: str | None


class NearQuery(Strict):
    """The parameters of the measure of the last hundred metres."""

    level: Literal["area", "unit", "micro", "police"] = "unit"
    within_m: float = Field(default=100.0, gt=0, le=100_000, allow_inf_nan=False)


class NearItem(BaseModel):
    """How near patrol points are to the homes of a grid."""

    grid: str
    name: str
    households: int
    near: int
    points: int
    farthest_m: float | None
    share: float | None


class NearList(BaseModel):
    """How near patrol points are to all homes, and to those of each grid."""

    revision: int
    notice: str | None = None
    within_m: float
    all: NearItem
    grids: list[NearItem]


class GapQuery(Strict):
    """The parameters of the layer of gaps."""

    within_m: float = Field(default=100.0, gt=0, le=100_000, allow_inf_nan=False)
    limit: int = Field(default=1000, ge=1, le=100_000, description="The largest so many.")
    around: int | None = Field(
        default=None, ge=1, le=_LARGEST, description="Only those near the stops of this plan."
    )
