"""Hazards as maps and statistics need them: columns of what was found, where and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import Double, cast, func, select

from gisgrid.store.copying import copy_out
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, hazard

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

__all__ = [
    "FoundBy",
    "HazardFilter",
    "epoch_seconds",
    "hazard_events",
    "present_of",
    "recorded_period",
]

FoundBy = Literal["all", "reported", "discovered"]

# A record in which nothing was found for longer than this has ended.
_ALIVE: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class HazardFilter:
    """Which hazards are meant; nothing given means all that may be shown.

    Attributes
    ----------
    categories, states : tuple of str
    severities : tuple of int
        1 to 3.
    since, until : datetime, optional
        Found in ``[since, until)``; with either, hazards without a time are left out.
    found_by : {"all", "reported", "discovered"}
        Patrols find trouble where they go, so what they discovered says where they went; what
        others reported says more of where trouble is. Where nobody said who found a hazard, it
        counts as reported.
    discoverers : tuple of str
        The origins that count as discovered.
    """

    categories: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    found_by: FoundBy = "all"
    discoverers: tuple[str, ...] = ("patrol",)

    def predicates(self) -> list[ColumnElement[bool]]:
        """As conditions of a query of the table of hazards, beside those of who looks."""
        columns = hazard.c
        listed: list[tuple[ColumnElement[object], Collection[object]]] = [
            (columns.category, self.categories),
            (columns.state, self.states),
            (columns.severity, self.severities),
        ]
        found: list[ColumnElement[bool]] = [
            column.in_(values) for column, values in listed if values
        ]
        if self.since is not None:
            found.append(columns.found_at >= self.since)
        if self.until is not None:
            found.append(columns.found_at < self.until)
        if self.found_by != "all":
            discovered = columns.origin.in_(self.discoverers)
            found.append(discovered if self.found_by == "discovered" else ~discovered)
        return found


def hazard_events(connection: Connection, wanted: HazardFilter | None = None) -> pd.DataFrame:
    """Hazards that may be shown.

    Returns
    -------
    DataFrame
        Ordered by id: source_id, lon, lat (degrees), category, subject, severity (nullable),
        state, origin, found_at (UTC, nullable), and the ids of the grids that own it: area_id,
        unit_id, micro_id, police_id (nullable).
    """
    query = (
        select(
            hazard.c.source_id,
            func.ST_X(hazard.c.point).label("lon"),
            func.ST_Y(hazard.c.point).label("lat"),
            hazard.c.category,
            hazard.c.subject,
            hazard.c.severity,
            hazard.c.state,
            hazard.c.origin,
            cast(func.extract("epoch", hazard.c.found_at), Double).label("found_at"),
            *(hazard.c[f"{level}_id"] for level in LEVELS),
        )
        .where(visible_to(connection, hazard), *(wanted or HazardFilter()).predicates())
        .order_by(hazard.c.id)
    )
    text = ("source_id", "category", "subject", "state", "origin")
    types = {
        **dict.fromkeys(text, pa.string()),
        **dict.fromkeys(("lon", "lat", "found_at"), pa.float64()),
        "severity": pa.int16(),
        **{f"{level}_id": pa.int64() for level in LEVELS},
    }
    frame: pd.DataFrame = copy_out(connection, query, types).to_pandas()
    whole = {name: frame[name].astype("Int64") for name in ("severity", *_owners())}
    # Seconds as floating point numbers hold no more than microseconds.
    found_at = pd.to_datetime(frame["found_at"], unit="s", utc=True).dt.round("us")
    return frame.assign(found_at=found_at, **whole)


def _owners() -> list[str]:
    return [f"{level}_id" for level in LEVELS]


def epoch_seconds(found_at: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """Seconds since 1970 of the times that `hazard_events` gives; not a number where none is."""
    # Nanoseconds, which pandas subtracts in, hold no year before 1678 and none after 2261.
    moments = found_at.to_numpy("datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / 1e6)


def recorded_period(connection: Connection) -> tuple[datetime, datetime] | None:
    """When the first and the last hazard on record were found; None where none has a time."""
    query = select(func.min(hazard.c.found_at), func.max(hazard.c.found_at)).where(
        visible_to(connection, hazard)
    )
    first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def present_of(connection: Connection, now: datetime) -> datetime:
    """The moment that "tonight" and "the last 30 days" are counted from.

    Parameters
    ----------
    now : datetime
        Aware, in the zone in which days begin.

    Returns
    -------
    datetime
        Now, where hazards were found in the last 30 days. Else the record has ended, and it is
        the midnight after the last hazard on it (now, where none has a time); whatever is shown
        has to say so.
    """
    query = select(func.max(hazard.c.found_at)).where(
        visible_to(connection, hazard), hazard.c.found_at <= now
    )
    last: datetime | None = connection.execute(query).scalar_one()
    if last is None or last > now - _ALIVE:
        return now
    # A day on the calendar, for not every day has 24 hours.
    after = last.astimezone(now.tzinfo).replace(tzinfo=None) + timedelta(days=1)
    return after.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=now.tzinfo)
