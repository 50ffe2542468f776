"""``gisgrid bench propose``: micro-grids of 300 to 500 households, drawn by several programs."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from gisgrid.bench.machine import usable_cores
from gisgrid.bench.peers.partitioners import PARTITIONERS, Connected
from gisgrid.bench.results import BenchResult, Row
from gisgrid.bench.unit_grounds import sample_unit, sample_units, statistical_units, street_town
from gisgrid.errors import InputError
from gisgrid.planning.proposals import Cells, Ground, Range, cut_into_cells, propose_on_cells
from gisgrid.planning.proposals.dividing import Piece, part_of
from gisgrid.planning.proposals.graph import cell_graph, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gisgrid.bench.peers.partitioners import Partitioner
    from gisgrid.bench.results import BenchOptions
    from gisgrid.planning.proposals.graph import Graph

__all__ = ["run"]

_CASES: Final = ("sample", "aberdeen", "town")
_UNITS, _QUICK_UNITS = 40, 6
_BUILDINGS, _QUICK_BUILDINGS = 20_000, 800
# Every so manieth of a city's units when it has to be quick.
_QUICK_EVERY: Final = 4
# Units that a slow program gets of a case; all of it would take hours.
_SLOW_UNITS: Final = {"sample": 4, "town": 2}
_DATA: Final = "GISGRID_REAL_DATA"

_Units = list[tuple[Ground, Cells]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Outcome:
    """What a program made of one unit: sums, so that units add up."""

    grids: int
    in_range: int
    contiguous: int
    border_m: float
    on_lines_m: float
    blocks: int
    blocks_split: int
    served: bool | None
    seconds: float


def run(options: BenchOptions) -> BenchResult:
    """Divide the same cells by every program that is installed.

    Raises
    ------
    InputError
        A case is not known.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    rows: list[Row] = []
    for name in options.cases or _CASES:
        units, cutting_s = _units(name, options)
        if not units:
            options.progress(f"{name}: 未设置 {_DATA} is not set; left out")
            continue
        for system in PARTITIONERS:
            if not options.wants(system.name):
                continue
            if not system.installed:
                options.progress(f"{system.name}: 未安装 not installed; left out")
                continue
            options.progress(f"{name}: {system.name}")
            rows.append(_row(name, system, units, options, cutting_s))
    return BenchResult("propose", tuple(rows), compared="in_range")


def _units(name: str, options: BenchOptions) -> tuple[_Units, float]:
    """The units of a case with their cells, and how long it took to cut these."""
    if name == "aberdeen":
        folder = os.environ.get(_DATA)
        file = Path(folder or "") / "aberdeen" / "aberdeen_units.gpkg"
        units = statistical_units(file) if folder and file.is_file() else []
        return units[:: _QUICK_EVERY if options.quick else 1], 0.0
    if name == "town":
        grounds = street_town(_QUICK_BUILDINGS if options.quick else _BUILDINGS)
    else:
        from gisgrid.sample import build_district

        district = build_district()
        rng = np.random.default_rng(options.seed)
        count = _QUICK_UNITS if options.quick else _UNITS
        codes = rng.choice(sample_units(district), count, replace=False).tolist()
        grounds = [sample_unit(district, code) for code in codes]
    return _timed(lambda: [(ground, cut_into_cells(ground)) for ground in grounds])


def _row(
    case: str, system: Partitioner, units: _Units, options: BenchOptions, cutting_s: float
) -> Row:
    some = units[: _SLOW_UNITS.get(case)] if system.slow else units
    divide = partial(_divided, system.name, options.seed)
    found, seconds = _timed(partial(_all, divide, some, case == "town"))
    grids = sum(one.grids for one in found)
    border = sum(one.border_m for one in found)
    admitted = [one.served for one in found if one.served is not None]
    measures = {
        "in_range": sum(one.in_range for one in found) / grids,
        "contiguous": sum(one.contiguous for one in found) / grids,
        "on_lines": sum(one.on_lines_m for one in found) / border if border else 0.0,
        "blocks_split": sum(one.blocks_split for one in found)
        / max(sum(one.blocks for one in found), 1),
        "units_served": float(np.mean(admitted)) if admitted else 0.0,
        "seconds": seconds,
        "median_seconds": float(np.median([one.seconds for one in found])),
    }
    detail: dict[str, str | float | int] = {
        "units": len(some),
        "cells": sum(len(cells.shapes) for _, cells in some),
        "grids": grids,
        "cutting_seconds": round(cutting_s * len(some) / len(units), 2),
    }
    return Row(system.name, case, measures, detail)


