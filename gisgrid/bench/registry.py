"""The benches by name; a bench and what it needs are imported when it is run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisgrid.bench.results import BenchOptions, BenchResult

__all__ = ["BENCHES", "find_bench"]

# Each module has `run(options: BenchOptions) -> BenchResult`.
BENCHES: Final = {
    "locate": "gisgrid.bench.locate",
    "http": "gisgrid.bench.http",
    "ogc": "gisgrid.bench.ogc",
    "store": "gisgrid.bench.store",
    "cluster": "gisgrid.bench.cluster",
    "check": "gisgrid.bench.check",
    "edits": "gisgrid.bench.edits",
    "propose": "gisgrid.bench.propose",
    "hotspots": "gisgrid.bench.hotspots",
    "forecast": "gisgrid.bench.forecast",
    "maps": "gisgrid.bench.maps",
    "patrol": "gisgrid.bench.patrol",
    "address": "gisgrid.bench.address",
}


def find_bench(name: str) -> Callable[[BenchOptions], BenchResult]:
    """The function that runs a bench.

    Raises
    ------
    InputError
        No bench has that name.
    """
    if name not in BENCHES:
        raise InputError(f"there is no bench {name!r}", fix=f"choose one of: {', '.join(BENCHES)}")
    return cast("Callable[[BenchOptions], BenchResult]", import_module(BENCHES[name]).run)
