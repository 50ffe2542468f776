"""Where events are to be expected next, and how honest that is.

`expected_events` and `forecast` say what a period will bring, from what was known before it;
`evaluate` says whether that beats a plain count, a KDE and chance on the same record.
"""

from __future__ import annotations

from gisgrid.hotspots.forecast.evaluating import (
    BASELINES,
    MODEL,
    PARTS,
    Comparison,
    Estimate,
    Evaluation,
    Score,
    evaluate,
)
from gisgrid.hotspots.forecast.model import Forecast, expected_events, forecast
from gisgrid.hotspots.forecast.periods import PERIODS, Period, Rolling, rolling_periods
from gisgrid.hotspots.forecast.reasons import REASONS
from gisgrid.hotspots.forecast.rhythm import moments
from gisgrid.hotspots.forecast.squares import Squares, lay_squares

__all__ = [
    "BASELINES",
    "MODEL",
    "PARTS",
    "PERIODS",
    "REASONS",
    "Comparison",
    "Estimate",
    "Evaluation",
    "Forecast",
    "Period",
    "Rolling",
    "Score",
    "Squares",
    "evaluate",
    "expected_events",
    "forecast",
    "lay_squares",
    "moments",
    "rolling_periods",
]
