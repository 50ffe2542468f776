"""Large ground cut into parts that are divided one by one: the time then grows with the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.planning.proposals.dividing import Piece, part_of
from gisgrid.planning.proposals.graph import pieces
from gisgrid.planning.proposals.pooling import held_together, metis

if TYPE_CHECKING:
    from gisgrid.planning.proposals.ground import Range

__all__ = ["handy_parts"]

# Ground for more grids than these is cut into parts for half as many, or a few more.
_MOST_GRIDS: Final = 24


def handy_parts(piece: Piece, wanted: Range, rng: np.random.Generator) -> list[Piece]:
    """A piece, or connected parts of a large one, which present grids lie in whole.

    Parameters
    ----------
    rng : Generator
        For METIS.
    """
    filled = wanted.filled(piece.households)
    grids = 2.0 * float(filled.sum()) / (wanted.least + wanted.most)
    if grids <= _MOST_GRIDS:
        return [piece]
    there = piece.present >= 0
    node = pieces(piece.graph, np.where(there, piece.present, -1 - np.arange(len(there))))
    coarse = held_together(piece.graph, filled, node)
    label = metis(coarse, int(2.0 * grids // _MOST_GRIDS), rng)
    if label is None or pieces(piece.graph, label).max() > label.max():
        return [piece]
    return [part_of(piece, label == k) for k in range(int(label.max()) + 1)]
