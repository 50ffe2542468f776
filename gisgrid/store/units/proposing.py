"""Micro-grids proposed for a unit, and a proposal as an edit that a plan can take over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.geometry.knitting import knit
from gisgrid.store.copying import as_multi
from gisgrid.store.drafts.arguments import GridAsDrawn, NewGrid, Redraw
from gisgrid.store.drafts.codes import next_names
from gisgrid.store.drafts.fields import surface_of
from gisgrid.store.drafts.state import PlanState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from gisgrid.planning.proposals import Proposal
    from gisgrid.store.drafts.state import DrawnGrid
    from gisgrid.store.units.ground import UnitGround

__all__ = ["redraw_of"]

# New borders end within the proposer's lattice of where they should, a tenth of a millimetre.
_ENDS_M: Final = 0.0002


def redraw_of(
    connection: Connection, plan_id: int | None, place: UnitGround, proposal: Proposal
) -> Redraw:
    """A proposal as the edit that draws it.

    Grids that go on keep their code; those that stay as they are, to the last vertex, are not
    named; those without a successor end. Where a new border ends on the unit's, its neighbours of
    every level get the vertex. Households are declared anew where the unit's grids declare any.

    Parameters
    ----------
    plan_id : int or None
        The plan that is to take it over; None for one that is begun on the present boundaries.
    place : UnitGround
        As read from the same plan.
    proposal : Proposal
        Made on `place.ground`.

    Raises
    ------
    CoverageError
        A grid near the unit is too narrow to get a vertex.
    """
    state = PlanState(connection, plan_id or 0)
    around = _around(state, place)
    shapes, neighbours = _fitted(around, proposal.shapes)
    before = [grid.shape for grid in around]
    told = [
        GridAsDrawn(code=grid.code, shape=surface_of(shape))
        for grid, old, shape in zip(around, before, neighbours, strict=True)
        if not shapely.equals_identical(old, shape)
    ]
    drawn = _Drawn(place, proposal, shapes)
    made = drawn.made(state)
    kept = {place.grids[k].code for k in proposal.present.tolist() if k >= 0}
    ended = [grid.code for grid in place.grids if grid.code not in kept]
    why = f"微网格方案 proposed micro-grids: {', '.join(proposal.kinds)}"
    return Redraw(why=why, grids=(*told, *drawn.goes_on()), made=tuple(made), ended=tuple(ended))


@dataclass(frozen=True)
class _Drawn:
    """A proposal with shapes that fit what is round the unit."""

    place: UnitGround
    proposal: Proposal
    shapes: NDArray[np.object_]

    def goes_on(self) -> list[GridAsDrawn]:
        """The present grids that get another shape."""
        found = []
        for new, k in enumerate(self.proposal.present.tolist()):
            if k < 0:
                continue
            grid = self.place.grids[k]
            if not _same(grid.shape, self.shapes[new]):
                shape = surface_of(self.shapes[new])
                told = {"code": grid.code, "shape": shape, **self._declared(new)}
                found.append(GridAsDrawn.model_validate(told))
        return found

    def made(self, state: PlanState) -> list[NewGrid]:
        """The new grids, called as the one that they get most ground of, and a number."""
        found: list[NewGrid] = []
        for new in np.flatnonzero(self.proposal.present < 0).tolist():
            like = self._source(self.shapes[new])
            given = [one.name for one in found]
            (name,) = next_names(state, "" if like is None else like.name, 1, avoid=given)
            shape = surface_of(self.shapes[new])
            told = {"level": "micro", "parent": self.place.unit.code, "name": name, "shape": shape}
            found.append(NewGrid.model_validate(told | self._declared(new)))
        return found

    def _declared(self, new: int) -> dict[str, int]:
        if all(grid.households is None for grid in self.place.grids):
            return {}
        return {"households": int(self.proposal.households[new])}

    def _source(self, shape: BaseGeometry) -> DrawnGrid | None:
        if not self.place.grids:
            return None
        shapes = np.array([grid.shape for grid in self.place.grids], dtype=object)
        return self.place.grids[int(shapely.area(shapely.intersection(shapes, shape)).argmax())]


def _around(state: PlanState, place: UnitGround) -> list[DrawnGrid]:
    """The grids of all levels that may have vertices on the unit's border, from the top down."""
    west, south, east, north = map(float, shapely.bounds(place.unit.shape))
    own = {grid.key for grid in place.grids}
    return [
        grid
        for level in ("area", "unit", "micro")
        for grid in state.near((west, south, east, north), level)
        if grid.key not in own
    ]


def _fitted(
    around: Sequence[DrawnGrid], shapes: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """New grids and those round them, with the vertices that they share."""
    levels = [
        np.array([grid.shape for grid in around if grid.level == level], dtype=object)
        for level in ("area", "unit", "micro")
    ]
    *outer, inner = knit([*(level for level in levels if len(level)), shapes], _ENDS_M)
    return inner, np.concatenate(outer)


def _same(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two shapes have the same vertices, wherever their rings begin."""
    first, second = shapely.normalize(as_multi(np.array([one, other], dtype=object)))
    return bool(shapely.equals_identical(first, second))
