"""How many hazards there are: on the whole, by grid, and within one grid."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Date, case, cast, func, select

from gisgrid.store.hazards import HazardFilter
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, hazard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from sqlalchemy import Connection

__all__ = ["HazardOverview", "hazard_counts", "hazard_overview", "overview_of"]

# Columns of the rows that an overview is summed from.
_SUMMED: Final = ("category", "state", "day", "count")
# Nearer to the beginning of the calendar, time zones lead out of it.
_LONG_AGO: Final = datetime(2, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class HazardOverview:
    """What is on record, whatever a reader asks for later.

    Attributes
    ----------
    categories, states : dict of str to int
        How many there are of each; the most frequent first.
    first : date or None
        The day on which the first one was found; None where none has a time.
    per_day : ndarray of int64, shape (days,)
        How many were found on that day and on each after it.
    undated : int
        How many have no time.
    most : dict of str to int
        By level, how many the grid has that has most of all.
    """

    categories: dict[str, int]
    states: dict[str, int]
    first: date | None
    per_day: NDArray[np.int64]
    undated: int
    most: dict[str, int]

    @property
    def total(self) -> int:
        """How many there are."""
        return int(self.per_day.sum()) + self.undated


def hazard_overview(connection: Connection, zone: str) -> HazardOverview:
    """What is on record of hazards that may be shown; days are those of a time zone."""
    columns = hazard.c
    day = cast(func.timezone(zone, columns.found_at), Date)
    query = (
        select(columns.category, columns.state, day, func.count())
        .where(visible_to(connection, hazard))
        .group_by(columns.category, columns.state, day)
    )
    most = {level: _most(connection, level) for level in LEVELS}
    return overview_of((tuple(row) for row in connection.execute(query)), most)


def overview_of(
    rows: Iterable[tuple[str, str, date | None, int]], most: dict[str, int]
) -> HazardOverview:
    """Sum up rows of category, state, day (None where there is no time) and count."""
    frame = pd.DataFrame(list(rows), columns=list(_SUMMED))
    dated = frame[frame["day"].notna()]
    first = min(dated["day"]) if len(dated) else None
    at = np.array([(day - first).days for day in dated["day"]], dtype=np.int64)
    return HazardOverview(
        categories=_frequent(frame, "category"),
        states=_frequent(frame, "state"),
        first=first,
        per_day=np.bincount(at, weights=dated["count"].to_numpy(np.float64)).astype(np.int64),
        undated=int(frame["count"].sum() - dated["count"].sum()),
        most=most,
    )


def hazard_counts(connection: Connection, level: str, wanted: HazardFilter) -> pd.DataFrame:
    """Hazards by the grid of a level that owns them, and as many days before.

    Parameters
    ----------
    level : str
    wanted : HazardFilter

    Returns
    -------
    DataFrame
        Indexed by grid id (-1: owned by none): count, and before, which is 0 unless both ends of
        the period were given (int64). Grids without any are left out.
    """
    owner = func.coalesce(hazard.c[f"{level}_id"], -1).label("grid_id")
    since, until = wanted.since, wanted.until
    inside: Any = func.count()
    if since is not None and until is not None:
        wanted = replace(wanted, since=_as_long_before(since, until - since))
        inside = func.count(case((hazard.c.found_at >= since, 1)))
    query = (
        select(owner, inside.label("count"), func.count().label("all"))
        .where(visible_to(connection, hazard), *wanted.predicates())
        .group_by(owner)
        .order_by(owner)
    )
    rows = pd.DataFrame(connection.execute(query).all(), columns=["grid_id", "count", "all"])
    frame = rows.astype("int64").set_index("grid_id")
    return frame.assign(before=frame["all"] - frame["count"])[["count", "before"]]


def _as_long_before(since: datetime, period: timedelta) -> datetime:
    """The beginning of the period before, or of all time."""
    return since - min(period, since - _LONG_AGO)


def _most(connection: Connection, level: str) -> int:
    owner = hazard.c[f"{level}_id"]
    sizes = (
        select(func.count().label("size"))
        .where(visible_to(connection, hazard), owner.is_not(None))
        .group_by(owner)
        .subquery()
    )
    return int(connection.scalar(select(func.max(sizes.c.size))) or 0)


def _frequent(frame: pd.DataFrame, name: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for value, count in zip(frame[name], frame["count"], strict=True):
        sums[value] += int(count)
    return dict(sums.most_common())
