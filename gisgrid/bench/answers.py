"""Answers to damaged addresses, judged: right, wrong and sure of it, not sure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.bench.results import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NO_ROW", "Answer", "Judged", "judge"]

NO_ROW: Final = -1
# Scores are told finest where decisions are made.
_BINS: Final = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system says a text means.

    Attributes
    ----------
    row : int
        The address it puts first, or `NO_ROW`.
    sure : bool
        Whether it gives that address as its answer.
    score : float
        The probability it gives, 1 for a system that gives none.
    """

    row: int = NO_ROW
    sure: bool = False
    score: float = 1.0


@dataclass(frozen=True)
class Judged:
    """Answers beside the truth.

    Attributes
    ----------
    right, sure : ndarray of bool, shape (n,)
        Whether the first is the one that was meant; whether the system is sure of it.
    score : ndarray of float64, shape (n,)
    """

    right: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    score: NDArray[np.float64]

    def shares(self, chosen: NDArray[np.bool_] | None = None) -> dict[str, float]:
        """Shares of all texts or of the chosen ones."""
        here = np.ones(len(self.right), dtype=np.bool_) if chosen is None else chosen
        right, sure = self.right[here], self.sure[here]
        return {
            "right_at_one": float(right.mean()),
            "wrong_confident": float((sure & ~right).mean()),
            "not_sure": float((~sure).mean()),
        }

    def of_kinds(
        self, system: str, case: str, kinds: Sequence[tuple[str, ...]], names: Sequence[str]
    ) -> list[Row]:
        """A row for each kind of damage: all texts that it was done to, whatever else was."""
        rows = []
        for name in names:
            chosen = np.array([name in ones for ones in kinds], dtype=np.bool_)
            if chosen.any():
                detail = {"texts": int(chosen.sum())}
                rows.append(Row(system, f"{case}, {name}", self.shares(chosen), detail))
        return rows

    def of_scores(self, system: str, case: str) -> list[Row]:
        """A row for each bin of scores: whether 0.95 means 95 of 100."""
        rows = []
        for low, high in pairwise(_BINS):
            last = high == _BINS[-1]
            inside = (self.score >= low) & ((self.score < high) | last)
            if inside.any():
                measures = {
                    "mean_score": float(self.score[inside].mean()),
                    "share_right": float(self.right[inside].mean()),
                }
                name = f"{case}, score {low:g} to {high:g}"
                rows.append(Row(system, name, measures, {"texts": int(inside.sum())}))
        return rows


def judge(answers: Sequence[Answer], truth: NDArray[np.int64]) -> Judged:
    """Judge answers by the rows that were meant; `NO_ROW` where nothing was."""
    row = np.array([answer.row for answer in answers], dtype=np.int64)
    return Judged(
        right=(row == truth) & (truth != NO_ROW),
        sure=np.array([answer.sure for answer in answers], dtype=np.bool_),
        score=np.array([answer.score for answer in answers], dtype=np.float64),
    )
