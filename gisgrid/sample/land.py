"""The land divided: towns into units, units into micro-grids, micro-grids into street blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import LineString, Point

from gisgrid.sample.naming import MARKET, PILOT, Division
from gisgrid.sample.outline import Arc, Town
from gisgrid.sample.partition import Cut, Piece, Terrain, divide
from gisgrid.sample.plane import FloatArray, degrees_to_plane

__all__ = ["Block", "Divider", "Land", "divide_land"]

_MICROS = 2500
_POINTS_PER_MICRO = 40
# Where the market stands: in 嘉定工业区, near the corner with 菊园新区 and 新成路街道.
_MARKET_PLACE = degrees_to_plane(np.array([121.248, 31.408]))
# Where the pilot unit lies: in the middle of 马陆镇.
_PILOT_PLACE = degrees_to_plane(np.array([121.262, 31.341]))
# Towns that the pilot's account calls dense get more micro-grids a unit, thin ones fewer.
_DENSITY = {
    "310114001": 1.5, "310114002": 1.5, "310114118": 1.15, "310114102": 1.25, "310114106": 1.15,
    "310114111": 0.7, "310114114": 0.75, "310114109": 0.8,
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A street block: the unit it lies in, its micro-grid within it, a point inside it."""

    unit: str
    micro: int
    kind: str
    point: Point


@dataclass(frozen=True)
class Divider:
    """A line that divides: ``level`` is district, area, unit, micro or block."""

    line: LineString
    level: str
    town: str
    kind: str
    depth: int


@dataclass(frozen=True)
class Land:
    """All blocks and all dividing lines, in plane metres."""

    blocks: list[Block]
    dividers: list[Divider]


@dataclass(frozen=True)
class _UnitLand:
    division: Division
    town: str
    piece: Piece
    micros: int


