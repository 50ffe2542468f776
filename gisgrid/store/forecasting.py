"""Hazards to be expected, place by place, and how good such forecasts have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from gisgrid.errors import Conflict, InputError
from gisgrid.geometry.metric import areas_m2, local_metric
from gisgrid.hotspots.forecast import forecast
from gisgrid.hotspots.forecast.study import judged_events, lay_study
from gisgrid.hotspots.hexagons import hexagon_outlines, hexagons_at, hexagons_over, resolution_of
from gisgrid.store.counts import households_by_grid
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.hazards import epoch_seconds, hazard_events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    import pandas as pd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.hotspots.forecast import Evaluation, Period
    from gisgrid.store.hazards import HazardFilter

__all__ = ["LEVELS", "ExpectedHazards", "expected_hazards", "judged_forecasts"]

LEVELS: Final = ("micro", "unit", "area", "police", "hexagon", "cell")


@dataclass(frozen=True)
class ExpectedHazards:
    """The places of a district, the one with most hazards to be expected per area first.

    Attributes
    ----------
    places : GeoDataFrame
        EPSG:4326: rank, code, name, expected, per_hectare, geometry.
    events : int
        Hazards that the forecast was made from.
    last : datetime or None
        When the last of them was found.
    shares : mapping of str to float
        The part of all that is expected that each reason stands for.
    """

    places: gpd.GeoDataFrame
    events: int
    last: datetime | None
    shares: Mapping[str, float]


@dataclass(frozen=True)
class _Places:
    """``code``, ``name`` and ``outline`` of each place, and the place of each hazard or -1."""

    code: list[str]
    name: list[str]
    outline: NDArray[np.object_]
    cell: NDArray[np.int64]
    exposure: NDArray[np.float64] | None = None


def expected_hazards(
    connection: Connection,
    wanted: HazardFilter,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    zone: tzinfo,
    level: str = "micro",
    size_m: float = 150.0,
) -> ExpectedHazards:
    """Forecast hazards of each place from those found before ``start``.

    Parameters
    ----------
    wanted : HazardFilter
    start, end : datetime
        The period, aware.
    now : datetime
        When the grids hold.
    level : str
        One of `LEVELS`: grids of a level, hexagons or squares.
    size_m : float
        Edge of the hexagons, about; side of the squares.

    Raises
    ------
    InputError
        The level is not known, or the period is empty.
    Conflict
        There are no grids.
    """
    found = hazard_events(connection, wanted)
    found = found[found["found_at"].notna() & (found["found_at"] < start)].reset_index(drop=True)
    places = _places(connection, found, level, size_m, now)
    centre = shapely.get_coordinates(shapely.centroid(places.outline))
    metric = local_metric(*centre.mean(axis=0).tolist())
    inside = places.cell >= 0
    made = forecast(
        places.cell[inside],
        epoch_seconds(found["found_at"])[inside],
        len(places.code),
        start,
        end,
        zone=zone,
        exposure=places.exposure,
        centres=np.column_stack(metric.transform(centre[:, 0], centre[:, 1])),
    )
    last = found["found_at"].max().to_pydatetime() if len(found) else None
    return ExpectedHazards(_ranked(places, made.expected), int(inside.sum()), last, made.made_of)


def judged_forecasts(
    connection: Connection,
    wanted: HazardFilter,
    period: Period,
    *,
    now: datetime,
    zone: tzinfo,
    size_m: float = 150.0,
) -> tuple[Evaluation, int]:
    """Forecasts of past periods, each from the hazards before it, beside what is simpler.

    Returns
    -------
    Evaluation
    int
        Hazards that lie outside the district, or have no time: they were left out.

    Raises
    ------
    InputError
        The record is too short.
    Conflict
        There are no grids.
    """
    found = hazard_events(connection, wanted)
    timeless = int(found["found_at"].isna().sum())
    found = found[found["found_at"].notna()]
    lon, lat = (found[name].to_numpy(np.float64) for name in ("lon", "lat"))
    made, outside = judged_events(
        lon,
        lat,
        epoch_seconds(found["found_at"]),
        period,
        zone=zone,
        size_m=size_m,
        region=_district(connection, now),
    )
    return made, outside + timeless


def _district(connection: Connection, now: datetime) -> shapely.Geometry:
    """The ground that grids cover, of the highest level that there is."""
    for level in ("area", "unit", "micro"):
        shapes = coverage_frame(connection, level, now).geometry.to_numpy()
        if len(shapes):
            return shapely.union_all(shapes)
    raise Conflict("there are no grids", fix="import some: gisgrid import boundaries")


def _places(
    connection: Connection, found: pd.DataFrame, level: str, size_m: float, now: datetime
) -> _Places:
    if level not in LEVELS:
        raise InputError(f"{level!r} is no level", fix=f"one of: {', '.join(LEVELS)}")
    lon, lat = (found[name].to_numpy(np.float64) for name in ("lon", "lat"))
    if level == "hexagon":
        resolution = resolution_of(size_m)
        codes = hexagons_over(np.array([_district(connection, now)]), resolution)
        number = {code: at for at, code in enumerate(codes)}
        at = [number.get(str(code), -1) for code in hexagons_at(lon, lat, resolution)]
        names = [""] * len(codes)
        return _Places(codes, names, hexagon_outlines(codes), np.array(at, dtype=np.int64))
    if level == "cell":
        study = lay_study(lon, lat, size_m, _district(connection, now))
        codes = [str(number) for number in range(study.squares.cells)]
        return _Places(codes, [""] * len(codes), study.outlines, study.cell)
    grids = coverage_frame(connection, level, now)
    if grids.empty:
        raise Conflict(f"there are no grids of the level {level}", fix="take another --level")
    number = {grid: at for at, grid in enumerate(grids["id"].tolist())}
    owners = found[f"{level}_id"].fillna(-1).tolist()
    homes = households_by_grid(connection, level, now).reindex(grids["id"]).fillna(0)
    return _Places(
        grids["code"].tolist(),
        grids["name"].tolist(),
        grids.geometry.to_numpy(),
        np.array([number.get(owner, -1) for owner in owners], dtype=np.int64),
        np.asarray(homes, dtype=np.float64),
    )


def _ranked(places: _Places, expected: NDArray[np.float64]) -> gpd.GeoDataFrame:
    per_hectare = expected / np.maximum(areas_m2(places.outline) / 10_000.0, 1e-9)
    frame = gpd.GeoDataFrame(
        {
            "code": places.code,
            "name": places.name,
            "expected": expected,
            "per_hectare": per_hectare,
        },
        geometry=places.outline,
        crs="EPSG:4326",
    )
    frame = frame.sort_values(["per_hectare", "code"], ascending=[False, True])
    frame = frame.reset_index(drop=True)
    frame.insert(0, "rank", np.arange(1, len(frame) + 1))
    return frame
