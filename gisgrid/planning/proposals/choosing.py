"""The best grids of a pool that together take every cell once: set partitioning by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.graph import Graph
    from gisgrid.planning.proposals.ground import Range

__all__ = ["Keeping", "Pool"]

_PATIENCE_S: Final = 20.0
_GAP: Final = 1e-3

# A present grid may go on as one of so many grids of the pool that it has ground in.
_CLAIMS: Final = 2


@dataclass(frozen=True)
class Keeping:
    """How dear it is that households come into another grid.

    Attributes
    ----------
    present : int64 array, shape (n,)
        The present grid of each cell, -1 for none.
    price : float
        What a household that moves costs, in metres of border times weight.
    """

    present: NDArray[np.int64]
    price: float


class Pool:
    """Grids that might be, each a set of cells, with what each would cost.

    Parameters
    ----------
    graph : Graph
    households : int64 array, shape (n,)
    wanted : Range
    """

    def __init__(self, graph: Graph, households: NDArray[np.int64], wanted: Range) -> None:
        self._graph = graph
        self._households = households
        # A large building alone is a grid as good as can be had.
        self._filled = wanted.filled(households)
        self._wanted = wanted
        self._grids: dict[bytes, NDArray[np.bool_]] = {}

    def add(self, label: NDArray[np.int64]) -> None:
        """Put every grid of a division into the pool; cells labelled -1 are in none."""
        for grid in range(int(label.max()) + 1):
            members = label == grid
            if members.any():
                self._grids.setdefault(np.packbits(members).tobytes(), members)

    def best(
        self,
        count: int | None = None,
        keeping: Keeping | None = None,
        *,
        within: bool = False,
    ) -> NDArray[np.int64] | None:
        """The cheapest division into grids of the pool.

        All its grids are in the range where that can be; else one outside costs more than all
        borders together, and more the further it is outside.

        Parameters
        ----------
        count : int, optional
            How many grids it shall have.
        keeping : Keeping, optional
            Households that move cost too.
        within : bool
            No grid may be outside the range.

        Returns
        -------
        int64 array, shape (n,), or None
            The grid of each cell, numbered from 0; None where the pool has no such division.
        """
        members = np.array([*self._grids.values()])
        fitting = self._wanted.miss(members @ self._filled) == 0
        # Few enough to be fast; what lies outside comes in only for want of anything else.
        if members[fitting].any(axis=0).all():
            found = self._solve(members[fitting], count, keeping)
            if found is not None or within:
                return found
        return None if within else self._solve(members, count, keeping)

    def _solve(
        self, members: NDArray[np.bool_], count: int | None, keeping: Keeping | None
    ) -> NDArray[np.int64] | None:
        cost = self._costs(members)
        choice = np.arange(len(members))
        limits = []
        if keeping is not None:
            choice, cost, once = self._claims(members, cost, keeping)
            limits.append(LinearConstraint(once, 0.0, 1.0))
        cells = csr_array(members[choice].T.astype(np.float64))
        limits.append(LinearConstraint(cells, 1.0, 1.0))
        if count is not None:
            limits.append(LinearConstraint(np.ones((1, len(choice))), count, count))
        options = {"time_limit": _PATIENCE_S, "mip_rel_gap": _GAP}
        solved = milp(cost, constraints=limits, integrality=1, bounds=Bounds(0, 1), options=options)
        if solved.x is None:
            return None
        chosen = members[choice[solved.x > 0.5]]
        label: NDArray[np.int64] = np.argmax(chosen, axis=0).astype(np.int64)
        return label

    def _costs(self, members: NDArray[np.bool_]) -> NDArray[np.float64]:
        across = members[:, self._graph.one] ^ members[:, self._graph.other]
        cost = across @ self._graph.cost / 2.0
        miss = self._wanted.miss(members @ self._filled)
        highest = float(self._graph.cost.sum()) + 1.0
        return np.asarray(cost + np.where(miss > 0, highest * (1.0 + miss), 0.0))

    def _claims(
        self, members: NDArray[np.bool_], cost: NDArray[np.float64], keeping: Keeping
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], csr_array]:
        """Each grid as new, or as what a present one becomes; a present one becomes one at most."""
        there = keeping.present >= 0
        own = np.zeros((len(there), int(keeping.present.max()) + 1))
        own[there, keeping.present[there]] = self._households[there]
        stays = members @ own
        moving = cost + keeping.price * (members @ self._households)
        most = np.argsort(-stays, axis=1, kind="stable")[:, :_CLAIMS]
        grid, rank = np.nonzero(np.take_along_axis(stays, most, axis=1) > 0)
        claimed = most[grid, rank]
        everybody = np.arange(len(members))
        kept = moving[grid] - keeping.price * stays[grid, claimed]
        columns = len(members) + np.arange(len(grid))
        once = coo_array(
            (np.ones(len(grid)), (claimed, columns)), shape=(own.shape[1], len(members) + len(grid))
        )
        return (
            np.concatenate([everybody, grid]),
            np.concatenate([moving, kept]),
            csr_array(once),
        )
