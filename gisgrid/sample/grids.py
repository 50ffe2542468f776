"""The grids: street blocks dissolved into micro-grids, units, areas and police areas."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gisgrid.sample.land import Land
from gisgrid.sample.naming import MARKET, Division
from gisgrid.sample.plane import GeometryArray, IntArray, to_plane
from gisgrid.sample.segments import match_segments

__all__ = ["MicroGrids", "build_grids", "build_micros", "draw_police"]

_POLICE = (
    "马陆", "外冈", "叶城", "云舒", "清禾", "锦川", "柳塘", "槐荫", "晴湾", "和远", "桐岸", "星桥",
)  # fmt: skip
# The first three stand in 马陆镇, 外冈镇 and 菊园新区, where the account names their like.
_POLICE_TOWNS = ("310114106", "310114114", "310114401")


@dataclass(frozen=True)
class MicroGrids:
    """The micro-grids and which blocks make each.

    Attributes
    ----------
    frame : pandas.DataFrame
        ``code``, ``name``, ``parent``, ``kind``, ``geometry``, by code.
    of_block : (n,) array of int
        For each block the row of its micro-grid.
    """

    frame: pd.DataFrame
    of_block: IntArray


def _dissolve(parts: GeometryArray, owner: IntArray, count: int) -> GeometryArray:
    """Union of the parts of each owner: a ring that starts and turns the same way every time."""
    order = np.argsort(owner, kind="stable")
    groups = np.split(parts[order], np.searchsorted(owner[order], np.arange(1, count)))
    merged = np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)
    return shapely.orient_polygons(shapely.normalize(merged))


def _numbering(polygons: GeometryArray) -> IntArray:
    """Ranks from west to east within rows that go from north to south."""
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    rows = max(round(len(xy) ** 0.5), 1)
    southward = np.argsort(-xy[:, 1], kind="stable")
    rank = np.empty(len(xy), dtype=np.int64)
    number = 0
    for row in np.array_split(southward, rows):
        for i in row[np.argsort(xy[row, 0], kind="stable")]:
            rank[i] = number = number + 1
    return rank


def build_micros(faces: GeometryArray, land: Land, divisions: list[Division]) -> MicroGrids:
    """Dissolve the blocks into micro-grids, number them, and name them after their unit."""
    keys = [(block.unit, block.micro) for block in land.blocks]
    rows = sorted(set(keys))
    row_of = {key: i for i, key in enumerate(rows)}
    owner = np.array([row_of[key] for key in keys], dtype=np.int64)
    polygons = _dissolve(faces, owner, len(rows))
    by_code = {d.code: d for d in divisions}
    parents = np.array([unit for unit, _ in rows])
    number = np.zeros(len(rows), dtype=np.int64)
    for unit in sorted(set(parents.tolist())):
        here = np.flatnonzero(parents == unit)
        number[here] = _numbering(polygons[here])
    frame = pd.DataFrame(
        {
            "code": [f"{p}{n:03d}" for p, n in zip(parents, number, strict=True)],
            "name": [
                f"{by_code[p].short}第{n}微网格" for p, n in zip(parents, number, strict=True)
            ],
            "parent": parents,
            "kind": [by_code[p].kind for p in parents],
            "geometry": polygons,
        }
    )
    order = np.argsort(frame["code"].to_numpy(), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return MicroGrids(frame.iloc[order].reset_index(drop=True), place[owner])


def _neighbours(faces: GeometryArray) -> tuple[IntArray, IntArray]:
    """Pairs of blocks, either way round, with a common side."""
    [(owner, key)] = match_segments(faces)
    order = np.argsort(key, kind="stable")
    owner, key = owner[order], key[order]
    twin = key[1:] == key[:-1]
    a, b = owner[:-1][twin], owner[1:][twin]
    pairs = np.unique(np.column_stack([np.r_[a, b], np.r_[b, a]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


def draw_police(faces: GeometryArray, land: Land, rng: np.random.Generator) -> GeometryArray:
    """Draw twelve police areas over the blocks, each grown from its station.

    They keep to main borders where they can, cut through some units, and none is in pieces.
    """
    xy = shapely.get_coordinates(shapely.centroid(to_plane(faces)))
    a, b = _neighbours(faces)
    length = np.hypot(*(xy[a] - xy[b]).T)
    unit = np.array([block.unit for block in land.blocks])
    micro = np.array([block.micro for block in land.blocks])
    length += np.where(unit[a] != unit[b], 2500.0, np.where(micro[a] != micro[b], 300.0, 0.0))
    graph = csr_array((length, (a, b)), shape=(len(xy), len(xy)))
    town = np.array([block.unit[:9] for block in land.blocks])
    seeds = [int(rng.choice(np.flatnonzero(town == code))) for code in _POLICE_TOWNS]
    while len(seeds) < len(_POLICE):
        some = rng.integers(0, len(xy), 40)
        away = np.array([np.hypot(*(xy[seeds] - xy[i]).T).min() for i in some])
        seeds.append(int(some[int(np.argmax(away))]))
    _, _, source = dijkstra(graph, indices=seeds, min_only=True, return_predecessors=True)
    owner = np.searchsorted(np.sort(seeds), source)
    station = np.argsort(seeds)[owner]
    return _dissolve(faces, station.astype(np.int64), len(seeds))


def _level(level: str, divisions: list[Division], children: pd.DataFrame) -> pd.DataFrame:
    """One row per division: the union of its children and the sum of their households."""
    codes = [d.code for d in divisions]
    row_of = {code: i for i, code in enumerate(codes)}
    owner = np.array([row_of[parent] for parent in children["parent"]], dtype=np.int64)
    households = np.bincount(owner, weights=children["households"].to_numpy(dtype=np.float64))
    return pd.DataFrame(
        {
            "level": level,
            "code": codes,
            "name": [d.name for d in divisions],
            "parent": [None if level == "area" else code[:9] for code in codes],
            "special": [code == MARKET for code in codes],
            "households": households.astype(np.int64),
            "geometry": _dissolve(children["geometry"].to_numpy(), owner, len(codes)),
        }
    )


def build_grids(
    micros: MicroGrids, households: IntArray, police: GeometryArray, divisions: list[Division]
) -> gpd.GeoDataFrame:
    """Put the levels into one frame, by level (area, unit, micro, police) and code.

    Parameters
    ----------
    micros : MicroGrids
    households : (n,) array of int
        Of each micro-grid.
    police : (m,) array of Polygon
    divisions : list of Division
    """
    micro = micros.frame.assign(
        level="micro", households=households, special=micros.frame["parent"] == MARKET
    ).drop(columns="kind")
    unit = _level("unit", [d for d in divisions if d.kind != "area"], micro)
    area = _level("area", [d for d in divisions if d.kind == "area"], unit)
    beat = pd.DataFrame(
        {
            "level": "police",
            "code": [f"P310114{i:02d}" for i in range(1, len(police) + 1)],
            "name": [f"{name}派出所" for name in _POLICE],
            "parent": None,
            "special": False,
            "households": pd.array([None] * len(police), dtype="Int64"),
            "geometry": police,
        }
    )
    columns = ["level", "code", "name", "parent", "special", "households", "geometry"]
    levels = [frame[columns].astype({"households": "Int64", "parent": object})
              for frame in (area, unit, micro, beat)]  # fmt: skip
    return gpd.GeoDataFrame(
        pd.concat(levels, ignore_index=True), geometry="geometry", crs="EPSG:4326"
    )
