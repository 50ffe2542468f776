"""Fits the weights of address matching to damaged addresses of the sample."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from gisgrid.address.book import AddressBook
from gisgrid.address.matching import Hypothesis
from gisgrid.address.reading import readings
from gisgrid.address.scoring import SET_BY_HAND, SPEAKS_FOR, WEIGHTS, log_odds
from gisgrid.bench.address_books import Standards, sample_standards
from gisgrid.sample import build_district
from gisgrid.sample.damage import damaged, unanswerable

__all__ = ["Lesson", "fit_weights", "lessons", "main"]

# Not a seed of any test or bench.
_SEED = 700
_DAMAGED, _NOWHERE, _PLAIN = 24_000, 4_800, 4_000
_LEFT_OUT = 0.05
_ROUNDS = 3
_PULL = 0.02  # towards nothing, for what is seen seldom


@dataclass(frozen=True)
class Lesson:
    """What one text may mean, and what it means.

    Attributes
    ----------
    choices : list of Hypothesis
    truth : int
        Position among the sorted rows; -1 when the text has no answer.
    """

    choices: list[Hypothesis]
    truth: int


def lessons(book: AddressBook, texts: Sequence[str], truths: Sequence[int]) -> list[Lesson]:
    """Read texts whose meaning is known.

    Parameters
    ----------
    book : AddressBook
    texts : sequence of str
    truths : sequence of int
        Row of the standard address of each, -1 where there is none.
    """
    place = np.empty(len(book), dtype=np.int64)
    place[book.gazetteer.rows.row] = np.arange(len(book.gazetteer.rows.row))
    found = []
    for text, truth in zip(texts, truths, strict=True):
        named = book.hypotheses(readings(text, book.gazetteer.names))
        if named is not None:
            at = -1 if truth < 0 else int(place[truth])
            found.append(Lesson([hypothesis for hypothesis, _ in named], at))
    return found


@dataclass(frozen=True)
class _Table:
    """The choices of all lessons: one line for those of a lesson that have the same features."""

    features: csr_array
    lesson: NDArray[np.int64]
    count: NDArray[np.float64]
    right: NDArray[np.bool_]


def _table(taught: Sequence[Lesson], column: dict[str, int], odds: Mapping[str, float]) -> _Table:
    data, indices, indptr = [], [], [0]
    lesson, count, right = [], [], []
    for i, one in enumerate(taught):
        seen: set[int] = set()
        for choice in sorted(one.choices, key=lambda c: -log_odds(c.features, odds)):
            new = [at for at in choice.at if at not in seen]
            seen.update(new)
            alike = len(new) + choice.unlisted
            if alike:
                is_right = one.truth in new
                for times, true in ((alike - is_right, False), (int(is_right), True)):
                    if times:
                        indices += [column[f] for f in choice.features]
                        data += [1.0] * len(choice.features)
                        indptr.append(len(indices))
                        lesson.append(i)
                        count.append(times)
                        right.append(true)
    shape = (len(lesson), len(column))
    return _Table(
        csr_array((data, indices, indptr), shape=shape),
        np.array(lesson),
        np.array(count, dtype=np.float64),
        np.array(right),
    )


def fit_weights(taught: Sequence[Lesson], start: Mapping[str, float]) -> dict[str, float]:
    """The weights under which what the texts mean is likeliest.

    A conditional logit over the addresses that each text may mean and "none of these", whose
    log-odds are nought. An address that several hypotheses lead to goes by the likeliest, so the
    fit is done in rounds. A doubt of the reading never speaks for an address, although the
    texts without an answer happen to raise none.

    Parameters
    ----------
    taught : sequence of Lesson
    start : mapping of str to float
        Weights to begin with, those of features that no lesson has are kept.

    Returns
    -------
    dict of str to float
    """
    seen = sorted({f for one in taught for choice in one.choices for f in choice.features})
    column = {feature: i for i, feature in enumerate(seen)}
    weights = dict(start)
    for _ in range(_ROUNDS):
        table = _table(taught, column, weights)
        first = np.array([weights.get(feature, 0.0) for feature in seen])
        bounds = [_bounds(feature, weights) for feature in seen]
        fitted = minimize(
            _loss, first, (table, len(taught)), method="L-BFGS-B", jac=True, bounds=bounds
        )
        weights |= dict(zip(seen, np.round(fitted.x, 2).tolist(), strict=True))
    return weights


def _bounds(feature: str, weights: Mapping[str, float]) -> tuple[float | None, float | None]:
    if feature in SET_BY_HAND:
        return weights[feature], weights[feature]
    return None, None if feature in SPEAKS_FOR else 0.0


def _loss(
    weights: NDArray[np.float64], table: _Table, size: int
) -> tuple[float, NDArray[np.float64]]:
    odds = table.features @ weights
    top = np.zeros(size)
    np.maximum.at(top, table.lesson, odds)
    share = table.count * np.exp(odds - top[table.lesson])
    total = np.exp(-top) + np.bincount(table.lesson, share, minlength=size)
    loss = float(np.sum(top + np.log(total)) - odds[table.right].sum())
    slope = table.features.T @ (share / total[table.lesson] - table.right)
    return loss + _PULL * float(weights @ weights), slope + 2 * _PULL * weights


def _without(standards: Standards, left_out: NDArray[np.bool_]) -> Standards:
    """The standards without some addresses."""
    kept = np.flatnonzero(~left_out)
    units = standards.units
    return replace(
        standards,
        addresses=standards.addresses.iloc[kept],
        lonlat=standards.lonlat[kept],
        units=None if units is None else tuple(units[i] for i in kept.tolist()),
    )


def main() -> None:
    """Fit the weights to the sample district and print them.

    One in twenty addresses is left out of the book, so that texts that mean them have no
    answer although they read like the others.
    """
    standards = sample_standards(build_district())
    rng = np.random.default_rng(_SEED)
    left_out = rng.random(len(standards.addresses)) < _LEFT_OUT
    row = np.where(left_out, -1, np.cumsum(~left_out) - 1)
    harmed = damaged(standards.addresses, standards.aliases, _DAMAGED, rng)
    nowhere = unanswerable(standards.addresses, _NOWHERE, rng)
    # Whether a name alone is enough is a rule, not a weight.
    nowhere = nowhere[nowhere["kind"] != "name-only"]
    plain = rng.integers(0, len(row), _PLAIN)
    texts = [
        *harmed["text"],
        *nowhere["text"],
        *standards.addresses["address"].iloc[plain],
    ]
    truths = [*row[harmed["truth"]], *[-1] * len(nowhere), *row[plain]]
    taught = lessons(_without(standards, left_out).book(), texts, truths)
    weights = fit_weights(taught, WEIGHTS)
    sys.stdout.writelines(f'    "{name}": {value},\n' for name, value in weights.items())


if __name__ == "__main__":
    main()
