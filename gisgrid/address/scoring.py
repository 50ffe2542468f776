"""How likely a candidate is the address meant: the log-odds of each way in which it may differ.

The weights are those of a conditional logit over the addresses that a text may mean and "none of
these" (log-odds nought), fitted by ``python -m gisgrid.bench.address_fitting`` to 24,000 damaged
addresses of the sample district, 4,000 undamaged ones and 4,800 texts without an answer, with one
in twenty of the addresses left out of the book. So a score is a probability for texts like those;
seeds of the fit are used by no test and no bench.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["SET_BY_HAND", "SPEAKS_FOR", "THRESHOLD", "WEIGHTS", "log_odds"]

THRESHOLD = 0.9
"""A best score from here on counts as found."""

WEIGHTS: dict[str, float] = {
    "exact": 10.87,
    "stem": 2.0,
    "sound": 5.5,
    "shape": 4.03,
    "character": -0.84,
    "missing": 3.34,
    "extra": 4.79,
    "two": -6.29,
    "sounds": -0.43,
    "near-sound": 5.1,
    "part": 2.75,
    "telling": -6.27,
    "run-on-too": -3.75,
    "run-on": -1.25,
    "doubled": 7.46,
    "alias": 2.23,
    "unit": 2.0,
    "also-named": 0.09,
    "town-agrees": 0.01,
    "unit-agrees": 0.09,
    "town-mistaken": 1.05,
    "wrong-town": -4.59,
    "wrong-unit": -0.41,
    "no-lane": -9.5,
    "no-building": -3.93,
    "more-building": -6.39,
    "left-over": -0.39,
    "left-over-too": -1.17,
    "short": 4.27,
    "other-name": -8.7,
    "other-place": -9.14,
    "other-kind": -4.0,
    "strange-place": -11.0,
    "two-numbers": -7.0,
    "extra-words": 0.0,
    "missing-lane-word": 0.0,
    "missing-number-word": 0.0,
    "no-number": -10.0,
    "remark": -2.39,
    "stray-letter": 0.0,
    "swapped": -0.19,
    "unread-number": 0.0,
    "number-as-building": -0.01,
    "number-as-room": -1.6,
}
"""Log-odds against "none of these" of each way that a candidate agrees or differs."""

SPEAKS_FOR = frozenset(
    [
        *("exact", "stem", "alias", "sound", "near-sound", "sounds", "shape", "part", "character"),
        *("two", "missing", "extra", "doubled", "short", "other-kind"),
        *("also-named", "town-agrees", "town-mistaken", "unit-agrees"),
    ]
)
"""Features whose weights may be above nought."""

SET_BY_HAND = frozenset(
    ["unit", "no-lane", "no-number", "other-kind", "strange-place", "two-numbers"]
)
"""Features that the fit leaves alone, for what it learns from has too few of them.

A number in a committee's ground, or on a road where the lane is left out, is never sure, however
few addresses have it. Nor is 白银街 for 白银路, an address with a place in it that nobody here
knows (顾村镇白银路, 新白银路), or two numbers where one would do (7号8号).
"""

_DOUBT = -1.0


def log_odds(features: Sequence[str], weights: Mapping[str, float] = WEIGHTS) -> float:
    """The sum of the weights; a doubt of the reading that has none of its own counts little."""
    return sum(weights.get(feature, _DOUBT) for feature in features)
