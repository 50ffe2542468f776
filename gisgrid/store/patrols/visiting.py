"""Visits as they are recorded, and planned against done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import Date, cast, func, insert, select

from gisgrid.errors import InputError, NotFound
from gisgrid.store import clock
from gisgrid.store.grids import valid_grids
from gisgrid.store.patrols.seeing import stops_seen, visits_seen
from gisgrid.store.patrols.turns import last_words
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import patrol_plan, patrol_point, patrol_stop, patrol_visit
from gisgrid.times import in_calendar

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["By", "Done", "Visit", "done", "record"]

By = Literal["plan", "grid", "week"]
_LONGEST_NOTE: Final = 1000
# Clocks of those who record may go fast.
_FAST: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Visit:
    """A row of the record.

    Attributes
    ----------
    id : int
    stop : int or None
        The planned stop.
    patrol_point : str or None
        Id of the patrol point at its source, where no stop was planned.
    done : bool
        False takes back what was said of the stop before.
    visited_at : datetime
    visitor, note : str
    """

    id: int
    stop: int | None
    patrol_point: str | None
    done: bool
    visited_at: datetime
    visitor: str
    note: str


@dataclass(frozen=True)
class Done:
    """Planned against done, of a plan, a micro-grid or a week.

    Attributes
    ----------
    key : str
        Number of the plan, code of the grid, or Monday of the week.
    name : str
        The grid's; empty of plans and weeks.
    planned, visited : int
        Stops.
    beside : int
        Visits to patrol points that no plan asked for.
    """

    key: str
    name: str
    planned: int
    visited: int
    beside: int


def record(
    connection: Connection,
    *,
    plan_id: int | None = None,
    stop_id: int | None = None,
    patrol_point_id: str | None = None,
    done: bool = True,
    visited_at: datetime,
    visitor: str = "",
    note: str = "",
) -> Visit:
    """Record a visit, of a planned stop or of a patrol point.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    plan_id : int, optional
        The stop has to be of this plan.
    stop_id : int, optional
        The number of the stop.
    patrol_point_id : str, optional
        Else the id of a patrol point at its source.
    done : bool
        False: the stop was not visited after all.
    visited_at : datetime
    visitor, note : str

    Raises
    ------
    InputError
        Neither or both are named, the note is too long, or the time lies ahead or in times of
        which nothing is on record.
    NotFound
        There is no such stop or patrol point.
    """
    if (stop_id is None) == (patrol_point_id is None):
        raise InputError("a visit is of a stop or of a patrol point", fix="name one of them")
    if max(len(visitor), len(note)) > _LONGEST_NOTE:
        raise InputError(f"a note has at most {_LONGEST_NOTE:,} letters", fix="make it shorter")
    # A time to come would keep the grid from its turn until then.
    if not in_calendar(visited_at) or visited_at > clock.now(connection, UTC) + _FAST:
        raise InputError(
            "a visit is of the past", where=visited_at.isoformat(), fix="say when it was"
        )
    place = _stop(connection, plan_id, stop_id) if stop_id is not None else None
    if place is None:
        place = _point(connection, patrol_point_id or "")
    values = {"done": done, "visited_at": visited_at, "visitor": visitor, "note": note}
    query = insert(patrol_visit).values(**place, **values).returning(patrol_visit.c.id)
    return Visit(
        id=int(connection.execute(query).scalar_one()),
        stop=stop_id,
        patrol_point=patrol_point_id,
        **values,  # type: ignore[arg-type]
    )


def _stop(connection: Connection, plan_id: int | None, stop_id: int) -> dict[str, Any]:
    query = select(patrol_stop.c.patrol_point_id, patrol_stop.c.micro_id)
    query = query.where(patrol_stop.c.id == stop_id, stops_seen(connection))
    if plan_id is not None:
        query = query.where(patrol_stop.c.plan_id == plan_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        where = f"stop {stop_id}" + ("" if plan_id is None else f" of plan {plan_id}")
        raise NotFound("there is no such stop", where=where, fix="gisgrid patrol show PLAN")
    return {"stop_id": stop_id, **row._mapping}


def _point(connection: Connection, source_id: str) -> dict[str, Any]:
    query = select(patrol_point.c.id.label("patrol_point_id"), patrol_point.c.micro_id)
    query = query.where(patrol_point.c.source_id == source_id)
    row = connection.execute(query.where(visible_to(connection, patrol_point))).one_or_none()
    if row is None:
        raise NotFound("there is no such patrol point", where=repr(source_id))
    return dict(row._mapping)


def done(
    connection: Connection, by: By, *, at: datetime, zone: tzinfo, plan_id: int | None = None
) -> list[Done]:
    """Planned against done.

    Parameters
    ----------
    connection : Connection
    by : {"plan", "grid", "week"}
        Plans with the newest first, grids by code, weeks with the newest first.
    at : datetime
        When the grids are meant.
    zone : tzinfo
        In which weeks begin.
    plan_id : int, optional
        Only this plan's stops.
    """
    last, stop = last_words(), patrol_stop.c
    key = {
        "plan": patrol_plan.c.id,
        "grid": stop.micro_id,
        "week": _week(patrol_plan.c.starts, zone),
    }[by]
    query = (
        select(
            key.label("key"),
            func.count().label("planned"),
            func.count().filter(last.c.done).label("visited"),
        )
        .select_from(patrol_stop)
        .join(patrol_plan, patrol_plan.c.id == stop.plan_id)
        .outerjoin(last, last.c.stop_id == stop.id)
        .where(stops_seen(connection))
        .group_by(key)
    )
    if plan_id is not None:
        query = query.where(stop.plan_id == plan_id)
    counted = {row.key: (row.planned, row.visited) for row in connection.execute(query)}
    beside = {} if by == "plan" or plan_id is not None else _beside(connection, by, zone)
    names = _grid_names(connection, at) if by == "grid" else {}
    found = []
    for one in counted.keys() | beside.keys():
        code, name = names.get(one, (_text(one), ""))
        planned, visited = counted.get(one, (0, 0))
        found.append((one, Done(code, name, planned, visited, beside.get(one, 0))))
    if by == "grid":
        return sorted((row for _, row in found), key=lambda row: row.key)
    return [row for _, row in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _week(moment: Any, zone: tzinfo) -> Any:
    """The Monday of a week, as a date."""
    return cast(func.date_trunc("week", func.timezone(str(zone), moment)), Date)


def _beside(connection: Connection, by: By, zone: tzinfo) -> dict[Any, int]:
    visit = patrol_visit.c
    key = visit.micro_id if by == "grid" else _week(visit.visited_at, zone)
    query = select(key.label("key"), func.count().label("size"))
    query = query.where(visit.stop_id.is_(None), visit.done, visits_seen(connection))
    query = query.group_by(key)
    return {row.key: row.size for row in connection.execute(query)}


def _grid_names(connection: Connection, at: datetime) -> dict[Any, tuple[str, str]]:
    valid = valid_grids(at)
    query = select(valid.c.grid_id, valid.c.code, valid.c.name)
    return {row.grid_id: (row.code, row.name) for row in connection.execute(query)}


def _text(key: Any) -> str:
    return key.isoformat() if isinstance(key, date) else "" if key is None else str(key)
