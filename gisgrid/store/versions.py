"""The versions of grids by revision: what held before one, and what after."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import shapely
from sqlalchemy import func, or_, select

from gisgrid.geometry.metric import areas_m2
from gisgrid.store.tables import boundary_version, grid_version, lineage, revision

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

__all__ = ["Attributes", "Boundary", "Passage", "VersionBook"]


@dataclass(frozen=True)
class Attributes:
    """Dated attributes of a grid.

    Attributes
    ----------
    parent : str or None
        The parent's code when this version began.
    valid_from, valid_to : datetime
        The half-open period for which they hold; no end where they still do.
    revision, ended_revision : int
        The publishes that began and ended them.
    recorded_at : datetime
    """

    code: str
    name: str
    parent: str | None
    special: bool
    households: int | None
    range_reason: str | None
    valid_from: datetime
    valid_to: datetime | None
    revision: int
    ended_revision: int | None
    recorded_at: datetime


@dataclass(frozen=True)
class Boundary:
    """A dated boundary of a grid, without its shape."""

    level: str
    area_m2: float
    valid_from: datetime
    valid_to: datetime | None
    revision: int
    ended_revision: int | None
    recorded_at: datetime


@dataclass(frozen=True)
class Passage:
    """Ground and households that a publish gave from one grid to another.

    Attributes
    ----------
    source, target : str
        Their codes, of the source before that publish and of the target after it.
    area_share, household_share : float
        Of what the source had before; no share of no households.
    """

    revision: int
    effective_at: datetime
    source: str
    target: str
    area_m2: float
    area_share: float
    households: int
    household_share: float | None


class _Versioned(Protocol):
    @property
    def revision(self) -> int: ...
    @property
    def ended_revision(self) -> int | None: ...


_V = TypeVar("_V", bound=_Versioned)


class VersionBook:
    """All versions of some grids.

    Parameters
    ----------
    connection : Connection
    ids : collection of int
        The grids; their parents, and those that passages name, are read beside them.
    passages_of : collection of int, optional
        Revisions of which all passages are read; without it, all passages from or to the grids.
    """

    def __init__(
        self,
        connection: Connection,
        ids: Collection[int],
        *,
        passages_of: Collection[int] | None = None,
    ) -> None:
        self._connection = connection
        passages = self._read_passages(ids, passages_of)
        wanted = {*ids, *(key for row in passages for key in (row.from_id, row.to_id))}
        labels = self._read(grid_version, wanted)
        above = {row.parent_id for row in labels if row.parent_id is not None}
        labels += self._read(grid_version, above - wanted)
        self._codes: dict[int, list[Any]] = defaultdict(list)
        for row in labels:
            self._codes[row.grid_id].append(row)
        self.attributes: dict[int, list[Attributes]] = defaultdict(list)
        for row in labels:
            if row.grid_id in wanted:
                self.attributes[row.grid_id].append(self._attributes(row))
        self.boundaries = self._read_boundaries(ids)
        self.passages = [self._passage(row) for row in passages]

    @staticmethod
    def before(versions: Sequence[_V], number: int) -> _V | None:
        """The version that was open just before a revision."""
        return next(
            (
                one
                for one in versions
                if one.revision < number
                and (one.ended_revision is None or one.ended_revision >= number)
            ),
            None,
        )

    @staticmethod
    def after(versions: Sequence[_V], number: int) -> _V | None:
        """The version that was open just after a revision."""
        return VersionBook.before(versions, number + 1)

    def code(self, grid_id: int, number: int) -> str:
        """What a grid was called just after a revision, or at last before it."""
        versions = self._codes[grid_id]
        found = self.after(versions, number) or self.before(versions, number)
        # A parent may be published later than its children.
        return str((found or versions[0]).code)

    def _read(self, table: Table, ids: Collection[int]) -> list[Any]:
        query = select(
            table,
            func.lower(table.c.valid).label("valid_from"),
            func.upper(table.c.valid).label("valid_to"),
        ).where(table.c.grid_id.in_(ids))
        return list(self._connection.execute(query.order_by(table.c.revision, table.c.id)))

    def _attributes(self, row: Any) -> Attributes:
        parent = None if row.parent_id is None else self.code(row.parent_id, row.revision)
        names = Attributes.__dataclass_fields__.keys() - {"parent"}
        return Attributes(parent=parent, **{name: getattr(row, name) for name in names})

    def _read_boundaries(self, ids: Collection[int]) -> dict[int, list[Boundary]]:
        rows = self._read(boundary_version, ids)
        shapes = shapely.from_wkb(np.array([bytes(row.geom.data) for row in rows], dtype=object))
        found: dict[int, list[Boundary]] = defaultdict(list)
        names = Boundary.__dataclass_fields__.keys() - {"area_m2"}
        for row, area in zip(rows, areas_m2(shapes).tolist(), strict=True):
            known = {name: getattr(row, name) for name in names}
            found[row.grid_id].append(Boundary(area_m2=round(area, 2), **known))
        return found

    def _read_passages(self, ids: Collection[int], numbers: Collection[int] | None) -> list[Any]:
        query = select(lineage, revision.c.effective_at).join(revision)
        if numbers is None:
            query = query.where(or_(lineage.c.from_id.in_(ids), lineage.c.to_id.in_(ids)))
        else:
            query = query.where(lineage.c.revision.in_(numbers))
        order = (lineage.c.revision, lineage.c.from_id, lineage.c.to_id)
        return list(self._connection.execute(query.order_by(*order)))

    def _passage(self, row: Any) -> Passage:
        return Passage(
            row.revision,
            row.effective_at,
            self.code(row.from_id, row.revision - 1),
            self.code(row.to_id, row.revision),
            row.area_m2,
            row.area_share,
            row.households,
            row.household_share,
        )
