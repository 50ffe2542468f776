"""Cases as they are read: one by its number, and the columns that every query of them shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, func, select

from gisgrid.cases.categories import Category, category_of
from gisgrid.cases.stages import Stage
from gisgrid.errors import NotFound
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, case_file, case_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = ["Case", "case_of", "get", "no_such_case", "select_cases"]


@dataclass(frozen=True)
class Case:
    """A case as it stands.

    Attributes
    ----------
    id : int
    number : str
        What people call it.
    source_id : str
        What its source calls it; its number where that says nothing.
    category : Category
    severity : int
        1 to 3.
    source, channel : str
        Who told of it, and through which door.
    stage : Stage
    escalated, confidential, found_by_staff : bool
    lon, lat : float
        Degrees, EPSG:4326.
    grids : mapping of level to int
        Ids of the grids that own it.
    reported_at, stage_since, heard_at : datetime
        When it was told, since when it is in its stage, and when its reporter last heard of it.
    closed_at, due_at : datetime or None
    overdue : bool
        It is, or was when it closed, past ``due_at``.
    lead_department : str
        Code; empty for none.
    merged_into : int or None
        Id of the case that it is part of.
    relapse_of, campaign_task, campaign_item, facility : int or None
        Ids of what it sprang from.
    reporter : UUID or None
        Who told of it, in `gisgrid.store.personal`.
    rating : int or None
        1 to 5, by the reporter.
    version : int
        Rises by one with everything that is done.
    description, place : str
        Words of whoever told of it.
    code : str
        By which the reporter follows it: known only to the answer of `report`.
    """

    id: int
    number: str
    source_id: str
    category: Category
    severity: int
    source: str
    channel: str
    stage: Stage
    escalated: bool
    confidential: bool
    found_by_staff: bool
    lon: float
    lat: float
    grids: Mapping[str, int]
    reported_at: datetime
    stage_since: datetime
    heard_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    overdue: bool
    lead_department: str
    merged_into: int | None
    relapse_of: int | None
    campaign_task: int | None
    campaign_item: int | None
    facility: int | None
    reporter: UUID | None
    rating: int | None
    version: int
    description: str = field(repr=False)
    place: str = field(repr=False)
    code: str = field(default="", repr=False)


_PLAIN = (
    *("id", "number", "source_id", "severity", "source", "channel", "escalated"),
    *("confidential", "found_by_staff", "reported_at", "stage_since", "heard_at", "closed_at"),
    *("due_at", "lead_department", "rating", "version"),
)
_RENAMED = {
    "merged_into": "merged_into_id",
    "relapse_of": "relapse_of_id",
    "campaign_task": "campaign_task_id",
    "campaign_item": "campaign_item_id",
    "facility": "facility_id",
    "reporter": "reporter_ref",
}


def select_cases(*extra: Any) -> Select[Any]:
    """A query for what `case_of` reads, and extra columns; the caller says which rows."""
    return _all_cases().add_columns(*extra)


@cache
def _all_cases() -> Select[Any]:
    # Made once: its many columns would cost as much as asking the database.
    c = case_file.c
    late = c.due_at < func.coalesce(c.closed_at, func.clock_timestamp())
    return select(
        *(c[name] for name in _PLAIN),
        *(c[column].label(name) for name, column in _RENAMED.items()),
        c.category,
        c.stage,
        *(c[f"{level}_id"] for level in LEVELS),
        func.ST_X(c.point).label("lon"),
        func.ST_Y(c.point).label("lat"),
        func.coalesce(late, False).label("overdue"),
        func.coalesce(case_text.c.description, "").label("description"),
        func.coalesce(case_text.c.place, "").label("place"),
    ).select_from(case_file.outerjoin(case_text, case_text.c.case_id == c.id))


def case_of(row: Any) -> Case:
    """A case from a row of `select_cases`."""
    owners = {level: getattr(row, f"{level}_id") for level in LEVELS}
    return Case(
        category=category_of(row.category),
        stage=Stage(row.stage),
        lon=row.lon,
        lat=row.lat,
        grids={level: grid for level, grid in owners.items() if grid is not None},
        overdue=row.overdue,
        description=row.description,
        place=row.place,
        **{name: getattr(row, name) for name in (*_PLAIN, *_RENAMED)},
    )


def get(connection: Connection, number: str) -> Case:
    """A case by its number.

    Raises
    ------
    NotFound
        There is none, or none that may be seen: the two read the same.
    """
    query = select_cases().where(case_file.c.number == number, visible_to(connection, case_file))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise no_such_case(number)
    return case_of(row)


def no_such_case(number: str) -> NotFound:
    """What is said of a case that does not exist, and of one that may not be seen."""
    return NotFound("there is no such case", where=number)
