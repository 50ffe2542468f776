"""What the routes of hazards answer."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["CountsAnswer", "GridCount", "HazardItem", "HazardList", "PlaceCount", "SummaryAnswer"]


class HazardItem(BaseModel):
    """One hazard, without what might tell of a person."""

    id: str
    lon: float
    lat: float
    category: str
    subject: str
    severity: int | None = Field(description="1 to 3.")
    state: str
    found_by: str = Field(description="`reported` or `discovered`.")
    found_at: str | None
    grids: dict[str, str] = Field(description="Codes of the grids that own it, by level.")


class HazardList(BaseModel):
    """One page of hazards, those found last first, and the address of the next."""

    revision: int
    notice: str | None = None
    hazards: list[HazardItem]
    after: str | None = Field(description="Where the next page begins; null at the end.")
    next: str | None


class GridCount(BaseModel):
    """The hazards that a grid owns."""

    code: str
    count: int
    before: int | None = Field(
        description="In as many days before `since`; null unless `since` and `until` were given."
    )
    households: int | None


class CountsAnswer(BaseModel):
    """Hazards by grid, and in all: also those that no grid of the level owns."""

    revision: int
    notice: str | None = None
    level: str
    total: int
    before_total: int | None
    grids: list[GridCount]


class NameCount(BaseModel):
    """How often something comes up."""

    name: str
    count: int


class PlaceCount(BaseModel):
    """A place of some twenty metres where hazards were found again and again."""

    lon: float
    lat: float
    count: int
    near: str = Field(description="The nearest entrance's address; empty where none is near.")


class SummaryAnswer(BaseModel):
    """What the hazards of a grid have in common."""

    revision: int
    notice: str | None = None
    grid: str
    total: int
    open: int
    reported: int
    discovered: int
    subjects: list[NameCount]
    hours: list[int] = Field(description="By hour of the day, 24 of them.")
    weekdays: list[int] = Field(description="From Monday.")
    places: list[PlaceCount]
