"""Who lives where: buildings, their entrances, households and residents, before they are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgrid.sample.buildings import STYLES, as_polygons, entrance, facing, place_footprints
from gisgrid.sample.grids import MicroGrids
from gisgrid.sample.land import Land
from gisgrid.sample.naming import PILOT
from gisgrid.sample.plane import FloatArray, GeometryArray, IntArray, to_plane

__all__ = ["PILOT_RESIDENTS", "build_homes", "share_out"]

PILOT_RESIDENTS = 4600
_ODD_MICROS = 16
_MARKET_BUILDINGS = (6, 6, 5, 5)
_MARKET_DOORS = (0.15, 0.4, 0.65, 0.9)


def share_out(total: int, weights: FloatArray) -> IntArray:
    """Share a whole number out by weight, at least one each, so that the sum is exact."""
    count = len(weights)
    exact = weights / weights.sum() * (total - count)
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - count - int(whole.sum())]] += 1
    shares: IntArray = whole + 1
    return shares


def _targets(micros: pd.DataFrame, rng: np.random.Generator) -> IntArray:
    """Households of each micro-grid: 300 to 500, but for a few that the years have changed."""
    wish = rng.normal(402, 48, len(micros)).clip(306, 494)
    ordinary = np.flatnonzero((micros["kind"] != "market") & (micros["parent"] != PILOT))
    odd = rng.choice(ordinary, _ODD_MICROS, replace=False)
    half = _ODD_MICROS // 2
    wish[odd[:half]] = rng.uniform(180, 285, half)
    wish[odd[half:]] = rng.uniform(515, 680, _ODD_MICROS - half)
    wish[(micros["parent"] == PILOT).to_numpy()] = (436, 448, 441, 452)
    targets: IntArray = np.round(wish).astype(np.int64)
    return targets


def _per_block(kind: str, faces: GeometryArray, rng: np.random.Generator) -> IntArray:
    """How many houses each block of a micro-grid gets."""
    if kind == "village":
        # Fields lie between the hamlets: some blocks stay nearly empty.
        weights = rng.exponential(1.0, len(faces)) ** 1.5 * np.sqrt(shapely.area(faces))
        count = int(rng.integers(25, 38))
    else:
        weights = rng.uniform(0.7, 1.3, len(faces)) * shapely.area(faces)
        count = int(rng.integers(13, 21))
    houses: IntArray = np.round(weights / weights.sum() * count).astype(np.int64)
    return houses


def _houses(
    faces: GeometryArray, land: Land, micros: MicroGrids, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Corners of all houses and the block of each, micro-grid by micro-grid."""
    order = np.argsort(micros.of_block, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(micros.of_block[order])) + 1)
    corners: list[FloatArray] = []
    blocks: list[int] = []
    market = iter(_MARKET_BUILDINGS)
    stalls = [
        face for face, block in zip(faces, land.blocks, strict=True) if block.kind == "market"
    ]
    rows = facing(shapely.union_all(stalls))
    for group in groups:
        kind = land.blocks[int(group[0])].kind
        counts = (
            np.array([next(market)]) if kind == "market" else _per_block(kind, faces[group], rng)
        )
        for block, count in zip(group.tolist(), counts.tolist(), strict=True):
            if count:
                angle = rows if kind == "market" else None
                placed = place_footprints(faces[block], count, STYLES[kind], rng, angle)
                corners.append(placed)
                blocks += [block] * len(placed)
    return np.concatenate(corners), np.array(blocks, dtype=np.int64)


def build_homes(
    faces: GeometryArray, land: Land, micros: MicroGrids, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build houses and people them.

    Parameters
    ----------
    faces : (n,) array of Polygon
        The street blocks in degrees.
    land : Land
    micros : MicroGrids
    rng : numpy.random.Generator

    Returns
    -------
    buildings : pandas.DataFrame
        ``block``, ``micro`` (row), ``kind``, ``floors``, ``households``, ``geometry`` in metres.
    doors : pandas.DataFrame
        ``building`` (row), ``block``, ``micro``, ``kind``, ``households``, ``residents``,
        ``geometry`` in metres. One door per building; four in the market's.
    """
    plane = to_plane(faces)
    corners, block = _houses(plane, land, micros, rng)
    kind = np.array([land.blocks[i].kind for i in block])
    building = np.concatenate(
        [np.repeat(i, len(_MARKET_DOORS) if k == "market" else 1) for i, k in enumerate(kind)]
    )
    door = entrance(corners[building])
    stall = np.flatnonzero(kind[building] == "market")
    for share, rows in zip(_MARKET_DOORS, stall.reshape(-1, len(_MARKET_DOORS)).T, strict=True):
        door[rows] = entrance(corners[building[rows]], share)
    micro = micros.of_block[block][building]
    households, residents = _people(micros, micro, rng)
    doors = pd.DataFrame(
        {
            "building": building,
            "block": block[building],
            "micro": micro,
            "kind": kind[building],
            "households": households,
            "residents": residents,
            "geometry": shapely.points(door),
        }
    )
    homes = np.bincount(building, weights=households, minlength=len(block)).astype(np.int64)
    buildings = pd.DataFrame(
        {
            "block": block,
            "micro": micros.of_block[block],
            "kind": kind,
            "floors": _floors(kind, homes, rng),
            "households": homes,
            "geometry": as_polygons(corners),
        }
    )
    return buildings, doors


def _people(
    micros: MicroGrids, micro: IntArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Households and residents of each door; doors come sorted by micro-grid."""
    targets = _targets(micros.frame, rng)
    counts = np.bincount(micro, minlength=len(targets))
    if counts.min() < 1:
        raise RuntimeError(f"micro-grid {micros.frame['code'][int(counts.argmin())]} has no home")
    weights = rng.gamma(5.0, 1.0, len(micro))
    ends = np.cumsum(counts)[:-1]
    parts = [
        share_out(int(total), part)
        for total, part in zip(targets, np.split(weights, ends), strict=True)
    ]
    households = np.concatenate(parts)
    residents = households + rng.binomial(households * 4, 0.37)
    pilot = (micros.frame["parent"] == PILOT).to_numpy()[micro]
    residents[pilot] = share_out(PILOT_RESIDENTS, households[pilot].astype(np.float64))
    return households, residents


def _floors(kind: NDArray[np.str_], households: IntArray, rng: np.random.Generator) -> IntArray:
    """Storeys: walk-up slabs, a tower where many live behind one door, houses in villages."""
    per_floor = rng.choice([2, 3, 4], len(kind), p=[0.5, 0.2, 0.3])
    floors = np.clip(-(-households // per_floor), 3, 33)
    floors = np.where((floors > 7) & (households < 24), 6, floors)
    floors = np.where(kind == "village", rng.integers(2, 5, len(kind)), floors)
    return np.where(kind == "market", 3, floors).astype(np.int64)
