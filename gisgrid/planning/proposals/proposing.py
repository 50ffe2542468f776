"""Proposals of micro-grids for a piece of ground, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.proposals.cells import Cells, cut_into_cells
from gisgrid.planning.proposals.choosing import Keeping
from gisgrid.planning.proposals.crossing import Crossings
from gisgrid.planning.proposals.dividing import Piece, part_of, pool_of
from gisgrid.planning.proposals.graph import cell_graph, pieces
from gisgrid.planning.proposals.ground import Range
from gisgrid.planning.proposals.measuring import continued, measured, misses
from gisgrid.planning.proposals.parting import handy_parts
from gisgrid.planning.proposals.pooling import runs_of
from gisgrid.planning.proposals.shaping import grids_of
from gisgrid.planning.proposals.values import Proposal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.choosing import Pool
    from gisgrid.planning.proposals.ground import Ground

__all__ = ["Progress", "propose", "propose_on_cells"]

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done; what it raises ends the search."""

# Metres of border times weight that one household's move is worth: 10 m through a block.
_PRICE: Final = 100.0

_Labels = dict[str, "NDArray[np.int64]"]


def propose(
    ground: Ground,
    wanted: Range | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Proposal]:
    """Propose micro-grids for a unit.

    Parameters
    ----------
    ground : Ground
    wanted : Range
        How many households a grid shall have; 300 to 500 when left out.
    seed : int
        The same seed and ground give the same proposals.
    progress : callable, optional

    Returns
    -------
    list of Proposal
        The present grids first, where there are any; the one that moves fewest households;
        the best one; the best ones with a grid less and more, where these are in range as well.
        No division is given twice: its `kinds` say all that it is.
    """
    cells = cut_into_cells(ground)
    return propose_on_cells(ground, cells, wanted, seed=seed, progress=progress)


def propose_on_cells(
    ground: Ground,
    cells: Cells,
    wanted: Range | None = None,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Proposal]:
    """Propose micro-grids made of given cells; as `propose`.

    Parameters
    ----------
    cells : Cells
        A coverage of the ground, such as statistical areas that may not be cut.
    """
    search = _Search(ground, cells, wanted or Range())
    kinds: dict[bytes, list[str]] = {}
    labels: dict[bytes, NDArray[np.int64]] = {}
    for kind, label in search.divisions(seed, progress).items():
        numbered = _numbered(label)
        labels[numbered.tobytes()] = numbered
        kinds.setdefault(numbered.tobytes(), []).append(kind)
    return [search.proposal(tuple(names), labels[key]) for key, names in kinds.items()]


