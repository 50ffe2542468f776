"""Facilities with upkeep and expiry, and the log of who saw to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, case, cast, func, insert, select, update

from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import revisions
from gisgrid.store.grids import valid_grids
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import facility, facility_upkeep
from gisgrid.times import LATEST_YEAR

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from gisgrid.access import Actor

__all__ = [
    "Facility",
    "NewFacility",
    "Upkeep",
    "add_facility",
    "days_kept",
    "facility_listing",
    "facility_of",
    "log_upkeep",
    "next_upkeep",
    "retire",
    "upkeep_log",
]

_LONGEST_YEARS = 100


@dataclass(frozen=True)
class NewFacility:
    """A facility to be put on record; `Facility` says what the words mean."""

    id: str
    kind: str
    lon: float
    lat: float
    name: str = ""
    installed_on: date | None = None
    expires_on: date | None = None
    upkeep_every_days: int | None = None


@dataclass(frozen=True)
class Facility:
    """Something that was put up for residents and has to be kept in order.

    Attributes
    ----------
    id : str
        At its source.
    kind : str
        A key of `FACILITY_KINDS`.
    name : str
    lon, lat : float
        WGS 84 degrees.
    grid : str or None
        Code of its micro-grid.
    installed_on, expires_on, retired_on : date or None
    upkeep_every_days : int or None
    kept_on : date or None
        When somebody saw to it last.
    due_on : date or None
        When it expires or is to be seen to next, whichever comes first.
    due_for : str or None
        ``expiry`` or ``upkeep``.
    """

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    grid: str | None
    installed_on: date | None
    expires_on: date | None
    upkeep_every_days: int | None
    retired_on: date | None
    kept_on: date | None
    due_on: date | None
    due_for: str | None


@dataclass(frozen=True)
class Upkeep:
    """That somebody saw to a facility; ``expires_on`` is the new one where it was replaced."""

    done_on: date
    expires_on: date | None
    actor_ref: str
    note: str
    made_at: datetime


def days_kept() -> Any:
    """The last day that each facility was seen to."""
    log = facility_upkeep.c
    query = select(log.facility_id, func.max(log.done_on).label("kept_on"))
    return query.group_by(log.facility_id).subquery("kept")


def next_upkeep(kept: Any) -> Any:
    """The day of the next upkeep, in a query that joins the last one."""
    own = facility.c
    return cast(func.coalesce(kept.c.kept_on, own.installed_on) + own.upkeep_every_days, Date)


def _facilities(connection: Connection, at: datetime) -> tuple[Select[Any], Any]:
    own, kept, micro = facility.c, days_kept(), valid_grids(at, "micro")
    upkeep = next_upkeep(kept)
    due_on = func.least(own.expires_on, upkeep)
    due_for = case((own.expires_on <= func.coalesce(upkeep, own.expires_on), "expiry"),
                   (upkeep.is_not(None), "upkeep"))  # fmt: skip
    names = ("kind", "name", "installed_on", "expires_on", "upkeep_every_days", "retired_on")
    query = (
        select(
            own.source_id.label("id"),
            *(own[name] for name in names),
            func.ST_X(own.point).label("lon"),
            func.ST_Y(own.point).label("lat"),
            micro.c.code.label("grid"),
            kept.c.kept_on,
            due_on.label("due_on"),
            due_for.label("due_for"),
        )
        .select_from(facility)
        .outerjoin(kept, kept.c.facility_id == own.id)
        .outerjoin(micro, micro.c.grid_id == own.micro_id)
        .where(visible_to(connection, facility))
    )
    return query, due_on


def facility_listing(
    connection: Connection,
    at: datetime,
    *,
    kind: str | None = None,
    grid: str | None = None,
    due_by: date | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Facility]:
    """Facilities that are in use, by their ids.

    Parameters
    ----------
    at : datetime
        When the codes of grids hold.
    kind, grid : str, optional
        Only those of a kind, or in a micro-grid.
    due_by : date, optional
        Only those that have expired or were to be seen to by the end of this day.
    after : str
        Only ids after this one.
    limit : int, optional
    """
    query, due_on = _facilities(connection, at)
    query = query.where(facility.c.retired_on.is_(None), facility.c.source_id > after)
    if kind is not None:
        query = query.where(facility.c.kind == kind)
    if grid is not None:
        micro = valid_grids(at, "micro").alias("asked")
        inside = select(micro.c.grid_id).where(micro.c.code == grid)
        query = query.where(facility.c.micro_id.in_(inside))
    if due_by is not None:
        query = query.where(due_on <= due_by)
    query = query.order_by(facility.c.source_id).limit(limit)
    return [Facility(**row._mapping) for row in connection.execute(query)]


def facility_of(connection: Connection, facility_id: str, at: datetime) -> Facility:
    """One facility, in use or retired.

    Raises
    ------
    NotFound
        There is none of this id, or not where one may look.
    """
    query, _ = _facilities(connection, at)
    row = connection.execute(query.where(facility.c.source_id == facility_id)).one_or_none()
    if row is None:
        raise _unknown(facility_id)
    return Facility(**row._mapping)


def add_facility(connection: Connection, new: NewFacility) -> int:
    """Put a facility on record; the number of its row.

    Raises
    ------
    InputError
        Its kind is none, its day lies outside the calendar, it expires before it is installed, or
        it lies where the one who adds
        it may not work.
    Conflict
        There is one of this id.
    """
    if new.kind not in FACILITY_KINDS:
        raise InputError(
            "this is no kind of facility", where=repr(new.kind),
            fix=f"give one of {', '.join(FACILITY_KINDS)}",
        )  # fmt: skip
    # A century at most is added to it.
    if new.installed_on and new.installed_on.year > LATEST_YEAR - 100:
        raise InputError("lies outside the calendar", where=new.installed_on.isoformat())
    if new.installed_on and new.expires_on and new.expires_on < new.installed_on:
        raise InputError("it expires before it is installed", where=new.id)
    if connection.scalar(select(facility.c.id).where(facility.c.source_id == new.id)):
        raise Conflict("there is a facility of this id", where=repr(new.id), fix="give another")
    row = insert(facility).values(
        source_id=new.id,
        kind=new.kind,
        name=new.name,
        point=func.ST_SetSRID(func.ST_MakePoint(new.lon, new.lat), 4326),
        installed_on=new.installed_on,
        expires_on=new.expires_on,
        upkeep_every_days=new.upkeep_every_days,
    )
    made = int(connection.execute(row.returning(facility.c.id)).scalar_one())
    seen = select(facility.c.id).where(facility.c.id == made, visible_to(connection, facility))
    if connection.scalar(seen) is None:
        raise InputError("lies outside the grids that you may work in", where=new.id)
    return made


def log_upkeep(
    connection: Connection,
    facility_id: str,
    *,
    done_on: date,
    today: date,
    actor: Actor,
    expires_on: date | None = None,
    note: str = "",
) -> None:
    """Note that somebody saw to a facility.

    Parameters
    ----------
    done_on : date
    today : date
        In the zone of the settings.
    expires_on : date, optional
        The new one, where it was replaced or tested for longer.

    Raises
    ------
    NotFound
        There is no such facility, or not where one may look.
    InputError
        The day lies ahead, or the new expiry does not lie behind it.
    Conflict
        It is retired.
    """
    if done_on > today:
        raise InputError("upkeep is of the past", where=done_on.isoformat(), fix="say when it was")
    if expires_on is not None and not done_on < expires_on <= _years_on(done_on):
        raise InputError(
            "it would expire before it is seen to, or after a century",
            where=expires_on.isoformat(),
            fix="give the new day of expiry",
        )
    row_id = _held(connection, facility_id)
    values = {"done_on": done_on, "expires_on": expires_on, "note": note, "actor_ref": actor.ref}
    connection.execute(insert(facility_upkeep).values(facility_id=row_id, **values))
    if expires_on is not None:
        changed = update(facility).where(facility.c.id == row_id)
        connection.execute(changed.values(expires_on=expires_on))


def retire(connection: Connection, facility_id: str, on: date) -> None:
    """Take a facility out of use; it stays on record, and no case springs from it any more.

    Raises
    ------
    NotFound
        There is no such facility, or not where one may look.
    Conflict
        It is retired already.
    """
    row_id = _held(connection, facility_id)
    connection.execute(update(facility).where(facility.c.id == row_id).values(retired_on=on))


def upkeep_log(connection: Connection, facility_id: str) -> list[Upkeep]:
    """Each time that somebody saw to a facility, the latest last."""
    log = facility_upkeep.c
    query = (
        select(*(log[name] for name in Upkeep.__dataclass_fields__))
        .join(facility, facility.c.id == log.facility_id)
        .where(facility.c.source_id == facility_id, visible_to(connection, facility))
        .order_by(log.done_on, log.id)
    )
    return [Upkeep(**row._mapping) for row in connection.execute(query)]


def _held(connection: Connection, facility_id: str) -> int:
    """The row of a facility in use, which nobody else changes until the transaction ends."""
    # Before a row is locked: a publish, which writes facilities too, takes them in this order.
    revisions.hold_still(connection)
    query = select(facility.c.id, facility.c.retired_on).where(
        facility.c.source_id == facility_id, visible_to(connection, facility)
    )
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise _unknown(facility_id)
    if row.retired_on is not None:
        raise Conflict("the facility is retired", where=repr(facility_id))
    return int(row.id)


def _unknown(facility_id: str) -> NotFound:
    return NotFound("there is no such facility", where=repr(facility_id), fix="GET /v1/facilities")


def _years_on(day: date) -> date:
    return day.replace(year=day.year + _LONGEST_YEARS, day=min(day.day, 28))
