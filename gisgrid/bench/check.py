"""``gisgrid bench check``: how long a check and a repair proposal take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.bench.alternating import alternate
from gisgrid.bench.honeycomb import Coverage, make_coverage
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.geometry.checking import Level, Tolerances, check_level
from gisgrid.geometry.repairing import propose_repair

if TYPE_CHECKING:
    from gisgrid.bench.results import BenchOptions

__all__ = ["run", "shifted"]

# Grids as neighbours share their borders, and each moved by a metre by itself.
_USUAL: Final = ("415", "415-shifted")
_QUICK_ROUNDS: Final = 2
_METRE: Final = 1.0 / 111_320.0


def run(options: BenchOptions) -> BenchResult:
    """Run the cases: ``415`` grids without a fault, ``415-shifted`` grids full of them.

    An answer is right when the repaired grids are a valid coverage and a check finds no error in
    them.

    Raises
    ------
    InputError
        A case is not known.
    """
    cases = options.cases or _USUAL
    return BenchResult(
        "check",
        tuple(_row(name, options) for name in cases),
        compared="check_seconds",
        higher_is_better=False,
    )


def shifted(coverage: Coverage, seed: int) -> Coverage:
    """Move each grid by a metre, each in a direction of its own."""
    angle = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, len(coverage))
    away = np.column_stack([np.cos(angle), np.sin(angle)]) * _METRE
    points, grid = shapely.get_coordinates(coverage.polygons, return_index=True)
    moved = shapely.set_coordinates(coverage.polygons.copy(), points + away[grid])
    return Coverage(moved, coverage.codes)


def _row(name: str, options: BenchOptions) -> Row:
    found = re.fullmatch(r"([1-9]\d*)(-shifted)?", name)
    if found is None:
        raise InputError(
            f"{name!r} is no case of this bench", fix="name a number of grids: 415, 415-shifted"
        )
    options.progress(f"{name}: 造数据 making data")
    coverage = make_coverage(int(found[1]), options.seed)
    if found[2]:
        coverage = shifted(coverage, options.seed)
    fill_m2 = Tolerances().largest_gap_m2
    level = Level(coverage.polygons, coverage.codes)
    checked = check_level(level)
    proposal = propose_repair(level.polygons, fill_m2=fill_m2)
    rounds = _QUICK_ROUNDS if options.quick else options.rounds
    seconds = alternate(
        {
            "check_seconds": lambda: check_level(level),
            "repair_seconds": lambda: propose_repair(level.polygons, fill_m2=fill_m2),
        },
        rounds,
    )
    vertices = int(shapely.get_num_coordinates(level.polygons).sum())
    detail = {"findings": len(checked.findings), "vertices": vertices}
    again = check_level(Level(proposal.polygons, coverage.codes))
    right = bool(shapely.coverage_is_valid(proposal.polygons)) and again.errors == 0
    return Row(GISGRID, name, seconds, detail, right)