def _population(town: Town, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw points as dense as people live: open country 1, centres up to their strength more."""
    west, south, east, north = town.polygon.bounds
    peak = 1.0 + float(town.centres[:, 3].sum())
    found: list[FloatArray] = []
    while sum(map(len, found)) < count:
        xy = rng.uniform((west, south), (east, north), (count, 2))
        density = np.ones(count)
        for x, y, radius, strength in town.centres:
            density += strength * np.exp(-((xy - (x, y)) ** 2).sum(axis=1) / (2 * radius**2))
        keep = rng.uniform(0, peak, count) < density
        xy = xy[keep]
        found.append(xy[shapely.contains_xy(town.polygon, xy[:, 0], xy[:, 1])])
    return np.vstack(found)[:count]


def _name_pieces(
    pieces: list[Piece], divisions: list[Division], rng: np.random.Generator
) -> list[Division]:
    """Give villages the wide pieces and communities the small ones; like names lie together."""
    given: dict[int, Division] = {}
    market = [d for d in divisions if d.kind == "market"]
    for division in market:
        away = [np.hypot(*(_centre(p) - _MARKET_PLACE)) for p in pieces]
        near = [i for i in range(len(pieces)) if away[i] < 1100] or [int(np.argmin(away))]
        given[min(near, key=lambda i: pieces[i].polygon.area)] = division
    free = [i for i in range(len(pieces)) if i not in given]
    villages = [d for d in divisions if d.kind == "village"]
    wide = sorted(free, key=lambda i: pieces[i].polygon.area)[len(free) - len(villages) :]
    for kind, places in (("village", sorted(wide)), ("community", sorted(set(free) - set(wide)))):
        stems: dict[str, list[Division]] = {}
        for division in divisions:
            if division.kind == kind:
                stems.setdefault(division.short[:2], []).append(division)
        order = rng.permutation(len(stems))
        groups = list(stems.values())
        named = _pilot_central([d for i in order for d in groups[i]], [pieces[i] for i in places])
        given.update(zip(places, named, strict=True))
    return [given[i] for i in range(len(pieces))]


def _pilot_central(named: list[Division], pieces: list[Piece]) -> list[Division]:
    """Turn the list so that the pilot unit falls on the piece nearest to the metro."""
    codes = [division.code for division in named]
    if PILOT not in codes:
        return named
    away = [np.hypot(*(_centre(piece) - _PILOT_PLACE)) for piece in pieces]
    turn = (codes.index(PILOT) - int(np.argmin(away))) % len(named)
    return named[turn:] + named[:turn]


def _centre(piece: Piece) -> FloatArray:
    return np.array(piece.polygon.centroid.coords[0])


def _micro_counts(units: list[_UnitLand], rng: np.random.Generator) -> list[_UnitLand]:
    """Share 2,500 micro-grids out among the units; the pilot and the market have four each."""
    fixed = {PILOT: 4, MARKET: 4}
    wish = np.array(
        [
            _DENSITY.get(u.town, 1.0) * (0.8 if u.division.kind == "village" else 1.1)
            * np.sqrt(len(u.piece.points)) * rng.uniform(0.75, 1.25)
            for u in units
        ]
    )  # fmt: skip
    free = np.array([u.division.code not in fixed for u in units])
    target = _MICROS - sum(fixed.values())
    exact = np.clip(wish / wish[free].sum() * target, 2.5, 13.0)
    exact *= target / exact[free].sum()
    counts = np.floor(exact).astype(int)
    order = [int(i) for i in np.argsort(counts - exact, kind="stable") if free[i]]
    for i in order[: target - int(counts[free].sum())]:
        counts[i] += 1
    return [
        replace(u, micros=fixed.get(u.division.code, int(count)))
        for u, count in zip(units, counts, strict=True)
    ]


def _units(
    towns: list[Town], divisions: list[Division], terrain: Terrain, rng: np.random.Generator
) -> tuple[list[_UnitLand], list[Divider]]:
    units: list[_UnitLand] = []
    dividers: list[Divider] = []
    for town in towns:
        inside = [d for d in divisions if d.kind != "area" and d.code.startswith(town.code)]
        points = _population(town, len(inside) * 7 * _POINTS_PER_MICRO, rng)
        pieces, cuts = divide(Piece(town.polygon, points), len(inside), terrain, rng, tries=4)
        dividers += _dividers(cuts, "unit", town.code, "")
        for piece, division in zip(pieces, _name_pieces(pieces, inside, rng), strict=True):
            units.append(_UnitLand(division, town.code, piece, 0))
    return units, dividers


def _dividers(cuts: list[Cut], level: str, town: str, kind: str) -> list[Divider]:
    return [Divider(cut.line, level, town, kind, cut.depth) for cut in cuts]


def _blocks_per_micro(unit: _UnitLand, rng: np.random.Generator) -> int:
    if unit.division.kind == "market":
        return 1
    return int(rng.integers(5, 9) if unit.division.kind == "village" else rng.integers(4, 7))


def divide_land(
    towns: list[Town], arcs: list[Arc], divisions: list[Division], rng: np.random.Generator
) -> Land:
    """Divide the towns down to street blocks.

    Parameters
    ----------
    towns, arcs
        From :func:`gisgrid.sample.outline.draw_towns`.
    divisions : list of Division
        Areas and units by code.
    rng : numpy.random.Generator
    """
    terrain = Terrain(rng)
    dividers = [Divider(arc.line, "district" if arc.outer else "area", "", "", 0) for arc in arcs]
    units, unit_dividers = _units(towns, divisions, terrain, rng)
    dividers += unit_dividers
    blocks: list[Block] = []
    for unit in _micro_counts(units, rng):
        kind = unit.division.kind
        micros, cuts = divide(unit.piece, unit.micros, terrain, rng, tries=2)
        dividers += _dividers(cuts, "micro", unit.town, kind)
        for number, micro in enumerate(micros):
            parts, cuts = divide(micro, _blocks_per_micro(unit, rng), terrain, rng, tries=1)
            dividers += _dividers(cuts, "block", unit.town, kind)
            blocks += [
                Block(unit.division.code, number, kind, part.polygon.representative_point())
                for part in parts
            ]
    return Land(blocks, dividers)
