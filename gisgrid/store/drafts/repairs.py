"""The proposed repair of a plan's grids as one edit of it, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.errors import Conflict
from gisgrid.geometry.repairing import Parents, propose_repair
from gisgrid.planning.changes import same_shape
from gisgrid.store.copying import as_multi
from gisgrid.store.drafts.arguments import GridAsDrawn, parse_edit
from gisgrid.store.drafts.editing import EditResult, edit
from gisgrid.store.drafts.fields import surface_of
from gisgrid.store.drafts.homes import homes_near
from gisgrid.store.drafts.state import frame
from gisgrid.store.drafts.writing import lock_plan
from gisgrid.store.parents import PARENT_LEVEL

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Tolerances
    from gisgrid.geometry.repairing import Proposal

__all__ = ["GridRepair", "LevelRepair", "Repaired", "repair"]

_LEVELS: Final = ("area", "unit", "micro", "police")


@dataclass(frozen=True)
class GridRepair:
    """What the repair does to one grid.

    Attributes
    ----------
    code : str
    gained_m2, lost_m2 : float
    gained_households, lost_households : int
        Of the addresses on that ground.
    """

    code: str
    gained_m2: float
    lost_m2: float
    gained_households: int
    lost_households: int


@dataclass(frozen=True)
class LevelRepair:
    """What the repair does to one level.

    Attributes
    ----------
    level : str
    grids : tuple of GridRepair
        Those that gain or lose ground, the most changed first.
    redrawn : int
        How many get another shape, be it by a vertex where a neighbour has one.
    gaps_filled : int
    border_moved_m2 : float
        Ground that the outer border takes in or lets go; 0 where it stays.
    """

    level: str
    grids: tuple[GridRepair, ...]
    redrawn: int
    gaps_filled: int
    border_moved_m2: float


@dataclass(frozen=True)
class Repaired:
    """The edit that holds a repair, and what it does to each level that it redraws."""

    edit: EditResult
    levels: tuple[LevelRepair, ...]


def repair(
    connection: Connection,
    plan_id: int,
    *,
    tolerances: Tolerances,
    level: str | None = None,
    author: str = "",
    expected_version: int | None = None,
) -> Repaired:
    """Redraw the grids of a plan so that each level is a coverage; one edit, undone as any.

    From the top down: each level keeps to the borders of the one above as that is repaired.

    Parameters
    ----------
    tolerances : Tolerances
        How large a gap may be that is filled.
    level : str, optional
        Only this one.

    Raises
    ------
    Conflict
        There is nothing to repair; otherwise as `edit`.
    CoverageError
        No coverage is near the grids of a level.
    InputError
        The repair would redraw more than one edit can hold.
    NotFound
        The plan has no grids of the level.
    """
    locked = lock_plan(connection, plan_id, expected_version)
    homes = homes_near(connection)
    told: list[GridAsDrawn] = []
    levels: list[LevelRepair] = []
    solid: dict[str, gpd.GeoDataFrame] = {}
    for name in _LEVELS:
        grids = frame(connection, plan_id, name)
        if len(grids) and level in (None, name):
            above = _parents(grids, solid.get(PARENT_LEVEL.get(name, "")))
            shapes = grids.geometry.to_numpy(dtype=object)
            made = propose_repair(
                shapes, fill_m2=tolerances.largest_gap_m2, homes=homes, parents=above
            )
            redrawn = np.flatnonzero(~same_shape(shapes, as_multi(made.polygons)))
            if len(redrawn):
                told += _told(grids, made, redrawn)
                levels.append(_level(name, grids, made, len(redrawn)))
            grids = grids.set_geometry(made.polygons, crs=grids.crs)
        solid[name] = grids
    if not told:
        raise Conflict(
            "there is nothing to repair", where=f"plan {plan_id}" + (f", {level}" if level else "")
        )
    change = parse_edit("redraw", {"why": "修复建议 proposed repair", "grids": told})
    done = edit(connection, plan_id, change, author=author, expected_version=locked.version)
    return Repaired(done, tuple(levels))


def _parents(grids: gpd.GeoDataFrame, above: gpd.GeoDataFrame | None) -> Parents | None:
    if above is None or not len(above):
        return None
    position = {code: k for k, code in enumerate(above["code"])}
    of = [position.get(code, -1) for code in grids["parent"]]
    return Parents(above.geometry.to_numpy(dtype=object), np.array(of, dtype=np.int64))


def _told(grids: gpd.GeoDataFrame, made: Proposal, redrawn: NDArray[np.intp]) -> list[GridAsDrawn]:
    codes = grids["code"].tolist()
    gone = [codes[k] for k in redrawn if made.polygons[k] is None]
    if gone:
        raise Conflict(
            "the repair would leave the grid no ground",
            where=f"grid {gone[0]}",
            fix="merge it with the grid that lies over it, or draw it anew",
        )
    return [GridAsDrawn(code=codes[k], shape=surface_of(made.polygons[k])) for k in redrawn]


def _level(name: str, grids: gpd.GeoDataFrame, made: Proposal, redrawn: int) -> LevelRepair:
    codes = grids["code"].tolist()
    changes = tuple(
        GridRepair(
            codes[one.position],
            one.gained_m2,
            one.lost_m2,
            int(one.gained_households or 0),
            int(one.lost_households or 0),
        )
        for one in made.changes
    )
    return LevelRepair(name, changes, redrawn, made.gaps_filled, made.border_moved_m2)
