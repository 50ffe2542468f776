"""``gisgrid bench edits``: how long a planner waits for an edit among 2,500 micro-grids.

Case ``drawn``: the geometry alone, from what was drawn to what changes, choosing the grids near
it among all of them included; one row for each kind of edit and one for their even mix. Case
``stored``: the same in a plan in the database, committed.
"""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.bench.drawn_edits import KINDS, draw_edit, nested_stack
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.bench.stored_edits import stored_rows
from gisgrid.errors import GisgridError, InputError
from gisgrid.planning.edits import box_round

if TYPE_CHECKING:
    from gisgrid.bench.results import BenchOptions
    from gisgrid.planning.edits import Redrawn, Stack

__all__ = ["run"]

_CASES: Final = ("drawn", "stored")
_GRIDS: Final = 2_500
_IN_UNIT, _IN_AREA = 20, 200
_EACH, _QUICK_EACH = 100, 12
_QUICK_STORED: Final = 4


def run(options: BenchOptions) -> BenchResult:
    """Draw edits at random on a district and time them.

    Raises
    ------
    InputError
        A case is not known.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    wanted = options.cases or _CASES
    each = _QUICK_EACH if options.quick else _EACH
    rows = _drawn_rows(options, each) if "drawn" in wanted else []
    if "stored" in wanted:
        rows += stored_rows(options, _QUICK_STORED if options.quick else each)
    return BenchResult("edits", tuple(rows), compared="median_ms", higher_is_better=False)


def _drawn_rows(options: BenchOptions, each: int) -> list[Row]:
    """The geometry alone, so many edits of each kind."""
    options.progress(f"画网格 drawing {_GRIDS:,} grids")
    stack = nested_stack(make_coverage(_GRIDS, options.seed), _IN_UNIT, _IN_AREA)
    rng = np.random.default_rng(options.seed)
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    refused = dict.fromkeys(KINDS, 0)
    whole = True
    options.progress(f"drawn: {each} × {len(KINDS)} 次修改 edits")
    for _ in range(each):
        for kind in KINDS:
            redrawn, seconds = _drawn(stack, kind, rng)
            taken[kind].append(seconds)
            refused[kind] += redrawn is None
            whole = whole and (redrawn is None or _fits(stack, redrawn))
    rows = [_row(kind, taken[kind], refused[kind], whole) for kind in KINDS]
    every = [seconds for listed in taken.values() for seconds in listed]
    rows.insert(0, _row("all kinds", every, sum(refused.values()), whole))
    return rows


def _drawn(stack: Stack, kind: str, rng: np.random.Generator) -> tuple[Redrawn | None, float]:
    """What an edit gave, or None where it was refused, and the seconds it took."""
    while True:
        try:
            edit = draw_edit(stack, kind, rng)
        except InputError:
            continue
        break
    begin = time.perf_counter()
    try:
        redrawn = edit()
    except GisgridError:
        redrawn = None
    return redrawn, time.perf_counter() - begin


def _fits(stack: Stack, redrawn: Redrawn) -> bool:
    """Whether every level is a valid coverage round what an edit changed."""
    new = [*redrawn.changed.values(), *(added.shape for added in redrawn.added)]
    near = stack.near(box_round(new))
    for level, grids in near.shapes.items():
        left = {key: shape for key, shape in grids.items() if key not in redrawn.removed}
        shapes = [redrawn.changed.get(key, shape) for key, shape in left.items()]
        shapes += [added.shape for added in redrawn.added if added.level == level]
        if not shapely.coverage_is_valid(np.array(shapes, dtype=object)):
            return False
    return True


def _row(kind: str, taken: list[float], refused: int, whole: bool) -> Row:
    return Row(
        GISGRID,
        f"drawn, {kind}",
        {
            "median_ms": 1e3 * median(taken),
            "p95_ms": 1e3 * quantiles(taken, n=20)[-1],
        },
        {"edits": len(taken), "refused": refused, "grids": _GRIDS},
        whole,
    )