def _numbered(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same division with grids numbered in the order of their first cells."""
    _, first, of = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[of].astype(np.int64)


class _Search:
    """The ground, its cells and what may be divided freely."""

    def __init__(self, ground: Ground, cells: Cells, wanted: Range) -> None:
        self.ground, self.cells, self.wanted = ground, cells, wanted
        self.graph = cell_graph(cells, ground.lines)
        self.free = self.graph.without(self.graph.barrier)
        self.locked = np.zeros(len(cells.shapes), dtype=np.bool_)
        if ground.present is not None:
            locked = np.append(ground.present.locked, False)
            self.locked = locked[cells.present]
        apart = self.locked[self.free.one] != self.locked[self.free.other]
        self.free = self.free.without(apart)
        self.ground_of = pieces(self.free)
        self.crossings = Crossings(ground)

    def divisions(self, seed: int, progress: Progress | None) -> _Labels:
        """Divisions of all cells by their kind, in the order in which they are shown."""
        grounds = self._pieces(seed)
        if not grounds:
            return self._nobody()
        total = sum(
            runs_of(self.wanted, int(self.wanted.filled(part.households).sum())) for part in grounds
        )
        count = _Count(total, progress)
        pools = [
            pool_of(part, self.wanted, np.random.default_rng([seed, k]), count.step)
            for k, part in enumerate(grounds)
        ]
        best = [_chosen(pool.best()) for pool in pools]
        found: _Labels = {}
        if self.ground.present is not None:
            found["present"] = self._present()
            kept = [
                _chosen(pool.best(keeping=Keeping(part.present, _PRICE)))
                for pool, part in zip(pools, grounds, strict=True)
            ]
            found["least-change"] = self._together(grounds, kept)
        found["best"] = self._together(grounds, best)
        found |= self._other_counts(grounds, pools, best)
        count.done()
        return found

    def _nobody(self) -> _Labels:
        """Where there is nothing to divide anew: no homes, or none that is free."""
        if self.ground.present is not None:
            return {"present": self._present()}
        return {"best": self._together([], [])}

    def _other_counts(
        self, grounds: list[Piece], pools: list[Pool], best: list[NDArray[np.int64]]
    ) -> _Labels:
        """The best with a grid less and more on the largest connected ground."""
        found: _Labels = {}
        at = max(range(len(grounds)), key=lambda k: int(grounds[k].households.sum()))
        fitting = self.wanted.counts(int(self.wanted.filled(grounds[at].households).sum()))
        now = int(best[at].max()) + 1
        for kind, count in (("fewer", now - 1), ("more", now + 1)):
            label = pools[at].best(count=count, within=True) if count in fitting else None
            if label is not None:
                found[kind] = self._together(grounds, [*best[:at], label, *best[at + 1 :]])
        return found

    def _pieces(self, seed: int) -> list[Piece]:
        """The connected grounds that are free and have homes, large ones in parts."""
        cells = self.cells
        everything = Piece(
            np.arange(len(cells.shapes)), self.free, cells.households, cells.block, cells.present
        )
        lived_in = np.bincount(self.ground_of, weights=cells.households * ~self.locked) > 0
        rng = np.random.default_rng(seed)
        return [
            part
            for k in np.flatnonzero(lived_in).tolist()
            for part in handy_parts(part_of(everything, self.ground_of == k), self.wanted, rng)
        ]

    def _present(self) -> NDArray[np.int64]:
        """The present grids; ground that is in none is a grid for each piece of it."""
        present = self.cells.present
        alone = pieces(self.graph, present) + int(present.max(initial=0)) + 1
        return np.asarray(np.where(present >= 0, present, alone))

    def _together(self, grounds: list[Piece], labels: list[NDArray[np.int64]]) -> NDArray[np.int64]:
        """One division of all cells: locked grids stay as they are."""
        whole = np.full(len(self.cells.shapes), -1, dtype=np.int64)
        for part, label in zip(grounds, labels, strict=True):
            whole[part.cells] = label + int(whole.max(initial=-1)) + 1
        self._give_islets(whole)
        # Ground that nobody lives on, between locked grids or behind a barrier, is a grid.
        rest = np.flatnonzero(whole < 0)
        group = np.where(self.locked, self.cells.present, -1 - self.ground_of)[rest]
        whole[rest] = np.unique(group, return_inverse=True)[1] + int(whole.max(initial=-1)) + 1
        return whole

    def _give_islets(self, whole: NDArray[np.int64]) -> None:
        """Ground without homes that touches no other joins the nearest grid that is not locked."""
        of = pieces(self.graph)
        lived_in = np.bincount(of, weights=whole >= 0) > 0
        islets = np.flatnonzero(~lived_in[of] & ~self.locked)
        known = np.flatnonzero(whole >= 0)
        if len(islets) and len(known):
            near = shapely.STRtree(self.cells.shapes[known]).nearest(self.cells.shapes[islets])
            whole[islets] = whole[known[near]]

    def proposal(self, kinds: tuple[str, ...], label: NDArray[np.int64]) -> Proposal:
        """A division as it is shown."""
        cells, now = self.cells, self.ground.present
        shapes = grids_of(cells.shapes, label, cells.vertices)
        present = continued(cells, label, 0 if now is None else len(now.shapes))
        fixed = dict.fromkeys(np.unique(label[self.locked]).tolist(), "locked")
        if "present" in kinds:
            fixed = dict.fromkeys(range(len(shapes)), "present") | fixed
        return Proposal(
            kinds,
            shapes,
            np.bincount(label, weights=cells.households).astype(np.int64),
            present,
            label,
            measured(cells, self.graph, label, shapes, present, self.wanted, self.crossings),
            misses(cells, self.free, label, self.wanted, fixed),
        )


def _chosen(label: NDArray[np.int64] | None) -> NDArray[np.int64]:
    # The pool holds whole divisions, so there is one.
    assert label is not None
    return label


@dataclass
class _Count:
    """Steps done, told at every one of them."""

    total: int
    progress: Progress | None
    made: int = 0

    def step(self) -> None:
        self.made += 1
        if self.progress is not None:
            self.progress(min(self.made, self.total), self.total)

    def done(self) -> None:
        if self.progress is not None:
            self.progress(self.total, self.total)
