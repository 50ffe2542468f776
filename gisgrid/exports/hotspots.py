"""Hot spots as documents for programs and as rows of a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    import geopandas as gpd
    import pandas as pd

    from gisgrid.store.hotspots import EmergingSpots, HotSpots, NearRepeats

__all__ = [
    "emerging_document",
    "hot_spots_document",
    "near_repeats_document",
    "spot_rows",
]

_SPOT: Final = {1: "hot", -1: "cold", 0: ""}
_QUADRANT: Final = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low", 0: ""}


def hot_spots_document(found: HotSpots, zone: tzinfo, *, all_places: bool) -> dict[str, Any]:
    """Hot spots, the hottest first, and then cold ones; with ``all_places`` those between too."""
    rows = spot_rows(found).drop(columns="geometry").sort_values("z", ascending=False)
    kept = rows if all_places else rows[rows["spot"] != ""]
    return {
        **_head(found),
        "period": _period(found.period, zone),
        "method": found.method,
        "false_discovery_rate": found.rate,
        "per_household": found.per_household,
        "events": found.events,
        "outside": found.outside,
        "places": len(rows),
        "hot": int((rows["spot"] == "hot").sum()),
        "cold": int((rows["spot"] == "cold").sum()),
        "spots": _records(kept),
    }


def emerging_document(found: EmergingSpots, zone: tzinfo, *, all_places: bool) -> dict[str, Any]:
    """Emerging hot and cold spots; with ``all_places`` those that are neither too."""
    rows = spot_rows(found).drop(columns="geometry").sort_values("z", ascending=False)
    kept = rows if all_places else rows[rows["spot"] != ""]
    return {
        **_head(found),
        "step": found.step,
        "edges": [moment.astimezone(zone).isoformat() for moment in found.edges],
        "false_discovery_rate": found.rate,
        "events": found.events,
        "outside": found.outside,
        "places": len(rows),
        "spots": _records(kept.assign(counts=kept["counts"].map(list))),
    }


def near_repeats_document(found: NearRepeats, zone: tzinfo) -> dict[str, Any]:
    """Bands of distance and time, one after the other."""
    table = found.table
    return {
        "found_by": found.found_by,
        "categories": list(found.categories),
        "period": _period(found.period, zone),
        "events": found.events,
        "undated": found.undated,
        "bands": [
            {
                "metres": [*table.metres[row : row + 2]],
                "days": [*table.days[column : column + 2]],
                "pairs": int(table.observed[row, column]),
                "expected": float(table.expected[row, column]),
                "ratio": _number(float(table.ratio[row, column])),
                "p": float(table.p[row, column]),
            }
            for row in range(len(table.metres) - 1)
            for column in range(len(table.days) - 1)
        ],
    }


def spot_rows(found: HotSpots | EmergingSpots) -> gpd.GeoDataFrame:
    """Every place with its values and words for what it is, as a file holds them."""
    frame = found.frame
    if "side" in frame:
        return frame.assign(side=frame["side"].map(_SPOT)).rename(columns={"side": "spot"})
    return frame.assign(spot=frame["spot"].map(_SPOT), quadrant=frame["quadrant"].map(_QUADRANT))


def _head(found: HotSpots | EmergingSpots) -> dict[str, Any]:
    return {
        "level": found.level,
        "edge_m": found.edge_m,
        "found_by": found.found_by,
        "categories": list(found.categories),
    }


def _period(period: tuple[datetime, datetime] | None, zone: tzinfo) -> list[str] | None:
    return None if period is None else [one.astimezone(zone).isoformat() for one in period]


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in rows.columns]
    return [
        dict(zip(names, map(_number, row), strict=True))
        for row in rows.itertuples(index=False, name=None)
    ]


def _number(value: Any) -> Any:
    """As JSON can hold it, which knows nothing that is not a number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
