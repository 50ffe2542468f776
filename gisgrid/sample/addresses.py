"""Standard addresses for every door: road and lane, village number, or estate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgrid.sample.grids import MicroGrids
from gisgrid.sample.naming import MARKET, PILOT, Division, NameGiver
from gisgrid.sample.network import Network
from gisgrid.sample.plane import IntArray
from gisgrid.sample.segments import match_segments

__all__ = ["PILOT_ESTATE", "PILOT_LANE", "PILOT_ROAD", "name_pilot_road", "write_addresses"]

PILOT_ROAD = "白银路"
PILOT_LANE = 288
PILOT_ESTATE = "惠民家园"
_MARKET_ESTATE = "万商灯饰市场"
_DISTRICT = "上海市嘉定区"
_PARTS = ["road", "lane", "number", "building", "estate"]


@dataclass(frozen=True)
class _Frontage:
    """Which named roads run along which micro-grid, and how many segments of them."""

    micro: IntArray
    line: IntArray
    weight: IntArray

    def roads(self, micros: IntArray) -> IntArray:
        """Rows of the named roads along some micro-grids, the longest first."""
        here = np.isin(self.micro, micros)
        lines, position = np.unique(self.line[here], return_inverse=True)
        length = np.bincount(position, weights=self.weight[here])
        return lines[np.argsort(-length, kind="stable")]


def _frontage(lines: pd.DataFrame, micros: pd.DataFrame) -> _Frontage:
    roads = np.flatnonzero(lines["name"].notna() & lines["cls"].isin(["main", "minor"]))
    polygons = micros["geometry"].to_numpy()
    (line, road_key), (micro, key) = match_segments(lines["geometry"].to_numpy()[roads], polygons)
    order = np.argsort(road_key, kind="stable")
    place = np.searchsorted(road_key[order], key).clip(max=len(order) - 1)
    shared = road_key[order][place] == key
    pairs = np.column_stack([micro[shared], roads[line[order][place[shared]]]])
    unique, count = np.unique(pairs, axis=0, return_counts=True)
    return _Frontage(unique[:, 0], unique[:, 1], count.astype(np.int64))


def name_pilot_road(network: Network, micros: MicroGrids) -> Network:
    """Name the longest main road along the pilot unit 白银路."""
    lines = network.lines.copy()
    pilot = np.flatnonzero((micros.frame["parent"] == PILOT).to_numpy())
    roads = _frontage(lines, micros.frame).roads(pilot)
    main = [i for i in roads.tolist() if lines["cls"][i] == "main"] or roads.tolist()
    old = lines["name"][main[0]]
    lines.loc[lines["name"] == old, "name"] = PILOT_ROAD
    return Network(network.faces, lines)


class _Numbers:
    """House numbers of each road, ever rising, so that none is given twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._next: dict[str, int] = {PILOT_ROAD: PILOT_LANE + 12}
        self._rng = rng

    def take(self, road: str) -> int:
        number = self._next.get(road) or int(self._rng.integers(1, 160))
        self._next[road] = number + int(self._rng.integers(2, 18))
        return number


def _estates(
    frame: pd.DataFrame, doors: pd.DataFrame, rng: np.random.Generator
) -> list[tuple[str, IntArray, IntArray]]:
    """Group the micro-grids of each community into estates of one or two: unit, micros, doors."""
    of_micro = np.split(
        np.arange(len(doors)), np.flatnonzero(np.diff(doors["micro"].to_numpy())) + 1
    )
    found = []
    for unit, rows in frame.groupby("parent", sort=True).indices.items():
        rows = np.sort(rows)
        while len(rows):
            size = len(rows) if unit == MARKET else int(rng.choice([1, 2], p=[0.6, 0.4]))
            here, rows = rows[:size], rows[size:]
            found.append((str(unit), here, np.concatenate([of_micro[i] for i in here])))
    return found


def _reading_order(doors: pd.DataFrame, rows: IntArray) -> IntArray:
    """Doors row by row from the north, as numbers run in a lane."""
    xy = shapely.get_coordinates(doors["geometry"].to_numpy()[rows])
    return rows[np.lexsort((xy[:, 0], -np.round(xy[:, 1] / 28)))]


