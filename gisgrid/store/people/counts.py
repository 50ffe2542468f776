"""Teams and party groups of grids: counts with their day and their source, and no names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Table, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import ProgrammingError

from gisgrid.errors import InputError
from gisgrid.store.codes import fault_of
from gisgrid.store.people.seeing import grid_to_staff, of_grids_seen
from gisgrid.store.tables import grid_version, party_count, team

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Select

__all__ = ["TEAM_KINDS", "PartyCount", "Team", "party_counts", "put_party", "put_teams", "teams"]

TEAM_KINDS: Final = ("volunteers", "coalition")


@dataclass(frozen=True)
class Team:
    """A team of a grid as it was told of on a day: ``volunteers`` or ``coalition`` (联盟).

    ``qualifier`` is the word beside the figure (余: more than; 近: nearly).
    """

    code: str
    grid: str
    kind: str
    name_zh: str
    people: int
    as_of: date
    name_en: str = ""
    source: str = ""
    qualifier: str = ""


@dataclass(frozen=True)
class PartyCount:
    """The party groups (党小组) of a grid and their members, as told of on a day."""

    grid: str
    groups: int
    members: int
    as_of: date
    source: str = ""
    qualifier: str = ""


def teams(connection: Connection, at: datetime) -> list[Team]:
    """The teams within one's sight, each as it was told of last until a day, by code."""
    query = _latest(connection, team, (team.c.code,), at)
    return [Team(**row._mapping) for row in connection.execute(query)]


def party_counts(connection: Connection, at: datetime) -> list[PartyCount]:
    """The counts of the grids within one's sight, each as told of last until a day."""
    query = _latest(connection, party_count, (party_count.c.grid_id,), at)
    found = [PartyCount(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda one: one.grid)


def put_teams(connection: Connection, rows: Sequence[Team]) -> int:
    """Put teams on record, or others in the place of those of the same day; how many differ.

    Raises
    ------
    InputError
        A code, a kind or a count cannot be.
    NotFound
        A grid is not there, or out of sight.
    """
    for one in rows:
        fault = fault_of(one.code)
        if fault or one.kind not in TEAM_KINDS or one.people < 0 or not one.name_zh.strip():
            words = fault or f"a team has a name, a count and a kind of {', '.join(TEAM_KINDS)}"
            raise InputError(words, where=f"team {one.code!r}")
    return _put(connection, team, rows, ("code", "as_of"))


def put_party(connection: Connection, rows: Sequence[PartyCount]) -> int:
    """Put counts on record, or others in the place of those of the same day; how many differ.

    Raises
    ------
    InputError
        A count is less than none.
    NotFound
        A grid is not there, or out of sight.
    """
    for one in rows:
        if one.groups < 0 or one.members < 0:
            raise InputError("a count cannot be less than 0", where=f"grid {one.grid}")
    return _put(connection, party_count, rows, ("grid_id", "as_of"))


def _latest(
    connection: Connection, table: Table, key: tuple[Any, ...], at: datetime
) -> Select[Any]:
    own = [one for one in table.c if one.name not in ("id", "grid_id")]
    label = grid_version.c
    return (
        select(label.code.label("grid"), *own)
        .ext(distinct_on(*key))
        .join(grid_version, label.grid_id == table.c.grid_id)
        .where(
            label.valid.contains(at),
            table.c.as_of <= at.date(),
            of_grids_seen(connection, table.c.grid_id),
        )
        .order_by(*key, table.c.as_of.desc())
    )


def _put(
    connection: Connection,
    table: Table,
    rows: Sequence[Team] | Sequence[PartyCount],
    key: tuple[str, ...],
) -> int:
    if not rows:
        return 0
    ids = {code: grid_to_staff(connection, code) for code in {one.grid for one in rows}}
    values = [asdict(one) for one in rows]
    for value in values:
        value["grid_id"] = ids[value.pop("grid")]
    added = upsert(table).values(values)
    names = [name for name in values[0] if name not in key]
    new = {name: added.excluded[name] for name in names}
    differs = or_(*(table.c[name].is_distinct_from(new[name]) for name in names))
    # Somebody else's team cannot be taken over by its code.
    unseen = select(func.count()).where(
        table.c[key[0]].in_([value[key[0]] for value in values]),
        ~of_grids_seen(connection, table.c.grid_id),
    )
    taken = InputError("a code is taken", where=table.name, fix="choose another one")
    if connection.scalar(unseen):
        raise taken
    statement = added.on_conflict_do_update(index_elements=list(key), set_=new, where=differs)
    try:
        with connection.begin_nested():
            return connection.execute(statement).rowcount
    except ProgrammingError as error:
        # The database does not even let a query count the rows that a policy hides.
        if isinstance(error.orig, InsufficientPrivilege):
            raise taken from None
        raise