def _all(
    divide: Callable[[tuple[Ground, Cells]], _Outcome], units: _Units, apart: bool
) -> list[_Outcome]:
    """All units, one after the other, or those of a town on all cores."""
    if not apart:
        return [divide(unit) for unit in units]
    # What was started before may hold locks that a fork would copy.
    with ProcessPoolExecutor(usable_cores(), mp_context=get_context("spawn")) as pool:
        return [*pool.map(divide, units)]


def _timed(made: Callable[[], _T]) -> tuple[_T, float]:
    begin = time.perf_counter()
    return made(), time.perf_counter() - begin


def _divided(name: str, seed: int, unit: tuple[Ground, Cells]) -> _Outcome:
    """A unit divided by a program, measured on its cells."""
    ground, cells = unit
    begin = time.perf_counter()
    if name == PARTITIONERS[0].name:
        label = _own(ground, cells, seed)
    else:
        label = _by_peer(name, ground, cells, seed)
    return _measured(ground, cells, label, time.perf_counter() - begin)


def _own(ground: Ground, cells: Cells, seed: int) -> NDArray[np.int64]:
    fresh = Ground(ground.region, ground.homes, ground.lines)
    free = Cells(
        cells.shapes, cells.households, cells.block, np.full(len(cells.shapes), -1), cells.vertices
    )
    found = propose_on_cells(fresh, free, seed=seed)
    return next(one.label for one in found if "best" in one.kinds)


def _by_peer(name: str, ground: Ground, cells: Cells, seed: int) -> NDArray[np.int64]:
    """Each connected ground by itself, for no peer takes others."""
    (system,) = [one for one in PARTITIONERS if one.name == name]
    assert system.divide is not None
    graph = cell_graph(cells, ground.lines)
    whole = Piece(np.arange(len(cells.shapes)), graph, cells.households, cells.block, cells.present)
    of = pieces(graph)
    label = np.zeros(len(of), dtype=np.int64)
    for number in range(int(of.max()) + 1):
        part = part_of(whole, of == number)
        some = Cells(
            cells.shapes[part.cells], part.households, part.block, part.present, cells.vertices
        )
        found = system.divide(Connected(some, part.graph, Range(), seed))
        label[part.cells] = found - found.min() + label.max() + 1
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _measured(ground: Ground, cells: Cells, label: NDArray[np.int64], seconds: float) -> _Outcome:
    wanted = Range()
    graph = cell_graph(cells, ground.lines)
    households = np.bincount(label, weights=cells.households)
    inside = wanted.miss(households) == 0
    whole = pieces(graph, label)
    parts = np.bincount(label[np.unique(whole, return_index=True)[1]])
    border = label[graph.one] != label[graph.other]
    pairs = np.unique(np.column_stack([cells.block, label]), axis=0)
    blocks = np.unique(pairs[:, 0], return_counts=True)[1]
    return _Outcome(
        grids=len(households),
        in_range=int(inside.sum()),
        contiguous=int((parts == 1).sum()),
        border_m=float(graph.length[border].sum()),
        on_lines_m=float(graph.on_lines[border].sum()),
        blocks=len(blocks),
        blocks_split=int((blocks > 1).sum()),
        served=_served(cells, graph, label, inside, wanted),
        seconds=seconds,
    )


def _served(
    cells: Cells,
    graph: Graph,
    label: NDArray[np.int64],
    inside: NDArray[np.bool_],
    wanted: Range,
) -> bool | None:
    """Whether all grids are in range where that can be; None where no ground admits it."""
    of = pieces(graph)
    totals = np.bincount(of, weights=cells.households).astype(np.int64)
    largest = np.zeros(len(totals), dtype=np.int64)
    np.maximum.at(largest, of, cells.households)
    fits = [len(wanted.counts(total)) > 0 for total in totals.tolist()] & (largest <= wanted.most)
    if not fits.any():
        return None
    return bool(inside[label[fits[of]]].all())
