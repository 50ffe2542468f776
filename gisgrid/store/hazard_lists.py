"""Single hazards, the newest first, a page at a time; and what those of one grid have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Integer, case, cast, func, select, tuple_

from gisgrid.errors import InputError
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, address, hazard

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from gisgrid.store.grids import Grid
    from gisgrid.store.hazards import HazardFilter

__all__ = ["HazardPage", "HazardSummary", "Spot", "hazard_page", "hazard_summary"]

_NEVER: Final = -(2**62)
_SUBJECTS: Final = 6
_SPOTS: Final = 5
# Degrees: hazards in one square of about twenty metres are at one place.
_SPOT_DEGREES: Final = 0.0002
# An entrance that a place may be called after is no farther.
_NEAR_DEGREES: Final = 0.0006


@dataclass(frozen=True)
class HazardPage:
    """Rows as the query made them, and where the next page begins; None at the end."""

    rows: tuple[Any, ...]
    after: str | None


@dataclass(frozen=True)
class Spot:
    """A place where hazards were found again and again.

    Attributes
    ----------
    lon, lat : float
        Their middle.
    count : int
    near : str
        The address of the nearest entrance; empty where none is near.
    """

    lon: float
    lat: float
    count: int
    near: str


@dataclass(frozen=True)
class HazardSummary:
    """What the hazards of a grid have in common.

    Attributes
    ----------
    total, open, reported, discovered : int
    subjects : tuple of (str, int)
        The most frequent ones.
    hours : tuple of 24 int
        By the hour at which they were found, on the clock of the time zone.
    weekdays : tuple of 7 int
        From Monday.
    places : tuple of Spot
        The most frequent ones with at least two.
    """

    total: int
    open: int
    reported: int
    discovered: int
    subjects: tuple[tuple[str, int], ...]
    hours: tuple[int, ...]
    weekdays: tuple[int, ...]
    places: tuple[Spot, ...]


def hazard_page(
    connection: Connection,
    wanted: HazardFilter,
    *,
    grid: Grid | None = None,
    box: tuple[float, float, float, float] | None = None,
    after: str | None = None,
    limit: int,
) -> HazardPage:
    """One page of hazards, those found last first.

    Parameters
    ----------
    grid : Grid, optional
        Only those that it owns.
    box : (west, south, east, north), optional
        Only those within it, degrees.
    after : str, optional
        What the page before said of its end.
    limit : int
        Most rows.

    Returns
    -------
    HazardPage
        Rows of source_id, lon, lat, category, subject, severity, state, origin, found_at, and
        the ids of the grids that own it.

    Raises
    ------
    InputError
        ``after`` is none of ours.
    """
    columns = hazard.c
    micros = cast(func.extract("epoch", columns.found_at) * 1_000_000, BigInteger)
    moment = func.coalesce(micros, _NEVER)
    query = select(
        columns.source_id,
        func.ST_X(columns.point).label("lon"),
        func.ST_Y(columns.point).label("lat"),
        columns.category,
        columns.subject,
        columns.severity,
        columns.state,
        columns.origin,
        columns.found_at,
        *(columns[f"{level}_id"] for level in LEVELS),
        moment.label("moment"),
        columns.id,
    ).where(visible_to(connection, hazard), *wanted.predicates(), *_within(grid))
    if box is not None:
        query = query.where(columns.point.op("&&")(func.ST_MakeEnvelope(*box, 4326)))
    if after is not None:
        query = query.where(tuple_(moment, columns.id) < tuple_(*_read(after)))
    query = query.order_by(moment.desc(), columns.id.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return HazardPage(tuple(rows[:limit]), None if last is None else f"{last.moment}.{last.id}")


def hazard_summary(
    connection: Connection, wanted: HazardFilter, grid: Grid, zone: str
) -> HazardSummary:
    """What the hazards that a grid owns have in common; hours are those of a time zone."""
    columns = hazard.c
    chosen = [visible_to(connection, hazard), *wanted.predicates(), *_within(grid)]
    local = func.timezone(zone, columns.found_at)
    total, still_open, discovered = connection.execute(
        select(
            func.count(),
            func.count(case((columns.state == "open", 1))),
            func.count(case((columns.origin.in_(wanted.discoverers), 1))),
        ).where(*chosen)
    ).one()
    number = func.count().label("number")
    subjects = (
        select(columns.subject, number)
        .where(*chosen)
        .group_by(columns.subject)
        .order_by(number.desc(), columns.subject)
        .limit(_SUBJECTS)
    )
    hour, weekday = (cast(func.extract(part, local), Integer) for part in ("hour", "isodow"))
    times = (
        select(hour, weekday, number)
        .where(*chosen, columns.found_at.is_not(None))
        .group_by(hour, weekday)
    )
    hours, weekdays = [0] * 24, [0] * 7
    for at, day, count in connection.execute(times):
        hours[at] += count
        weekdays[day - 1] += count
    return HazardSummary(
        total=total,
        open=still_open,
        reported=total - discovered,
        discovered=discovered,
        subjects=tuple((word, count) for word, count in connection.execute(subjects)),
        hours=tuple(hours),
        weekdays=tuple(weekdays),
        places=_spots(connection, chosen),
    )


def _spots(connection: Connection, chosen: list[ColumnElement[bool]]) -> tuple[Spot, ...]:
    cell = func.ST_SnapToGrid(hazard.c.point, _SPOT_DEGREES)
    found = (
        select(
            func.avg(func.ST_X(hazard.c.point)).label("lon"),
            func.avg(func.ST_Y(hazard.c.point)).label("lat"),
            func.count().label("count"),
        )
        .where(*chosen)
        .group_by(cell)
        .having(func.count() > 1)
        .order_by(func.count().desc(), func.min(hazard.c.id))
        .limit(_SPOTS)
        .subquery()
    )
    middle = func.ST_SetSRID(func.ST_MakePoint(found.c.lon, found.c.lat), 4326)
    near = (
        select(address.c.text)
        .where(
            visible_to(connection, address), func.ST_DWithin(address.c.point, middle, _NEAR_DEGREES)
        )
        .order_by(address.c.point.op("<->")(middle), address.c.id)
        .limit(1)
        .scalar_subquery()
    )
    query = select(found, func.coalesce(near, "").label("near")).order_by(found.c.count.desc())
    return tuple(
        Spot(float(row.lon), float(row.lat), int(row[2]), row.near)
        for row in connection.execute(query)
    )


def _within(grid: Grid | None) -> list[ColumnElement[bool]]:
    return [] if grid is None else [hazard.c[f"{grid.level}_id"] == grid.id]


def _read(after: str) -> tuple[int, int]:
    moment, _, number = after.partition(".")
    try:
        found = int(moment), int(number)
    except ValueError:
        found = (_NEVER - 1, 0)
    if not (abs(found[0]) <= -_NEVER and 0 <= found[1] < 2**63):
        raise InputError(
            "is not the end of a page", where=repr(after), fix="take it from the answer before"
        )
    return found
