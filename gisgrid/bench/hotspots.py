"""``gisgrid bench hotspots``: Gi* beside esda.

Case ``closed``: z and p of 100,000 places, from values and a libpysal graph. Case ``permutation``:
p of 10,000 places from 999 random orders, with as many jobs in both.
"""

from __future__ import annotations

import importlib.util
import warnings
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np

from gisgrid.bench.alternating import alternate
from gisgrid.bench.machine import usable_cores
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.hotspots import getis_ord, within_distance

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gisgrid.bench.results import BenchOptions

__all__ = ["run"]

_CASES: Final = ("closed", "permutation")
_ESDA: Final = "esda"
_SIDES: Final = {"closed": 317, "permutation": 100}
_ORDERS: Final = {"closed": 0, "permutation": 999}
_QUICK_SIDE: Final = 60
_QUICK_ORDERS: Final = 99
# Two estimates from as many orders differ by less, in all places together.
_ERRORS: Final = 6.0


def run(options: BenchOptions) -> BenchResult:
    """Time Gi* on counts in a field of hexagons.

    Raises
    ------
    InputError
        A case is not known.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    rows: list[Row] = []
    for case in options.cases or _CASES:
        side, orders = _SIDES[case], _ORDERS[case]
        if options.quick:
            side, orders = _QUICK_SIDE, min(orders, _QUICK_ORDERS)
        options.progress(f"{case}: {side * side:,} 处 places")
        rows += _rows(case, side, orders, options)
    return BenchResult("hotspots", tuple(rows), compared="seconds", higher_is_better=False)


def _rows(case: str, side: int, orders: int, options: BenchOptions) -> list[Row]:
    from libpysal.graph import Graph

    graph = Graph.from_sparse(within_distance(_centres(side), 1.01))
    values = np.random.default_rng(options.seed).gamma(0.5, size=side * side)
    jobs = usable_cores()
    numba.set_num_threads(jobs)
    systems: dict[str, Callable[[], Any]] = {}
    if options.wants(GISGRID):
        systems[GISGRID] = lambda: getis_ord(values, graph, permutations=orders)
    if options.wants(_ESDA) and importlib.util.find_spec(_ESDA) is None:
        options.progress(f"{_ESDA}: 未安装 not installed; left out")
    elif options.wants(_ESDA):
        systems[_ESDA] = lambda: _by_esda(values, graph, orders, jobs)
    # Once to warm up, and to be compared.
    found = {name: work() for name, work in systems.items()}
    seconds = alternate(systems, 1 if options.quick else options.rounds)
    equal = _agree(found[GISGRID], found[_ESDA], orders) if len(found) == 2 else None
    detail: dict[str, str | float | int] = {"places": len(values), "orders": orders, "jobs": jobs}
    return [
        Row(name, case, {"seconds": seconds[name]}, detail, equal if name == GISGRID else None)
        for name in systems
    ]


def _by_esda(values: NDArray[np.float64], graph: Any, orders: int, jobs: int) -> Any:
    from esda import G_Local

    with warnings.catch_warnings():
        # What it says of its one-sided p, and what numpy says of it.
        warnings.simplefilter("ignore")
        return G_Local(
            values,
            graph,
            transform="B",
            star=True,
            permutations=orders,
            keep_simulations=False,
            n_jobs=jobs,
            seed=1,
        )


def _agree(ours: Any, theirs: Any, orders: int) -> bool:
    """Whether z is the same, and p as far as random orders let it be."""
    same = bool(np.allclose(ours.z, theirs.Zs, atol=1e-6))
    if not orders:
        return same
    both = np.minimum(2.0 * theirs.p_sim, 1.0)
    error = _ERRORS * np.sqrt(4.0 * np.maximum(both, 2.0 / orders) / orders)
    return same and bool((np.abs(ours.p - both) <= error).all())


def _centres(side: int) -> NDArray[np.float64]:
    """Centres of hexagons a unit apart, in rows."""
    row, column = np.divmod(np.arange(side * side), side)
    return np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)])
