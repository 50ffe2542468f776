"""Divisions put right at their borders: cells move to a neighbouring grid until counts fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.planning.proposals.graph import Graph
    from gisgrid.planning.proposals.ground import Range

__all__ = ["balanced"]

_MOST_MOVES: Final = 200


def balanced(
    label: NDArray[np.int64],
    graph: Graph,
    households: NDArray[np.int64],
    wanted: Range,
) -> NDArray[np.int64]:
    """Move cells at borders to the next grid as long as household counts come nearer the range.

    The move that brings most is made first. Each grid stays in one piece and keeps a cell.

    Parameters
    ----------
    label : int64 array, shape (n,)
        The grid of each cell.

    Returns
    -------
    int64 array, shape (n,)
    """
    state = _State(label, graph, households, wanted)
    for _ in range(_MOST_MOVES):
        if not state.misses() or not state.move():
            break
    return state.label


class _State:
    """A division while it changes."""

    def __init__(
        self,
        label: NDArray[np.int64],
        graph: Graph,
        households: NDArray[np.int64],
        wanted: Range,
    ) -> None:
        self.label = label.copy()
        self._graph = graph
        self._households = households
        self._wanted = wanted
        self._sums = np.bincount(label, weights=households).astype(np.int64)
        self._sizes = np.bincount(label)
        self._beside: list[list[int]] = [[] for _ in range(graph.count)]
        for one, other in zip(graph.one.tolist(), graph.other.tolist(), strict=True):
            self._beside[one].append(other)
            self._beside[other].append(one)

    def misses(self) -> int:
        return int(self._wanted.miss(self._sums).sum())

    def move(self) -> bool:
        """Make the best move; False where none brings the counts nearer."""
        cell, target = self._moves()
        if len(cell) == 0:
            return False
        source, count = self.label[cell], self._households[cell]
        miss = self._wanted.miss
        gain = (
            miss(self._sums[source]) + miss(self._sums[target])
            - miss(self._sums[source] - count) - miss(self._sums[target] + count)
        )  # fmt: skip
        good = np.flatnonzero((gain > 0) & (self._sizes[source] > 1))
        for k in good[np.argsort(-gain[good], kind="stable")].tolist():
            if self._stays_whole(int(cell[k])):
                self._make(int(cell[k]), int(target[k]))
                return True
        return False

    def _moves(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Cells beside another grid than theirs, and that grid."""
        one, other = self._graph.one, self._graph.other
        border = self.label[one] != self.label[other]
        one, other = one[border], other[border]
        cell = np.concatenate([one, other])
        target = self.label[np.concatenate([other, one])]
        once = np.unique(np.column_stack([cell, target]), axis=0)
        return once[:, 0], once[:, 1]

    def _make(self, cell: int, target: int) -> None:
        source = self.label[cell]
        self.label[cell] = target
        self._sums[source] -= self._households[cell]
        self._sums[target] += self._households[cell]
        self._sizes[source] -= 1
        self._sizes[target] += 1

    def _stays_whole(self, cell: int) -> bool:
        """Whether the grid of a cell is in one piece without it."""
        own = self.label[cell]
        near = [other for other in self._beside[cell] if self.label[other] == own]
        if len(near) < 2:
            return True
        left, stack, found = set(near[1:]), [near[0]], {near[0], cell}
        while stack and left:
            for other in self._beside[stack.pop()]:
                if other not in found and self.label[other] == own:
                    found.add(other)
                    left.discard(other)
                    stack.append(other)
        return not left
