"""The machine that figures were taken on, so that they can be read later."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

__all__ = ["describe_machine", "usable_cores"]

# What the figures hang on; those that are not installed are left out.
_PACKAGES: Final = (
    "gisgrid",
    "numpy",
    "numba",
    "shapely",
    "geopandas",
    "pandas",
    "pyarrow",
    "duckdb",
    "sedonadb",
    "sqlalchemy",
    "psycopg2-binary",
    "fastapi",
    "uvicorn",
    "uvloop",
    "orjson",
    "dask",
    "distributed",
    "scipy",
    "pymetis",
    "spopt",
    "gerrychain",
    "rapidfuzz",
    "pypinyin",
    "jionlp",
    "cpca",
)


def describe_machine() -> dict[str, Any]:
    """Processor, cores that may be used, memory in bytes, system, Python and versions."""
    return {
        "cpu": _processor(),
        "cores": usable_cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "versions": _versions(),
    }


def usable_cores() -> int:
    """Cores that this process may use, which in a container may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    import shapely

    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"geos": shapely.geos_version_string}
