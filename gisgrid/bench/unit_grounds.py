"""Ground to propose micro-grids on: sample units, a city's statistical areas, a town of streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.proposals import Cells, Ground, Homes, Lines, Present

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gisgrid.sample import District

__all__ = ["sample_unit", "sample_units", "statistical_units", "street_town"]

# A block of the town of streets, in degrees: about a hundred metres.
_BLOCK: Final = 0.001
_CORNER: Final = (121.3, 31.2)
_TALL: Final = 0.15


def sample_units(district: District) -> list[str]:
    """The codes of the sample's units."""
    return [*district.grids.loc[district.grids["level"] == "unit", "code"]]


def sample_unit(district: District, code: str) -> Ground:
    """A unit of the sample district, with its micro-grids as the present ones."""
    grids, addresses = district.grids, district.addresses
    region = grids.loc[grids["code"] == code].geometry.iloc[0]
    points = shapely.get_coordinates(addresses.geometry.to_numpy())
    inside = shapely.contains_xy(region, points[:, 0], points[:, 1])
    place = {name: k for k, name in enumerate(district.buildings["id"])}
    homes = Homes(
        points[inside],
        addresses["households"][inside].to_numpy(np.int64),
        np.array([place.get(name, -1) for name in addresses["building_id"][inside]], np.int64),
        district.buildings.geometry.to_numpy(dtype=object),
    )
    lines = Lines(district.lines.geometry.to_numpy(dtype=object), tuple(district.lines["cls"]))
    below = grids[(grids["level"] == "micro") & (grids["parent"] == code)]
    shapes = below.geometry.to_numpy(dtype=object)
    return Ground(region, homes, lines, Present(shapes, np.zeros(len(shapes), dtype=np.bool_)))


def statistical_units(file: Path) -> list[tuple[Ground, Cells]]:
    """Aberdeen's 47 zones as units, its output areas as their cells.

    Each output area belongs to the zone that it overlaps most. There are no lines: all borders
    between output areas count alike.

    Parameters
    ----------
    file : Path
        ``aberdeen_units.gpkg``.
    """
    import geopandas as gpd

    areas = gpd.read_file(file, layer="oa2011")
    shapes = areas.geometry.to_numpy(dtype=object)
    zones = gpd.read_file(file, layer="iz2001").geometry.to_numpy(dtype=object)
    households = areas["HHcount"].to_numpy(np.int64)
    zone = _mostly_in(shapes, shapely.make_valid(zones))
    nobody = Homes(np.empty((0, 2)), np.empty(0, np.int64), np.empty(0, np.int64), shapes[:0])
    found = []
    for number in range(len(zones)):
        here = np.flatnonzero(zone == number)
        cells = Cells(
            shapes[here],
            households[here],
            np.arange(len(here)),
            np.full(len(here), -1),
            shapely.get_coordinates(shapes[here]),
        )
        region = shapely.coverage_union_all(shapes[here])
        found.append((Ground(region, nobody, Lines(shapes[:0], ())), cells))
    return found


def street_town(buildings: int, per_unit: int = 800) -> list[Ground]:
    """A made-up town in units of straight streets: 5 buildings a block, 8.4 households each.

    Most are houses of a few households, one in seven is an apartment block of 35.
    """
    rng = np.random.default_rng(buildings)
    units = max(buildings // per_unit, 1)
    side = max(round(np.sqrt(per_unit / 5)), 1)
    return [_street_unit(rng, k * (side + 1) * _BLOCK, side) for k in range(units)]


def _street_unit(rng: np.random.Generator, shift: float, side: int) -> Ground:
    west, south = _CORNER[0] + shift, _CORNER[1]
    far = side * _BLOCK
    region = shapely.box(west, south, west + far, south + far)
    column, row = np.meshgrid(np.arange(side), np.arange(side))
    corner = np.column_stack([west + column.ravel() * _BLOCK, south + row.ravel() * _BLOCK])
    middle = np.repeat(corner, 5, axis=0) + _BLOCK * rng.uniform(0.12, 0.88, (5 * side**2, 2))
    half = _BLOCK * rng.uniform(0.02, 0.08, middle.shape)
    outlines = shapely.box(*(middle - half).T, *(middle + half).T)
    tall = rng.random(len(middle)) < _TALL
    households = 1 + rng.poisson(np.where(tall, 34.0, 2.7)).astype(np.int64)
    homes = Homes(middle, households, np.arange(len(middle)), np.asarray(outlines, dtype=object))
    steps = np.arange(1, side) * _BLOCK
    streets: list[NDArray[np.float64]] = []
    for step in steps.tolist():
        streets.append(np.array([(west + step, south), (west + step, south + far)]))
        streets.append(np.array([(west, south + step), (west + far, south + step)]))
    classes = ["main" if k % 8 < 2 else "minor" for k in range(len(streets))]
    return Ground(
        region, homes, Lines(np.array(shapely.linestrings(streets), dtype=object), tuple(classes))
    )


def _mostly_in(shapes: NDArray[np.object_], zones: NDArray[np.object_]) -> NDArray[np.int64]:
    """The zone that each shape overlaps most."""
    shape, zone = shapely.STRtree(zones).query(shapes, predicate="intersects")
    overlap = shapely.area(shapely.intersection(shapes[shape], zones[zone]))
    order = np.lexsort((overlap, shape))
    last = order[np.flatnonzero(np.diff(shape[order], append=-1))]
    found = np.full(len(shapes), -1, dtype=np.int64)
    found[shape[last]] = zone[last]
    return found
