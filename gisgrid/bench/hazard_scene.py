"""Made-up hazards about a honeycomb: as a frame for maps, and as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.honeycomb import Coverage, make_coverage
from gisgrid.bench.nested import IN_AREA, IN_UNIT, nested_frames
from gisgrid.locate import CoverageIndex
from gisgrid.store.copying import copy_in, ewkb_points
from gisgrid.store.tables import hazard

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Engine

__all__ = [
    "BEGIN",
    "DAYS",
    "Hazards",
    "hazard_frame",
    "levels_of",
    "make_hazards",
    "store_hazards",
    "street_coverage",
]

BEGIN: Final = pd.Timestamp("2022-09-15", tz="UTC")
DAYS: Final = 730
_CATEGORIES: Final = ("fire", "security", "city")
_SUBJECTS: Final = ("楼道堆物", "私拉电线", "电动车入户", "灭火器过期", "占道经营", "噪音扰民")
_STATES: Final = ("open", "fixed")
_ORIGINS: Final = ("patrol", "resident")
_ROWS_AT_ONCE: Final = 500_000
# Degrees: vertices go whose triangle is no larger than a square of so much, some 25 m.
_PLAIN: Final = 2.5e-4


@dataclass(frozen=True)
class Hazards:
    """Columns of hazards.

    Places are in degrees, what they are is a position among words, times are seconds since `BEGIN`.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    category: NDArray[np.int8]
    severity: NDArray[np.int8]
    state: NDArray[np.int8]
    origin: NDArray[np.int8]
    second: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lon)


def street_coverage(grids: int, seed: int) -> Coverage:
    """The honeycomb with borders as plain as streets make them."""
    wound = make_coverage(grids, seed)
    plain = shapely.coverage_simplify(wound.polygons, _PLAIN)
    return Coverage(np.asarray(plain), wound.codes)


def make_hazards(coverage: Coverage, count: int, seed: int) -> Hazards:
    """Hazards in clusters, over two years; the same seed makes the same."""
    rng = np.random.default_rng([seed, count])
    lon, lat = clustered_points(coverage.bounds, count, seed)

    def draw(shares: tuple[float, ...]) -> NDArray[np.int8]:
        return rng.choice(len(shares), count, p=shares).astype(np.int8)

    return Hazards(
        lon,
        lat,
        draw((0.7, 0.2, 0.1)),
        draw((0.6, 0.3, 0.1)),
        draw((0.3, 0.7)),
        draw((0.6, 0.4)),
        rng.integers(0, DAYS * 86_400, count),
    )


def levels_of(coverage: Coverage) -> dict[str, gpd.GeoDataFrame]:
    """The grids as `gisgrid.maps.hazards_map` takes them."""
    frames = nested_frames(coverage)
    above = {"unit": "area", "micro": "unit"}
    levels = {}
    for level in ("area", "unit", "micro"):
        names: Any = None
        if level in above:
            upper = frames[above[level]]
            names = frames[level]["parent"].map(
                dict(zip(upper["code"], upper["name"], strict=True))
            )
        levels[level] = frames[level].assign(parent_name=names)
    return levels


def hazard_frame(
    hazards: Hazards, coverage: Coverage, levels: dict[str, gpd.GeoDataFrame]
) -> pd.DataFrame:
    """The hazards as `gisgrid.maps.hazards_map` takes them."""
    micro = CoverageIndex(coverage.polygons, coverage.codes).locate(hazards.lon, hazards.lat)
    at = {"micro": micro, "unit": micro // IN_UNIT, "area": micro // IN_AREA}
    owners = {
        level: pd.Series(levels[level]["code"].to_numpy()).reindex(np.where(micro < 0, -1, found))
        for level, found in at.items()
    }
    subject = (hazards.category * 2 + hazards.severity % 2) % len(_SUBJECTS)
    return pd.DataFrame(
        {
            "lon": hazards.lon,
            "lat": hazards.lat,
            "category": np.array(_CATEGORIES)[hazards.category],
            "subject": np.array(_SUBJECTS)[subject],
            "severity": hazards.severity.astype(np.int64) + 1,
            "state": np.array(_STATES)[hazards.state],
            "discovered": hazards.origin == 0,
            "found_at": BEGIN + pd.to_timedelta(hazards.second, "s"),
            **{level: found.to_numpy() for level, found in owners.items()},
        }
    )


def store_hazards(engine: Engine, hazards: Hazards) -> None:
    """Write hazards into an empty database that is thrown away: owned by nobody, not indexed."""
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE gisgrid.hazard DISABLE TRIGGER USER"))
        for index in hazard.indexes:
            index.drop(connection, checkfirst=True)
        for begin in range(0, len(hazards), _ROWS_AT_ONCE):
            part = slice(begin, begin + _ROWS_AT_ONCE)
            numbers = np.arange(begin, min(begin + _ROWS_AT_ONCE, len(hazards)))
            columns = {
                "source_id": numbers.astype(str),
                "point": ewkb_points(hazards.lon[part], hazards.lat[part]),
                "category": np.array(_CATEGORIES)[hazards.category[part]],
                "severity": hazards.severity[part] + 1,
                "state": np.array(_STATES)[hazards.state[part]],
                "origin": np.array(_ORIGINS)[hazards.origin[part]],
                "found_at": (BEGIN + pd.to_timedelta(hazards.second[part], "s")).to_numpy(),
            }
            copy_in(connection, hazard, columns)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) gisgrid.hazard"))
