"""Near repeats of what is on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.geometry.metric import local_metric
from gisgrid.hotspots.near_repeat import MOST_PAIRS, near_repeat
from gisgrid.store.hazards import epoch_seconds, hazard_events
from gisgrid.store.hotspots.finding import period_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.hotspots.near_repeat import NearRepeat
    from gisgrid.store.hazards import HazardFilter

__all__ = ["NearRepeats", "find_near_repeats"]

_SECONDS_OF_DAY: Final = 86_400.0


@dataclass(frozen=True)
class NearRepeats:
    """Whether hazards come back soon and close by.

    Attributes
    ----------
    found_by : str
    categories : tuple of str
        Empty for all.
    period : tuple of datetime, or None
        From when to when; None where nothing is on record.
    events, undated : int
        How many were compared, and how many have no time.
    table : NearRepeat
    """

    found_by: str
    categories: tuple[str, ...]
    period: tuple[datetime, datetime] | None
    events: int
    undated: int
    table: NearRepeat


def find_near_repeats(
    connection: Connection,
    wanted: HazardFilter,
    *,
    metres: Sequence[float],
    days: Sequence[float],
    permutations: int = 999,
    seed: int = 0,
    most_pairs: int = MOST_PAIRS,
    progress: Callable[[int, int], None] | None = None,
) -> NearRepeats:
    """Knox's test of the hazards that are meant; see `near_repeat`.

    Raises
    ------
    InputError
        Bounds of bands do not rise.
    LimitExceeded
        Too many hazards lie close together.
    """
    events = hazard_events(connection, wanted)
    dated = events[events["found_at"].notna()]
    lon, lat = (dated[name].to_numpy(np.float64) for name in ("lon", "lat"))
    points = np.empty((len(dated), 2))
    if len(dated):
        metric = local_metric(float(lon.mean()), float(lat.mean()))
        points = np.column_stack(metric.transform(lon, lat))
    table = near_repeat(
        points,
        epoch_seconds(dated["found_at"]) / _SECONDS_OF_DAY,
        metres,
        days,
        permutations=permutations,
        rng=np.random.default_rng(seed),
        most_pairs=most_pairs,
        progress=progress,
    )
    return NearRepeats(
        found_by=wanted.found_by,
        categories=wanted.categories,
        period=period_of(connection, wanted),
        events=len(dated),
        undated=len(events) - len(dated),
        table=table,
    )
