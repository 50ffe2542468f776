"""Hot and cold spots of one period."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.discovery import adjusted
from gisgrid.hotspots.local import getis_ord, local_moran
from gisgrid.hotspots.rates import comparable_rates, steadied_rates
from gisgrid.store.hazards import hazard_events, recorded_period
from gisgrid.store.hotspots.placing import Place, Places

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.hotspots.local import LocalStatistic
    from gisgrid.store.hazards import HazardFilter

__all__ = ["HotSpots", "Method", "find_hot_spots", "period_of"]

Method = Literal["closed", "permutation"]

# A place is settled when chance went as far so often on both sides: p is right to a tenth.
_ENOUGH: Final = 100
_FEWEST_ORDERS: Final = 999
_MOST_ORDERS: Final = 199_999


@dataclass(frozen=True)
class HotSpots:
    """Where hazards gather with more than chance.

    Attributes
    ----------
    level : str
    edge_m : float or None
        Of hexagons.
    found_by : str
    categories : tuple of str
        Empty for all.
    period : tuple of datetime, or None
        From when to when; None where nothing is on record.
    events, outside : int
        How many were counted, and how many lie in no place.
    per_household : bool
    method : str
    rate : float
        Of false discoveries.
    frame : GeoDataFrame
        EPSG:4326, ordered by code: code, name, count, households, expected (events, were they
        spread evenly), rate (per 100 households, steadied), z, p, q (p for so many places at
        once), spot (1 hot, -1 cold, 0 neither), quadrant (of local Moran, 0 to 4), geometry.
    """

    level: Place
    edge_m: float | None
    found_by: str
    categories: tuple[str, ...]
    period: tuple[datetime, datetime] | None
    events: int
    outside: int
    per_household: bool
    method: Method
    rate: float
    frame: gpd.GeoDataFrame


def find_hot_spots(
    connection: Connection,
    wanted: HazardFilter,
    at: datetime,
    *,
    level: Place = "micro",
    edge_m: float = 150.0,
    per_household: bool = False,
    method: Method = "closed",
    rate: float = 0.05,
    seed: int = 0,
) -> HotSpots:
    """Find the places that stand out together with their neighbours (Gi*).

    Parameters
    ----------
    wanted : HazardFilter
    at : datetime
        When the grids hold.
    level : str
        Of grids, or ``hexagon``.
    edge_m : float
        Of hexagons, about: H3 has few sizes.
    per_household : bool
        Compare rates per household instead of counts. Places without households have none.
    method : {"closed", "permutation"}
        Where p comes from; see `getis_ord`.
    rate : float
        Share of the spots that may be false (Benjamini and Hochberg).
    seed : int
        Of the permutations.

    Raises
    ------
    NotFound
        There are no grids.
    InputError
        Rates are asked for where nobody knows the households, or a number is out of range.
    """
    if not 0 < rate < 1:
        raise InputError("the rate of false discoveries lies between 0 and 1", where=f"{rate}")
    places = Places.read(connection, level, at, edge_m=edge_m)
    events = hazard_events(connection, wanted)
    counts = places.counts(events)
    households = places.frame["households"].to_numpy(np.float64)
    lived_in = np.nan_to_num(households)
    if per_household and not lived_in.any():
        fix = "import addresses with --households, or compare counts"
        raise InputError("nobody knows the households here", where=level, fix=fix)
    values = comparable_rates(counts, lived_in) if per_household else counts
    found = _tested(values, places, method, rate, seed)
    q = adjusted(found.p)
    share = lived_in / lived_in.sum() if per_household else np.full(len(counts), 1 / len(counts))
    known = counts[lived_in > 0].sum() if per_household else counts.sum()
    columns = {
        "code": places.frame["code"],
        "name": places.frame["name"],
        "count": counts.astype(np.int64),
        "households": households,
        "expected": known * share,
        "rate": 100.0 * np.where(lived_in > 0, steadied_rates(counts, lived_in), np.nan),
        "z": found.z,
        "p": found.p,
        "q": q,
        "spot": np.where(q <= rate, np.sign(found.z), 0).astype(np.int64),
        "quadrant": local_moran(values, places.neighbours).quadrant.astype(np.int64),
    }
    return HotSpots(
        level=level,
        edge_m=places.edge_m,
        found_by=wanted.found_by,
        categories=wanted.categories,
        period=period_of(connection, wanted),
        events=int(counts.sum()),
        outside=len(events) - int(counts.sum()),
        per_household=per_household,
        method=method,
        rate=rate,
        frame=places.frame[["geometry"]].assign(**columns)[[*columns, "geometry"]],
    )


def _tested(
    values: NDArray[np.float64], places: Places, method: Method, rate: float, seed: int
) -> LocalStatistic:
    if method == "closed":
        return getis_ord(values, places.neighbours)
    # One place alone is believed only if its p is below rate / n, so there must be as many
    # orders that a p can be so small.
    orders = math.ceil(4 * len(values) / rate)
    orders = min(max(orders, _FEWEST_ORDERS), _MOST_ORDERS)
    rng = np.random.default_rng(seed)
    return getis_ord(values, places.neighbours, permutations=orders, rng=rng, enough=_ENOUGH)


def period_of(connection: Connection, wanted: HazardFilter) -> tuple[datetime, datetime] | None:
    """The period that is asked for; where it is open, up to the ends of the record."""
    recorded = recorded_period(connection)
    if recorded is None:
        return None
    return wanted.since or recorded[0], wanted.until or recorded[1]