class _Clerk:
    """Writes the parts of each door's address into ``table``, one estate after the other."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        self.table = np.full((count, len(_PARTS)), None, dtype=object)
        self._rng = rng
        self._names = NameGiver(rng)
        self._numbers = _Numbers(rng)
        self._village: dict[str, int] = {}
        self._pilot_estate_due = True
        self._pilot_lane_due = True

    def village(self, name: str, road: str | None, rows: IntArray) -> None:
        """Village numbers; a quarter of the houses stand on a named road instead."""
        for row in rows.tolist():
            if road is not None and self._rng.random() < 0.25:
                self.table[row] = (road, None, f"{self._numbers.take(road)}号", None, None)
                continue
            number = self._village.get(name, 1)
            self._village[name] = number + int(self._rng.integers(1, 4))
            self.table[row] = (None, None, f"{number}号", None, name)

    def estate(self, unit: str, road: str, rows: IntArray) -> None:
        """A lane with numbers; or one number with many buildings; or an estate by its name."""
        if unit == MARKET:
            self._lane(road, _MARKET_ESTATE, rows, on_street=0.0)
            return
        style = self._rng.random()
        if unit.startswith(PILOT[:9]) and road != PILOT_ROAD and self._pilot_estate_due:
            self._pilot_estate_due = False
            self._by_name(PILOT_ESTATE, rows)
        elif unit == PILOT and self._pilot_lane_due:
            self._pilot_lane_due = False
            self._lane(road, self._names.estate(), rows, on_street=0.0, number=PILOT_LANE)
        elif unit == PILOT or style < 0.84:
            self._lane(road, self._names.estate(), rows, on_street=0.06)
        elif style < 0.94:
            number = f"{self._numbers.take(road)}号"
            for i, row in enumerate(rows.tolist()):
                self.table[row] = (road, None, number, f"{i + 1}幢", None)
        else:
            self._by_name(self._names.estate(), rows)

    def _lane(
        self, road: str, estate: str, rows: IntArray, on_street: float, number: int | None = None
    ) -> None:
        lane = f"{self._numbers.take(road) if number is None else number}弄"
        count = 0
        for row in rows.tolist():
            if self._rng.random() < on_street:
                self.table[row] = (road, None, f"{self._numbers.take(road)}号", None, None)
                continue
            count += 1
            self.table[row] = (road, lane, f"{count}号", None, estate)

    def _by_name(self, estate: str, rows: IntArray) -> None:
        for i, row in enumerate(rows.tolist()):
            self.table[row] = (None, None, f"{i + 1}号", None, estate)


def write_addresses(
    doors: pd.DataFrame,
    network: Network,
    micros: MicroGrids,
    divisions: list[Division],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write the standard address of every door.

    Parameters
    ----------
    doors : pandas.DataFrame
        From :func:`gisgrid.sample.homes.build_homes`, sorted by micro-grid.
    network : Network
        Its named roads give the addresses along them their road.
    micros : MicroGrids
    divisions : list of Division
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        ``address`` and its parts ``road``, ``lane``, ``number``, ``building``, ``estate``
        (each text or None), row by row as ``doors``. Every address is there once, and names the
        town that holds its point.
    """
    frame = micros.frame
    frontage = _frontage(network.lines, frame)
    names = network.lines["name"].to_numpy()
    by_code = {d.code: d for d in divisions}
    clerk = _Clerk(len(doors), rng)
    for unit, here, rows in _estates(frame, doors, rng):
        roads = [str(names[i]) for i in frontage.roads(here)[:3]]
        if unit == PILOT:
            roads = [PILOT_ROAD]
        road = roads[int(rng.integers(len(roads)))] if roads else None
        ordered = _reading_order(doors, rows)
        if by_code[unit].kind == "village":
            clerk.village(by_code[unit].short, road, ordered)
        else:
            clerk.estate(unit, road or _fallback(frontage, names, frame, unit), ordered)
    table = pd.DataFrame(clerk.table, columns=_PARTS)
    town = np.array([by_code[p[:9]].name for p in frame["parent"]])[doors["micro"].to_numpy()]
    text = [
        _DISTRICT + place + (road or estate) + (lane or "") + number + (building or "")
        for place, (road, lane, number, building, estate) in zip(town, clerk.table, strict=True)
    ]
    table.insert(0, "address", text)
    if not table["address"].is_unique:
        raise RuntimeError("two doors were given one address")
    return table


def _fallback(
    frontage: _Frontage,
    names: NDArray[np.object_],
    frame: pd.DataFrame,
    unit: str,
) -> str:
    """A road of the unit for an estate that none touches, or else of its town."""
    for length in (12, 9):
        near = np.flatnonzero(frame["parent"].str.startswith(unit[:length]).to_numpy())
        roads = frontage.roads(near)
        if len(roads):
            return str(names[roads[0]])
    raise RuntimeError(f"no road in {unit[:9]}")
