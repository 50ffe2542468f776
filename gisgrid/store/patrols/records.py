"""Patrol plans as they are on record, with what was visited of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, select

from gisgrid.errors import NotFound
from gisgrid.store.patrols.seeing import stops_seen
from gisgrid.store.patrols.turns import last_words
from gisgrid.store.scope import sight_of
from gisgrid.store.tables import grid_version, patrol_plan, patrol_point, patrol_stop

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Plan", "PlannedStop", "Summary", "by_id", "listing"]


@dataclass(frozen=True)
class PlannedStop:
    """A stop of a plan, and whether it was made.

    Attributes
    ----------
    id : int
    officer, position : int
        Both from 1.
    arrives : datetime
    minutes : int
    lon, lat : float
        WGS 84.
    patrol_point : str or None
        Id of the patrol point at its source; None for a suggested place.
    name : str
        Of the patrol point.
    address : str
        The nearest standard address.
    address_m : float or None
        How far that is.
    grid, grid_name : str or None
        The micro-grid.
    why : str
        ``asked``, ``waiting`` (its turn had come) or ``expected``.
    expected : float
        Events to be expected within reach in the round of the stop.
    recent : int
        Hazards within reach found in the last 30 days.
    subjects : list of [str, int]
        What most of them were.
    visited_at : datetime or None
    visitor, note : str
        As last recorded.
    """

    id: int
    officer: int
    position: int
    arrives: datetime
    minutes: int
    lon: float
    lat: float
    patrol_point: str | None
    name: str
    address: str
    address_m: float | None
    grid: str | None
    grid_name: str | None
    why: str
    expected: float
    recent: int
    subjects: list[list[Any]]
    visited_at: datetime | None
    visitor: str
    note: str


@dataclass(frozen=True)
class Summary:
    """A plan in a list.

    Attributes
    ----------
    id : int
    starts, ends : datetime
    officers : int
    officer_hours : float
    stops, visited : int
        Planned and made.
    categories : tuple of str
        Of the hazards that it looks at; none: all.
    made_at : datetime
    author : str
    """

    id: int
    starts: datetime
    ends: datetime
    officers: int
    officer_hours: float
    stops: int
    visited: int
    categories: tuple[str, ...]
    made_at: datetime
    author: str


@dataclass(frozen=True)
class Plan:
    """A plan with its stops.

    Attributes
    ----------
    summary : Summary
    seed : int
    asked : dict
        ``categories``, ``grids``, ``within``, ``found_by``, ``every``, ``by``, ``reach_m``.
    revision : int
        Of the boundaries that it was made from.
    hazards_until : datetime or None
        The last hazard that it knows; None where it was made from homes alone.
    expected, covered : float
        Events to be expected in the shift, and within reach of a stop in its round.
    left_out : tuple of str
        Micro-grids asked for that got no stop: the time did not suffice.
    stops : tuple of PlannedStop
    """

    summary: Summary
    seed: int
    asked: dict[str, Any]
    revision: int
    hazards_until: datetime | None
    expected: float
    covered: float
    left_out: tuple[str, ...]
    stops: tuple[PlannedStop, ...]


def listing(
    connection: Connection, *, before: int | None = None, limit: int | None = None
) -> list[Summary]:
    """Plans with a stop that may be shown, the newest first.

    Parameters
    ----------
    before : int, optional
        Only those with a lower number, for paging.
    limit : int, optional
    """
    query = _summaries(connection).order_by(patrol_plan.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(patrol_plan.c.id < before)
    return [_summary(row) for row in connection.execute(query)]


def by_id(connection: Connection, plan_id: int) -> Plan:
    """A plan with the stops that may be shown.

    Raises
    ------
    NotFound
        No plan that may be shown has that number.
    """
    extra = (patrol_plan.c[name] for name in ("seed", "revision", "hazards_until"))
    sums = (patrol_plan.c.expected, patrol_plan.c.covered)
    query = _summaries(connection, *extra, *sums).where(patrol_plan.c.id == plan_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "there is no such patrol plan", where=str(plan_id), fix="gisgrid patrol list"
        )
    stops = tuple(_stops(connection, plan_id, row.made_at))
    reached = {stop.grid for stop in stops}
    return Plan(
        summary=_summary(row),
        seed=row.seed,
        asked=row.asked,
        revision=row.revision,
        hazards_until=row.hazards_until,
        expected=row.expected,
        covered=row.covered,
        left_out=tuple(code for code in row.asked["grids"] if code not in reached),
        stops=stops,
    )


def _summaries(connection: Connection, *extra: Any) -> Select[Any]:
    last = last_words()
    counted = (
        select(
            patrol_stop.c.plan_id,
            func.count().label("stops"),
            func.count().filter(last.c.done).label("visited"),
        )
        .outerjoin(last, last.c.stop_id == patrol_stop.c.id)
        .where(stops_seen(connection))
        .group_by(patrol_stop.c.plan_id)
        .subquery()
    )
    names = ("id", "starts", "ends", "officers", "officer_hours", "asked", "made_at", "author")
    return select(
        *(patrol_plan.c[name] for name in names),
        func.coalesce(counted.c.stops, 0).label("stops"),
        func.coalesce(counted.c.visited, 0).label("visited"),
        *extra,
    ).join(
        counted,
        counted.c.plan_id == patrol_plan.c.id,
        # A plan that found nothing to do is for those who see the whole district.
        isouter=sight_of(connection).whole,
    )


def _summary(row: Any) -> Summary:
    return Summary(
        id=row.id,
        starts=row.starts,
        ends=row.ends,
        officers=row.officers,
        officer_hours=row.officer_hours,
        stops=row.stops,
        visited=row.visited,
        categories=tuple(row.asked["categories"]),
        made_at=row.made_at,
        author=row.author,
    )


def _stops(connection: Connection, plan_id: int, at: datetime) -> list[PlannedStop]:
    last, stop, label = last_words(), patrol_stop.c, grid_version.c
    query = (
        select(
            stop.id,
            (stop.officer + 1).label("officer"),
            (stop.position + 1).label("position"),
            stop.arrives,
            stop.minutes,
            func.ST_X(stop.point).label("lon"),
            func.ST_Y(stop.point).label("lat"),
            patrol_point.c.source_id.label("patrol_point"),
            stop.name,
            stop.address,
            stop.address_m,
            label.code.label("grid"),
            label.name.label("grid_name"),
            stop.why,
            stop.expected,
            stop.recent,
            stop.subjects,
            last.c.visited_at,
            func.coalesce(last.c.visitor, "").label("visitor"),
            func.coalesce(last.c.note, "").label("note"),
        )
        .outerjoin(patrol_point, patrol_point.c.id == stop.patrol_point_id)
        .outerjoin(grid_version, and_(label.grid_id == stop.micro_id, label.valid.contains(at)))
        .outerjoin(last, and_(last.c.stop_id == stop.id, last.c.done))
        .where(stop.plan_id == plan_id, stops_seen(connection))
        .order_by(stop.officer, stop.position)
    )
    return [PlannedStop(**row._mapping) for row in connection.execute(query)]
