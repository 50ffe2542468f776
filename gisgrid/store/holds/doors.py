"""Holding places by hand, letting them go, and listing those that are held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Text, func, insert, select, update

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import clock, grids, revisions
from gisgrid.store.holds.queries import HELD_TABLES, chains, ended_holds, is_open, open_holds
from gisgrid.store.places import MANUAL
from gisgrid.store.scope import visible_to
from gisgrid.store.subtrees import outside_sight
from gisgrid.store.tables import grid_version, manual_assignment

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

__all__ = ["Hold", "hold", "listing", "release"]

_LONGEST_REASON: Final = 1_000


@dataclass(frozen=True)
class Hold:
    """A place that is held in a micro-grid.

    Attributes
    ----------
    id : int
        Rises with each hold.
    kind : str
        A key of `HELD_TABLES`.
    source_id, title : str
        The place's id at its source, and what it is called.
    grid : str
        Code of the micro-grid that it is held in.
    lies_in : str or None
        Code of the micro-grid that its point lies in.
    reason, author : str
    made_at : datetime
    ended_at : datetime or None
        None for a place that is held now.
    ended_why : str or None
        ``moved``, ``withdrawn``, ``replaced`` or ``grid-ended``.
    ended_by : str
        Who took it back or held it anew.
    """

    id: int
    kind: str
    source_id: str
    title: str
    grid: str
    lies_in: str | None
    reason: str
    author: str
    made_at: datetime
    ended_at: datetime | None = None
    ended_why: str | None = None
    ended_by: str = ""


def hold(
    connection: Connection, kind: str, source_id: str, *, grid: str, reason: str, author: str = ""
) -> Hold:
    """Assign a place to a micro-grid, wherever it lies, until it moves.

    The grid's unit and area become the place's own; its police area stays that of its point. A
    place that is held already is held anew, unless grid and reason are the same.

    Parameters
    ----------
    kind : str
        A key of `HELD_TABLES`.
    source_id : str
        The place's id at its source.
    grid : str
        Code of a micro-grid that is valid now.
    reason : str
    author : str
        Who says so, for the record.

    Raises
    ------
    InputError
        The reason is empty, too long or has control characters; the grid is no micro-grid; there
        are no places of that kind.
    NotFound
        There is no such place, or never was such a grid.
    Conflict
        The grid has ended; or the transaction is none of READ COMMITTED.
    """
    reason = _usable(reason)
    # A publish that is under way is waited for, so that the grid and its parents are those that
    # hold when this transaction ends; then the place, in the order of every writer of places.
    revisions.hold_still(connection)
    now = clock.now(connection, UTC)
    grid_id = _micro_grid(connection, grid, now)
    table, place = _place(connection, kind, source_id)
    held = connection.execute(_open_of(table, place.id)).one_or_none()
    if held is not None and (held.grid_id, held.reason) == (grid_id, reason):
        return _shown(connection, held.id, now)
    if held is not None:
        _end(connection, held.id, "replaced", author)
    _require_sight(connection, grid_id, grid)
    chain = chains(now)
    above = connection.execute(select(chain).where(chain.c.micro_id == grid_id)).one()
    connection.execute(
        update(table)
        .where(table.c.id == place.id)
        .values(
            **above._mapping,
            assigned_how=MANUAL,
            assigned_revision=revisions.current(connection),
        )
    )
    made = insert(manual_assignment).values(
        place_table=table.name,
        place_id=place.id,
        source_id=source_id,
        grid_id=grid_id,
        reason=reason,
        author=author,
    )
    number = connection.execute(made.returning(manual_assignment.c.id)).scalar_one()
    return _shown(connection, number, now)


def release(connection: Connection, kind: str, source_id: str, *, author: str = "") -> Hold:
    """Take a hold back: the place gets the owner of its point.

    Returns
    -------
    Hold
        What it was until now.

    Raises
    ------
    InputError
        There are no places of that kind.
    NotFound
        There is no such place, or nobody holds it.
    Conflict
        The transaction is none of READ COMMITTED.
    """
    revisions.hold_still(connection)
    table, place = _place(connection, kind, source_id)
    held = connection.execute(_open_of(table, place.id)).one_or_none()
    if held is None:
        raise NotFound("the place is not held by hand", where=f"{kind} {source_id!r}")
    shown = _shown(connection, held.id, clock.now(connection, UTC))
    _end(connection, held.id, "withdrawn", author)
    # A trigger assigns what comes to be assigned by triggers again.
    connection.execute(update(table).where(table.c.id == place.id).values(assigned_how="trigger"))
    return shown


def listing(
    connection: Connection,
    at: datetime,
    *,
    ended: bool = False,
    kind: str | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Hold]:
    """The places that are held, the longest held first; of those that may be shown.

    Parameters
    ----------
    at : datetime
        When the points lie in their grids.
    ended : bool
        Those that were held and are no longer, instead, but for places that are gone.
    kind : str, optional
        Only places of this kind.
    after : int
        Only holds with a higher number, for paging by key.
    limit : int, optional
        At most so many.
    """
    held = ended_holds(connection) if ended else open_holds(connection)
    query = select(held).where(held.c.id > after).order_by(held.c.id).limit(limit)
    return _holds(connection, query if kind is None else query.where(held.c.kind == kind), at)


def _usable(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise InputError("a reason is needed", where="reason", fix="say why the place is held")
    if len(words) > _LONGEST_REASON or any(ord(one) < 32 or ord(one) == 127 for one in words):
        raise InputError(
            "the reason is too long, or has control characters",
            where="reason",
            fix=f"write one line of at most {_LONGEST_REASON:,} letters",
        )
    return words


def _micro_grid(connection: Connection, code: str, now: datetime) -> int:
    level = grids.levels_by_code(connection, [code]).get(code)
    if level is None:
        raise NotFound("no grid has this code", where=f"grid {code!r}")
    if level != "micro":
        raise InputError(
            f"the grid is of the level {level}, and places are held in micro-grids",
            where=f"grid {code!r}",
            fix="name a micro-grid",
        )
    valid = grids.valid_grids(now)
    found = connection.scalar(select(valid.c.grid_id).where(valid.c.code == code))
    if found is None:
        raise Conflict(
            "no grid has this code any more",
            where=f"grid {code!r}",
            fix=f"see what became of it: gisgrid history {code}",
        )
    return int(found)


def _require_sight(connection: Connection, grid_id: int, code: str) -> None:
    """A place goes only where the one who holds it may follow it."""
    if outside_sight(connection, [grid_id]):
        raise NotFound("no grid has this code", where=f"grid {code!r}")


def _place(connection: Connection, kind: str, source_id: str) -> tuple[Table, Row[Any]]:
    """A place that may be shown, locked until the transaction ends."""
    table = HELD_TABLES.get(kind)
    if table is None:
        raise InputError(
            "places of this kind are not held", where=repr(kind), fix=", ".join(HELD_TABLES)
        )
    query = select(table.c.id).where(table.c.source_id == source_id, visible_to(connection, table))
    row = None if "\0" in source_id else connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("there is no such place", where=f"{kind} {source_id!r}")
    return table, row


def _open_of(table: Table, place_id: int) -> Any:
    own = manual_assignment.c
    return select(own.id, own.grid_id, own.reason).where(is_open(table), table.c.id == place_id)


def _end(connection: Connection, number: int, why: str, author: str) -> None:
    connection.execute(
        update(manual_assignment)
        .where(manual_assignment.c.id == number)
        .values(ended_at=func.clock_timestamp(), ended_why=why, ended_by=author)
    )


def _shown(connection: Connection, number: int, at: datetime) -> Hold:
    held = open_holds(connection)
    (found,) = _holds(connection, select(held).where(held.c.id == number), at)
    return found


def _holds(connection: Connection, query: Any, at: datetime) -> list[Hold]:
    held = query.subquery("page")
    owner = (
        func.gisgrid.owners_at(held.c.point, at)
        .table_valued(
            Column("level", Text),
            Column("grid_id", BigInteger),
            Column("code", Text),
            Column("name", Text),
            Column("path", Text),
            Column("border", Boolean),
        )
        .lateral("owner")
    )
    version = grid_version.c
    # A grid that has ended is called as it was last.
    named = select(version.code).where(version.grid_id == held.c.grid_id)
    named = named.order_by(func.lower(version.valid).desc()).limit(1)
    wanted = [name for name in Hold.__dataclass_fields__ if name not in ("grid", "lies_in")]
    shown = (
        select(
            *(held.c[name] for name in wanted),
            named.scalar_subquery().label("grid"),
            owner.c.code.label("lies_in"),
        )
        .outerjoin(owner, owner.c.level == "micro")
        .order_by(held.c.id)
    )
    return [Hold(**row._mapping) for row in connection.execute(shown)]
