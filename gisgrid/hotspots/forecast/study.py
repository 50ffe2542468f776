"""A study area in degrees, laid out in squares of metres, with the events that lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gisgrid.errors import InputError
from gisgrid.geometry.metric import local_metric
from gisgrid.hotspots.forecast.evaluating import evaluate
from gisgrid.hotspots.forecast.periods import rolling_periods
from gisgrid.hotspots.forecast.rhythm import moments
from gisgrid.hotspots.forecast.squares import Squares, lay_squares

if TYPE_CHECKING:
    from datetime import tzinfo

    import pyproj
    from numpy.typing import NDArray

    from gisgrid.hotspots.forecast.evaluating import Evaluation
    from gisgrid.hotspots.forecast.periods import Period

__all__ = ["Study", "judged_events", "lay_study"]


@dataclass(frozen=True)
class Study:
    """Squares, and the one that each event lies in (-1 for none).

    Attributes
    ----------
    squares : Squares
    cell : int64 (n,)
    metric : pyproj.Transformer
        From degrees to the metres of the squares.
    """

    squares: Squares
    cell: NDArray[np.int64]
    metric: pyproj.Transformer

    @property
    def outlines(self) -> NDArray[np.object_]:
        """The squares as polygons in WGS 84 degrees, shape (cells,)."""
        half = self.squares.size_m / 2.0
        low, high = self.squares.centres - half, self.squares.centres + half
        boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])

        def degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(
                self.metric.transform(points[:, 0], points[:, 1], direction="INVERSE")
            )

        return np.asarray(shapely.transform(boxes, degrees), dtype=object)


def lay_study(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    size_m: float,
    region: shapely.Geometry | None = None,
) -> Study:
    """Lay squares over a region, or over the convex hull of the events.

    Parameters
    ----------
    lon, lat : float64 (n,)
        WGS 84 degrees.
    size_m : float
        Side of the squares.
    region : shapely geometry, optional
        In WGS 84 degrees.

    Raises
    ------
    InputError
        There are neither events nor a region, or too many squares.
    """
    ground = region if region is not None else _hull(lon, lat)
    if shapely.is_empty(ground):
        raise InputError("there are no events, and no area is given")
    west, south, east, north = shapely.bounds(ground).tolist()
    metric = local_metric((west + east) / 2.0, (south + north) / 2.0)

    def metres(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(metric.transform(points[:, 0], points[:, 1]))

    flat = shapely.transform(np.array([ground], dtype=object), metres)[0]
    squares = lay_squares(flat, size_m)
    x, y = metric.transform(lon, lat)
    return Study(squares, squares.cell_of(np.asarray(x), np.asarray(y)), metric)


def _hull(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> shapely.Geometry:
    points = shapely.multipoints(np.column_stack([lon, lat]))
    (hull,) = shapely.convex_hull(np.array([points], dtype=object))
    found: shapely.Geometry = hull
    return found


def judged_events(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    seconds: NDArray[np.float64],
    period: Period,
    *,
    zone: tzinfo,
    size_m: float = 150.0,
    region: shapely.Geometry | None = None,
) -> tuple[Evaluation, int]:
    """Evaluate forecasts of events given in degrees, and count those outside the region.

    Parameters
    ----------
    lon, lat : float64 (n,)
        WGS 84 degrees.
    seconds : float64 (n,)
        Since 1970, UTC.
    period : {"month", "week", "day"}
    size_m : float
        Side of the squares.
    region : shapely geometry, optional
        In WGS 84 degrees; the convex hull of the events without one.

    Raises
    ------
    InputError
        The record is too short, or there are too many squares.
    """
    study = lay_study(lon, lat, size_m, region)
    inside = study.cell >= 0
    cell, when = study.cell[inside], seconds[inside]
    rolling = rolling_periods(moments(np.sort(when), zone), zone, period)
    made = evaluate(cell, when, study.squares, rolling, zone=zone)
    return made, int((~inside).sum())
