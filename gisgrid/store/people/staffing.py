"""Where grid members are missing: so many are wanted in every micro-grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, distinct, func, select

from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.grids import valid_grids
from gisgrid.store.people.posts import Post, posts
from gisgrid.store.people.seeing import of_grids_seen
from gisgrid.store.tables import grid, post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

__all__ = ["Gone", "Staffing", "Strength", "staffing"]

# So that no micro-grid's surplus hides what another one lacks.
_LEVELS: Final = NESTED_LEVELS


@dataclass(frozen=True)
class Strength:
    """How many grid members a grid has and should have.

    Attributes
    ----------
    level, code, name : str
    parent : str
        Code of the grid above; empty for none.
    micros : int
        Micro-grids in it; 1 for a micro-grid itself.
    wanted, have, missing : int
        Members. Of a unit or an area the sums of its micro-grids, so what one has too many of
        does not make up for what another lacks.
    short : int
        Micro-grids that lack members.
    """

    level: str
    code: str
    name: str
    parent: str
    micros: int
    wanted: int
    have: int
    missing: int
    short: int


Gone = Post
"""A post in a grid that has ended."""


@dataclass(frozen=True)
class Staffing:
    """The strength of all grids within one's sight, and the posts whose grid has ended."""

    grids: tuple[Strength, ...]
    ended: tuple[Gone, ...]

    def of(self, level: str) -> tuple[Strength, ...]:
        """Those of one level."""
        return tuple(one for one in self.grids if one.level == level)


def staffing(connection: Connection, at: datetime, *, per_micro: int = 3) -> Staffing:
    """Count grid members, micro-grid by micro-grid, and add up for units and areas.

    Parameters
    ----------
    at : datetime
        For when posts and grids are looked at.
    per_micro : int
        Members that are wanted in a micro-grid.

    Returns
    -------
    Staffing
        Grids in order of level, then code.
    """
    rows = connection.execute(_members(connection, at)).all()
    found = [_micro(row, per_micro) for row in rows if row.level == "micro"]
    paths = {row.code: tuple(row.path) for row in rows}
    above: dict[str, list[Strength]] = {}
    for one in found:
        for code in paths[one.code][:-1]:
            above.setdefault(code, []).append(one)
    found += [_sum(row, above[row.code]) for row in rows if row.code in above]
    order = {level: number for number, level in enumerate(_LEVELS)}
    found.sort(key=lambda one: (order[one.level], one.code))
    return Staffing(tuple(found), tuple(posts(connection, at, orphaned=True)))


def _members(connection: Connection, at: datetime) -> Select[Any]:
    valid, parent = valid_grids(at), valid_grids(at, "parent")
    held = and_(
        post.c.grid_id == valid.c.grid_id, post.c.kind == "member", post.c.valid.contains(at)
    )
    return (
        select(
            grid.c.level,
            *(valid.c.code, valid.c.name, valid.c.path),
            func.coalesce(parent.c.code, "").label("parent"),
            func.count(distinct(post.c.person_id)).label("have"),
        )
        .select_from(valid)
        .join(grid, grid.c.id == valid.c.grid_id)
        .outerjoin(parent, parent.c.grid_id == valid.c.parent_id)
        .outerjoin(post, held)
        .where(grid.c.level.in_(_LEVELS), of_grids_seen(connection, valid.c.grid_id))
        .group_by(grid.c.level, valid.c.code, valid.c.name, valid.c.path, parent.c.code)
    )


def _micro(row: Row[Any], wanted: int) -> Strength:
    missing = max(wanted - row.have, 0)
    return Strength(
        "micro", row.code, row.name, row.parent, 1, wanted, row.have, missing, int(missing > 0)
    )


def _sum(row: Row[Any], below: Iterable[Strength]) -> Strength:
    every = list(below)
    return Strength(
        level=row.level,
        code=row.code,
        name=row.name,
        parent=row.parent,
        micros=len(every),
        wanted=sum(one.wanted for one in every),
        have=sum(one.have for one in every),
        missing=sum(one.missing for one in every),
        short=sum(one.short for one in every),
    )
