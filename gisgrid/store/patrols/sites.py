"""Where officers could stop: patrol points, and suggested places where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gisgrid.hotspots.patrols import reach_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gisgrid.store.patrols.ground import Surroundings

__all__ = ["Sites", "candidate_sites"]

# So many places without a patrol point nearby are suggested at most; the search takes longer
# with each.
_MOST_SUGGESTED: Final = 300
_SUGGESTED: Final = -1


@dataclass(frozen=True)
class Sites:
    """Candidates for stops.

    Attributes
    ----------
    frame : DataFrame
        A row for each: id (of the patrol point; -1 for a suggested place), name, lon, lat, micro_id
        (-1 for none).
    xy : float64 array, shape (sites, 2)
        In metres.
    """

    frame: pd.DataFrame
    xy: NDArray[np.float64]

    @property
    def grid(self) -> NDArray[np.int64]:
        """The micro-grid of each site; -1 for none."""
        return self.frame["micro_id"].to_numpy(np.int64)


def candidate_sites(
    around: Surroundings, weight: NDArray[np.float64], reach_m: float, grids: Iterable[int]
) -> Sites:
    """The patrol points, the cells that none of them reaches, and a place in each grid.

    Parameters
    ----------
    around : Surroundings
    weight : float64 array, shape (cells,)
        What is to be expected in each cell in the whole shift.
    reach_m : float
    grids : iterable of int
        Micro-grids that need a site each.
    """
    points = around.points[["id", "name", "lon", "lat", "micro_id"]]
    frame = pd.concat([points, _beyond(around, weight, reach_m)], ignore_index=True)
    bare = [one for one in grids if not (frame["micro_id"] == one).any()]
    frame = pd.concat([frame, _inside(around, bare)], ignore_index=True)
    return Sites(frame, around.metres(frame))


def _beyond(around: Surroundings, weight: NDArray[np.float64], reach_m: float) -> pd.DataFrame:
    """The place amidst each heavy cell that no patrol point reaches."""
    cells = around.cells[["x", "y"]].to_numpy(np.float64)
    points = around.metres(around.points)
    reached = reach_within(points, cells, reach_m).covered(np.arange(len(points)))
    free = np.flatnonzero(~reached & (weight > 0))
    free = free[np.argsort(-weight[free], kind="stable")][:_MOST_SUGGESTED]
    return _suggested(around.sources, around.metres(around.sources), around.cell, free)


def _inside(around: Surroundings, grids: list[int]) -> pd.DataFrame:
    """The place amidst the homes, or else the hazards, of each micro-grid."""
    found = []
    left = grids
    for rows in (around.homes, around.hazards):
        owner = rows["micro_id"].to_numpy(np.int64)
        found.append(_suggested(rows, around.metres(rows), owner, np.array(left, dtype=np.int64)))
        left = [one for one in left if not (owner == one).any()]
    return pd.concat(found, ignore_index=True)


def _suggested(
    rows: pd.DataFrame,
    xy: NDArray[np.float64],
    group: NDArray[np.int64],
    wanted: NDArray[np.int64],
) -> pd.DataFrame:
    """The row nearest to the middle of each group, where somebody can stand: not in a river."""
    chosen = []
    for one in wanted:
        own = np.flatnonzero(group == one)
        if len(own):
            away = np.hypot(*(xy[own] - xy[own].mean(axis=0)).T)
            chosen.append(int(own[np.argmin(away)]))
    found = rows.iloc[chosen][["lon", "lat", "micro_id"]].reset_index(drop=True)
    return found.assign(id=_SUGGESTED, name="")
