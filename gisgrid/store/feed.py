"""The feed of changes: what each revision did to the grids, before and after."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from gisgrid.store.tables import boundary_version, grid_version, revision
from gisgrid.store.versions import VersionBook

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from gisgrid.store.versions import Attributes, Passage

__all__ = ["GridChange", "GridState", "RevisionChanges", "changes_after"]


@dataclass(frozen=True)
class GridState:
    """A grid before or after a revision."""

    code: str
    name: str
    parent: str | None
    special: bool
    households: int | None
    range_reason: str | None
    area_m2: float


@dataclass(frozen=True)
class GridChange:
    """What a revision did to one grid.

    Attributes
    ----------
    kinds : tuple of str
        ``made``, ``ended``, or one or both of ``reshaped`` and ``relabelled``. A grid that had
        ended and holds again is ``made`` too.
    before, after : GridState or None
        None where it did not hold.
    """

    id: int
    level: str
    kinds: tuple[str, ...]
    before: GridState | None
    after: GridState | None


@dataclass(frozen=True)
class RevisionChanges:
    """One publish: who, when, and all that it changed."""

    revision: int
    published_at: datetime
    effective_at: datetime
    plan: int | None
    author: str
    note: str
    grids: tuple[GridChange, ...]
    lineage: tuple[Passage, ...]


def changes_after(connection: Connection, after: int, *, limit: int) -> list[RevisionChanges]:
    """What the revisions after one changed, the oldest first.

    Parameters
    ----------
    after : int
        A revision; 0 for all.
    limit : int
        Most revisions.
    """
    query = select(revision).where(revision.c.number > after).order_by(revision.c.number)
    rows = connection.execute(query.limit(limit)).all()
    numbers = [row.number for row in rows]
    touched = _touched(connection, numbers)
    ids = set().union(*touched.values())
    book = VersionBook(connection, ids, passages_of=numbers)
    passages: dict[int, list[Passage]] = defaultdict(list)
    for one in book.passages:
        passages[one.revision].append(one)
    return [
        RevisionChanges(
            revision=row.number,
            published_at=row.published_at,
            effective_at=row.effective_at,
            plan=row.plan_id,
            author=row.author,
            note=row.note,
            grids=tuple(_change(book, key, row.number) for key in sorted(touched[row.number])),
            lineage=tuple(passages[row.number]),
        )
        for row in rows
    ]


def _touched(connection: Connection, numbers: Collection[int]) -> dict[int, set[int]]:
    """For each revision the grids of which it began or ended a version."""
    found: dict[int, set[int]] = {number: set() for number in numbers}
    for table in (grid_version, boundary_version):
        version = table.c
        query = select(version.grid_id, version.revision, version.ended_revision).where(
            or_(version.revision.in_(numbers), version.ended_revision.in_(numbers))
        )
        for grid_id, *at in connection.execute(query):
            for number in at:
                if number in found:
                    found[number].add(grid_id)
    return found


def _change(book: VersionBook, grid_id: int, number: int) -> GridChange:
    labels, shapes = book.attributes[grid_id], book.boundaries[grid_id]
    old, new = book.before(labels, number), book.after(labels, number)
    was, is_ = book.before(shapes, number), book.after(shapes, number)
    if old is None or was is None:
        kinds = ["made"]
    elif new is None or is_ is None:
        kinds = ["ended"]
    else:
        pairs: list[tuple[str, Any, Any]] = [("reshaped", was, is_), ("relabelled", old, new)]
        kinds = [kind for kind, one, other in pairs if one is not other]
    return GridChange(
        id=grid_id,
        level=shapes[0].level,
        kinds=tuple(kinds),
        before=_state(old, was.area_m2) if old and was else None,
        after=_state(new, is_.area_m2) if new and is_ else None,
    )


def _state(attributes: Attributes, area_m2: float) -> GridState:
    names = GridState.__dataclass_fields__.keys() - {"area_m2"}
    return GridState(area_m2=area_m2, **{name: getattr(attributes, name) for name in names})
