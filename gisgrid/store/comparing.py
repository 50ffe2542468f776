"""What differs between two states of all grids, and who is affected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from sqlalchemy import Float, Integer, Text, cast, func, literal, null

from gisgrid.errors import LimitExceeded
from gisgrid.geometry.metric import areas_m2
from gisgrid.locate import CoverageIndex, LevelIndex, path_key
from gisgrid.planning import compare_grids, polsby_popper, share_on_lines
from gisgrid.planning.ground import LEAST_M2, moved_ground
from gisgrid.store.boxes import select_in_boxes
from gisgrid.store.copying import copy_out
from gisgrid.store.holds.standing import as_held, held_frame, held_table
from gisgrid.store.places import OWNED, TABLES, TITLES
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, dividing_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Select, Table

    from gisgrid.locate import Owners
    from gisgrid.store.states import State

__all__ = ["Comparison", "compare"]

NESTED: Final = ("area", "unit", "micro")

# Everything that has an owner.
_KINDS: Final = {kind: table for kind, table in TABLES.items() if table in OWNED}
_PLACE: Final = {
    "id": pa.int64(),
    "source_id": pa.string(),
    "title": pa.string(),
    "households": pa.int64(),
    "lon": pa.float64(),
    "lat": pa.float64(),
}


@dataclass(frozen=True)
class Comparison:
    """The difference of two states; every table is in a fixed order.

    Attributes
    ----------
    before, after : str
        The states' names.
    grids : DataFrame
        Each grid that differs by an attribute or by 0.01 m² of ground: level, key, change (new,
        ended, reshaped or relabelled), and as it was and as it is (``_before``, ``_after``): code,
        name, parent, households and addresses that lie in it, area_m2, compactness
        (Polsby-Popper), on_lines (share of its border).
    ground : DataFrame
        Ground that changed hands: level, source and target (codes before and after), area_m2 and
        its share of the source; of the micro-grids also households and their share.
    moves : DataFrame
        Each place that comes to another grid: kind, id, source_id, title, households, lon, lat,
        and for each nested level the codes ``from_…`` and ``to_…`` (None for outside).
    held : DataFrame
        Each place held by hand that stays in its grid although its ground changes hands, or that
        is let go because that grid ends: kind, source_id, title, grid, lies_in (codes), reason,
        ended.
    """

    before: str
    after: str
    grids: pd.DataFrame
    ground: pd.DataFrame
    moves: pd.DataFrame
    held: pd.DataFrame


def compare(
    connection: Connection, before: State, after: State, *, most_places: int | None = None
) -> Comparison:
    """Compare two states; places are taken where they lie, and are held by hand, now.

    Confidential hazards are left out.

    Parameters
    ----------
    most_places : int, optional
        Refuse to look at more, of each kind.

    Raises
    ------
    LimitExceeded
        More lie in the boxes of the grids that differ.
    CoverageError
        The shapes of a state are no coverage.
    """
    changed = {level: _changed(before.frames[level], after.frames[level]) for level in LEVELS}
    boxes = _boxes(before, after, changed)
    held = held_frame(connection)
    # What a grid holds may lie anywhere.
    near = np.vstack([boxes, held[["lon", "lat", "lon", "lat"]].to_numpy(dtype=np.float64)])
    places = _places(connection, near, most_places).merge(
        held[["kind", "id", "held", "reason"]], how="left", on=["kind", "id"]
    )
    places["held"] = places["held"].fillna(0).astype(np.int64)
    lon, lat = (places[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    states, keys = (before, after), places["held"].to_numpy()
    lying = [_index(state, near, len(places)).owners(lon, lat) for state in states]
    owners = [as_held(one, state, keys) for one, state in zip(lying, states, strict=True)]
    lines = _lines(connection, boxes)
    shown = {
        level: _shown(before.frames[level], after.frames[level], changed[level]) for level in LEVELS
    }
    grids = [
        _grids(level, before.frames[level], after.frames[level], shown[level])
        .pipe(_with_counts, places, *(one.ids(level) for one in owners))
        .pipe(_with_measures, before.frames[level], after.frames[level], lines)
        for level in LEVELS
    ]
    return Comparison(
        before.name,
        after.name,
        pd.concat(grids, ignore_index=True),
        _ground(before, after, changed, places, owners),
        _moves(before, after, places, owners),
        held_table(places, states, lying),
    )


def _changed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Series:
    """What became of each grid that differs, by its key."""
    gone = before[~before["key"].isin(after["key"])]
    found = compare_grids(after, before, by="key")
    key_of = dict(zip(after["code"], after["key"], strict=True))
    # Of what is both, the shape says more.
    parts = {
        "relabelled": [key_of[code] for code in found.relabelled],
        "reshaped": [key_of[code] for code in found.reshaped],
        "new": [key_of[code] for code in found.new],
        "ended": gone["key"].tolist(),
    }
    change = {key: name for name, keys in parts.items() for key in keys}
    return pd.Series(change, dtype=object)


def _shown(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, changed: pd.Series) -> pd.Series:
    """Without grids that only got a vertex on their border, where a neighbour's begins."""
    keys = changed.index[changed == "reshaped"]
    old, new = _shapes(before, keys), _shapes(after, keys)
    differing = shapely.symmetric_difference(
        np.array([old[key] for key in keys], dtype=object),
        np.array([new[key] for key in keys], dtype=object),
    )
    return changed.drop(keys[areas_m2(differing) < LEAST_M2])


