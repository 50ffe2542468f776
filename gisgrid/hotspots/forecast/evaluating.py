"""Whether a forecast is worth having: a rolling origin, beside what is simpler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.forecast.baselines import FittedKde, last_year, scott_width
from gisgrid.hotspots.forecast.model import order_events, walk
from gisgrid.hotspots.forecast.reasons import make_ground
from gisgrid.hotspots.forecast.scoring import hits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from numpy.typing import NDArray

    from gisgrid.hotspots.forecast.model import Forecast
    from gisgrid.hotspots.forecast.periods import Rolling
    from gisgrid.hotspots.forecast.reasons import Past
    from gisgrid.hotspots.forecast.squares import Squares

__all__ = [
    "BASELINES",
    "MODEL",
    "PARTS",
    "Comparison",
    "Estimate",
    "Evaluation",
    "Score",
    "Verdict",
    "evaluate",
]

Verdict = Literal["beats", "no better", "worse"]
# Ranks places for [start, end), both in seconds since 1970.
Ranker = Callable[[float, float], "NDArray[np.float64]"]

MODEL: Final = "model"
BASELINES: Final = ("count 52 weeks", "kde scott", "kde fitted", "random")
# Of the area.
PARTS: Final = (0.01, 0.02, 0.05)
_DRAWS: Final = 2_000
_INTERVAL: Final = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A value and the bounds of its 95 % interval, by bootstrap over the periods."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Score:
    """How a system did in a part of the area, all periods together.

    Attributes
    ----------
    system : str
    part : float
        Of the area, such as 0.01.
    hits : float
        Events in the places it ranked first; places ranked alike count in part.
    hit_rate, pai, pei : Estimate
    """

    system: str
    part: float
    hits: float
    hit_rate: Estimate
    pai: Estimate
    pei: Estimate


@dataclass(frozen=True)
class Comparison:
    """The model beside a baseline in a part of the area.

    Attributes
    ----------
    gain : Estimate
        Hit rate of the model less that of the baseline, in the same periods.
    ratio : float
        Hits of the model per hit of the baseline; NaN where it had none.
    verdict : {"beats", "no better", "worse"}
        No better: the interval of the gain holds 0.
    """

    baseline: str
    part: float
    gain: Estimate
    ratio: float
    verdict: Verdict


@dataclass(frozen=True)
class Evaluation:
    """What a rolling origin found.

    Attributes
    ----------
    windows : tuple of (float, float)
        The periods that were judged, in seconds since 1970, UTC.
    events : int
        That came in them.
    cells : int
    square_m : float
    scores : tuple of Score
    comparisons : tuple of Comparison
    shares : mapping of str to float
        What the last forecast was made of: the part of each reason.
    kde_m : mapping of str to float
        Last width of each KDE in metres.
    expected : float
        Events that the model expected in them.
    """

    windows: tuple[tuple[float, float], ...]
    events: int
    cells: int
    square_m: float
    scores: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    shares: Mapping[str, float]
    kde_m: Mapping[str, float]
    expected: float


def evaluate(
    cell: NDArray[np.int64],
    seconds: NDArray[np.float64],
    squares: Squares,
    rolling: Rolling,
    *,
    zone: tzinfo,
    others: Mapping[str, Ranker] | None = None,
    seed: int = 0,
) -> Evaluation:
    """Forecast each period from what was known before it, and look what came.

    Parameters
    ----------
    cell : int64 (n,)
        Square of each event.
    seconds : float64 (n,)
        Since 1970, UTC; in any order.
    squares : Squares
        All of the same area.
    rolling : Rolling
    zone : tzinfo
    others : mapping of str to callable, optional
        More systems by name, such as one that knows the truth.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        An event lies in no square or has no time, or no event came in any judged period.
    """
    events = order_events(cell, seconds, squares.cells, zone)
    ground = make_ground(squares.cells, centres=squares.centres)
    kde = FittedKde(squares)
    area, parts = np.ones(squares.cells), np.array(PARTS)
    found: dict[str, list[NDArray[np.float64]]] = {}
    totals: list[float] = []
    expected = 0.0
    widths: dict[str, float] = {}
    for number, made in enumerate(walk(events, ground, rolling.windows, zone)):
        came = _came(events, made, squares.cells)
        counts = last_year(events.before(made.start), squares.cells, made.start)
        if number >= rolling.first_judged:
            widths = {"kde scott": scott_width(counts, squares), "kde fitted": kde.width(counts)}
            ranked = dict(_rankings(made, counts, squares, widths, others or {}))
            for name, score in {**ranked, "best": came}.items():
                found.setdefault(name, []).append(hits(score, came, area, parts))
            totals.append(float(came.sum()))
            expected += float(made.expected.sum())
        kde.learn(counts, came)
    if not sum(totals):
        raise InputError("nothing came in the periods that were to be judged")
    table = {name: np.array(rows) for name, rows in found.items()}
    scores, comparisons = _judged(table, np.array(totals), np.random.default_rng(seed))
    return Evaluation(
        windows=rolling.windows[rolling.first_judged :],
        events=int(sum(totals)),
        cells=squares.cells,
        square_m=squares.size_m,
        scores=scores,
        comparisons=comparisons,
        shares=made.made_of,
        kde_m=widths,
        expected=expected,
    )


def _came(events: Past, made: Forecast, cells: int) -> NDArray[np.float64]:
    first, last = np.searchsorted(events.at.seconds, (made.start, made.end))
    return np.bincount(events.cell[first:last], minlength=cells).astype(np.float64)


def _rankings(
    made: Forecast,
    counts: NDArray[np.float64],
    squares: Squares,
    widths: Mapping[str, float],
    others: Mapping[str, Ranker],
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    yield MODEL, made.expected
    yield "count 52 weeks", counts
    for name, width in widths.items():
        yield name, squares.smooth(counts, width)
    # All places alike: each part of the area gets its part of the events.
    yield "random", np.zeros(squares.cells)
    for name, rank in others.items():
        yield name, rank(made.start, made.end)


def _judged(
    found: Mapping[str, NDArray[np.float64]],
    totals: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[tuple[Score, ...], tuple[Comparison, ...]]:
    """Sums over the periods, first of all of them and then of those that the bootstrap drew."""
    size = len(totals)
    draws = np.vstack([np.arange(size), rng.integers(0, size, (_DRAWS, size))])
    came = totals[draws].sum(axis=1)
    sums = {name: rows[draws].sum(axis=1) for name, rows in found.items()}
    scores, comparisons = [], []
    for name in (one for one in found if one != "best"):
        for column, part in enumerate(PARTS):
            own, best = sums[name][:, column], sums["best"][:, column]
            rate = _over(own, came)
            scores.append(
                Score(
                    name,
                    part,
                    float(own[0]),
                    _estimate(rate),
                    _estimate(rate / part),
                    _estimate(_over(own, best)),
                )
            )
            if name != MODEL:
                gain = _estimate(_over(sums[MODEL][:, column] - own, came))
                ratio = float(_over(sums[MODEL][:1, column], own[:1])[0])
                comparisons.append(Comparison(name, part, gain, ratio, _verdict(gain)))
    return tuple(scores), tuple(comparisons)


def _over(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.full(len(one), np.nan)
    np.divide(one, other, out=ratio, where=other > 0)
    return ratio


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """The first value is that of all periods, the others are draws."""
    low, high = np.nanpercentile(values[1:], _INTERVAL)
    return Estimate(float(values[0]), float(low), float(high))


def _verdict(gain: Estimate) -> Verdict:
    if gain.low > 0:
        return "beats"
    return "worse" if gain.high < 0 else "no better"
