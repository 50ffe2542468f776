"""What a proposal says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Measures", "Miss", "Proposal"]


@dataclass(frozen=True)
class Measures:
    """How good a division is.

    Attributes
    ----------
    grids : int
    in_range : float
        Share of the grids whose households are in the range.
    contiguous : float
        Share of the grids that are in one piece.
    on_lines : float
        Share of the border between grids that runs along lines; NaN without such a border.
    blocks_split : float
        Share of the blocks that lie in several grids.
    compactness : float
        Mean Polsby-Popper measure of the grids.
    kept : float
        Share of the households that stay in their grid; NaN where there was none.
    crossed_m : dict of str to float
        Metres along lines of a class with the same grid on both sides, rivers and roads alike.
    """

    grids: int
    in_range: float
    contiguous: float
    on_lines: float
    blocks_split: float
    compactness: float
    kept: float
    crossed_m: dict[str, float]


@dataclass(frozen=True)
class Miss:
    """A grid outside the range, and why.

    Attributes
    ----------
    grid : int
        Its number in the proposal.
    households : int
    reason : str
        ``building``: one building on the connected ground has more than the range allows;
        ``total``: the households of connected ground can be divided among no number of grids;
        ``empty``: nobody lives on that connected ground; ``locked``: it stays as it is;
        ``present``: so it is now; ``shape``: no division was found that fits.
    total : int
        Households of the connected ground, or of the building.
    """

    grid: int
    households: int
    reason: str
    total: int


@dataclass(frozen=True)
class Proposal:
    """One way to divide ground into micro-grids.

    Attributes
    ----------
    kinds : tuple of str
        ``present``: left as it is; ``least-change``: as few households as possible move;
        ``best``: the cheapest borders; ``fewer``, ``more``: the same with a grid less or more.
        Where several come to the same, all of them.
    shapes : array of Polygon or MultiPolygon, shape (n,)
        WGS 84 degrees; they tile the ground, vertex for vertex.
    households : int64 array, shape (n,)
    present : int64 array, shape (n,)
        The present grid that each goes on as, -1 for a new one.
    label : int64 array
        The grid of each cell.
    measures : Measures
    misses : tuple of Miss
    """

    kinds: tuple[str, ...]
    shapes: NDArray[np.object_]
    households: NDArray[np.int64]
    present: NDArray[np.int64]
    label: NDArray[np.int64]
    measures: Measures
    misses: tuple[Miss, ...]