def _shapes(frame: gpd.GeoDataFrame, keys: pd.Index) -> dict[int, Any]:
    rows = frame[frame["key"].isin(keys)]
    return dict(zip(rows["key"].tolist(), rows.geometry, strict=True))


def _boxes(before: State, after: State, changed: Mapping[str, pd.Series]) -> NDArray[np.float64]:
    """The boxes of all grids that differ, or whose path does, as they were and as they are."""
    shapes = []
    for level in LEVELS:
        frames = before.frames[level], after.frames[level]
        # A path decides who owns a border, and a grid may reach beyond its parent.
        keys = changed[level].index.union(_repathed(*frames))
        shapes += [shape for frame in frames for shape in _shapes(frame, keys).values()]
    boxes = shapely.bounds(np.array(shapes, dtype=object)).reshape(-1, 4)
    found: NDArray[np.float64] = np.unique(boxes, axis=0)
    return found


def _repathed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.Index:
    """The keys of grids whose path is another, be it by what is above them."""
    both = before[["key", "path"]].merge(after[["key", "path"]], on="key")
    keys: pd.Index = pd.Index(both.loc[both["path_x"] != both["path_y"], "key"])
    return keys


def _places(connection: Connection, boxes: NDArray[np.float64], most: int | None) -> pd.DataFrame:
    """Everything that lies in boxes, each once, by kind and source id."""
    found = []
    for kind, table in _KINDS.items():
        query = _select_places(kind, table, boxes).where(visible_to(connection, table))
        if most is not None:
            query = query.limit(most + 1)
        rows = copy_out(connection, query, _PLACE).to_pandas()
        if most is not None and len(rows) > most:
            raise LimitExceeded(
                f"the grids that differ hold more than {most:,} places of the kind {kind}",
                fix="compare states that are nearer, or use: gisgrid plan diff",
            )
        rows["households"] = rows["households"].astype("Int64")
        found.append(rows.drop_duplicates("id").sort_values("source_id").assign(kind=kind))
    together: pd.DataFrame = pd.concat(found, ignore_index=True)
    return together


def _select_places(kind: str, table: Table, boxes: NDArray[np.float64]) -> Select[Any]:
    title = TITLES.get(kind)
    columns = [
        table.c.id,
        table.c.source_id,
        (cast(literal(""), Text) if title is None else title).label("title"),
        (table.c.households if kind == "address" else cast(null(), Integer)).label("households"),
        cast(func.ST_X(table.c.point), Float).label("lon"),
        cast(func.ST_Y(table.c.point), Float).label("lat"),
    ]
    return select_in_boxes(columns, table.c.point, boxes)


def _lines(connection: Connection, boxes: NDArray[np.float64]) -> NDArray[np.object_]:
    """The dividing lines near boxes."""
    line = dividing_line.c
    rows = connection.execute(
        select_in_boxes([line.id, func.ST_AsBinary(line.geom)], line.geom, boxes)
    ).all()
    shapes: NDArray[np.object_] = shapely.from_wkb(
        np.array([bytes(wkb) for wkb in dict(map(tuple, rows)).values()], dtype=object)
    )
    return shapes


def _index(state: State, boxes: NDArray[np.float64], points: int) -> LevelIndex:
    """An index of the grids near boxes; it is right for points in these."""
    area = shapely.box(*boxes.T)
    indexes, keys = {}, {}
    for level, frame in state.frames.items():
        shapes = frame.geometry.to_numpy(dtype=object)
        near = np.unique(shapely.STRtree(shapes).query(area)[1])
        if len(near):
            paths = [path_key(path) for path in frame["path"].iloc[near]]
            indexes[level] = CoverageIndex(shapes[near], paths, points=points)
            keys[level] = frame["key"].to_numpy(dtype=np.int64)[near]
    return LevelIndex(0, indexes, keys)


