"""Puts the candidates in order and shares one among them and "none of these"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gisgrid.address.matching import Hypothesis
from gisgrid.address.scoring import log_odds

__all__ = ["Ranked", "Ranking", "rank"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """An address by its position in the sorted rows, with the hypothesis that speaks best for it.

    ``score`` is the probability that it is the one meant.
    """

    at: int
    score: float
    hypothesis: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Addresses, best first; ``known`` is the probability that it is any of the book's."""

    best: list[Ranked]
    known: float


def rank(hypotheses: Sequence[Hypothesis]) -> Ranking:
    """Give every address of some hypotheses its probability.

    An address that several lead to counts once, by the best of them.
    """
    odds = [log_odds(h.features) for h in hypotheses]
    best: dict[int, int] = {}
    total = 1.0  # the odds of "none of these"
    unlisted = 0.0
    for i in sorted(range(len(odds)), key=lambda i: -odds[i]):
        weight = math.exp(odds[i])
        for at in hypotheses[i].at:
            if at not in best:
                best[at] = i
                total += weight
        unlisted += weight * hypotheses[i].unlisted
    total += unlisted
    listed = [Ranked(at, math.exp(odds[i]) / total, i) for at, i in best.items()]
    return Ranking(listed, 1.0 - 1.0 / total)
