"""Systems taking turns, so that what the machine does meanwhile hits all of them alike."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["alternate"]


def alternate(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run each of several functions once per round, and time them.

    Every second round goes backwards, so that none always follows the same one. What has to
    warm up is to be run once before.

    Parameters
    ----------
    runs : mapping of name to callable
        What to time.
    rounds : int
        How many rounds.

    Returns
    -------
    dict of name to float
        The median of each, in seconds.
    """
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        order = list(runs.items())
        for name, run in order if number % 2 == 0 else reversed(order):
            begin = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - begin)
    return {name: median(seconds) for name, seconds in taken.items()}