def _grids(
    level: str, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, changed: pd.Series
) -> pd.DataFrame:
    """What the grids that differ are called, before and after."""
    table = pd.DataFrame({"level": level, "key": changed.index, "change": changed.to_numpy()})
    for suffix, frame in (("before", before), ("after", after)):
        labels = frame.set_index("key")[["code", "name", "parent"]].add_suffix(f"_{suffix}")
        table = table.join(labels, on="key")
    order = table["code_after"].fillna(table["code_before"])
    ordered: pd.DataFrame = table.iloc[np.argsort(order.to_numpy(dtype=object), kind="stable")]
    return ordered


def _with_counts(
    table: pd.DataFrame, places: pd.DataFrame, before: Any, after: Any
) -> pd.DataFrame:
    """Households and addresses of each grid; all of a grid that differs lie in the boxes."""
    is_address = (places["kind"] == "address").to_numpy()
    households = places["households"].fillna(0).to_numpy(dtype=np.int64)
    for suffix, owner in (("before", before), ("after", after)):
        rows = pd.DataFrame({"key": owner[is_address], "households": households[is_address]})
        sums = rows.groupby("key")["households"].agg(["sum", "size"])
        counts = sums.reindex(table["key"]).fillna(0).to_numpy(dtype=np.int64)
        exists = table[f"code_{suffix}"].notna().to_numpy()
        for name, column in zip(("households", "addresses"), counts.T, strict=True):
            table[f"{name}_{suffix}"] = pd.array(column, dtype="Int64")
            table.loc[~exists, f"{name}_{suffix}"] = pd.NA
    return table


def _with_measures(
    table: pd.DataFrame,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    lines: NDArray[np.object_],
) -> pd.DataFrame:
    for suffix, frame in (("before", before), ("after", after)):
        shapes = frame.set_index("key").geometry.reindex(table["key"]).to_numpy(dtype=object)
        exists = table[f"code_{suffix}"].notna().to_numpy()
        table[f"area_m2_{suffix}"] = np.where(exists, areas_m2(shapes), np.nan)
        table[f"compactness_{suffix}"] = polsby_popper(shapes)
        table[f"on_lines_{suffix}"] = share_on_lines(shapes, lines)
    return table


def _ground(
    before: State,
    after: State,
    changed: Mapping[str, pd.Series],
    places: pd.DataFrame,
    owners: list[Owners],
) -> pd.DataFrame:
    """Ground that changed hands at each level, with the households on it."""
    rows = []
    for level in LEVELS:
        keys = changed[level].index
        old, new = (_shapes(state.frames[level], keys) for state in (before, after))
        codes = [_codes(state.frames[level]) for state in (before, after)]
        moved = _households_moved(places, *(one.ids(level) for one in owners))
        held = moved.groupby("source")["households"].sum()
        between = moved.groupby(["source", "target"])["households"].sum()
        for one in moved_ground(old, new):
            households = int(between.get((one.source, one.target), 0))
            whole = int(held.get(one.source, 0))
            rows.append(
                {
                    "level": level,
                    "source": codes[0][one.source],
                    "target": codes[1][one.target],
                    "area_m2": one.area_m2,
                    "share": one.share,
                    "households": households,
                    "household_share": households / whole if whole else None,
                }
            )
    columns = ["level", "source", "target", "area_m2", "share", "households", "household_share"]
    return pd.DataFrame(rows, columns=columns)


def _households_moved(places: pd.DataFrame, source: Any, target: Any) -> pd.DataFrame:
    rows = places["households"].fillna(0).astype(np.int64)
    return pd.DataFrame({"source": source, "target": target, "households": rows})


def _codes(frame: gpd.GeoDataFrame) -> dict[int, str]:
    return dict(zip(frame["key"].tolist(), frame["code"], strict=True))


def _moves(before: State, after: State, places: pd.DataFrame, owners: list[Owners]) -> pd.DataFrame:
    """The places that come to lie in another grid."""
    old, new = owners
    differs = np.zeros(len(places), dtype=np.bool_)
    for level in NESTED:
        differs |= old.ids(level) != new.ids(level)
    table = places.loc[differs, ["kind", *_PLACE]].reset_index(drop=True)
    for prefix, state, found in (("from", before, old), ("to", after, new)):
        for level in NESTED:
            codes = _codes(state.frames[level])
            table[f"{prefix}_{level}"] = [
                codes.get(key) for key in found.ids(level)[differs].tolist()
            ]
    return table
