"""The systems by name; each is imported when it is run, so that none has to be installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, cast

from gisgrid.bench.results import GISGRID

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gisgrid.bench.peers.task import Contender, Task

__all__ = ["SYSTEMS", "System"]


@dataclass(frozen=True)
class System:
    """Something that can tell which grid owns a point.

    Attributes
    ----------
    name : str
        As in rows and in ``--only``.
    module, function : str
        Where its context manager is, which takes a `Task` and gives a `Contender`.
    requires : tuple of str
        Modules without which it is left out.
    threads : tuple of int
        The numbers of threads that it is run with; systems are compared at the same number.
    large : bool
        Whether it also runs where there are many grids.
    in_database : bool
        Whether its task needs a database.
    """

    name: str
    module: str
    function: str
    requires: tuple[str, ...] = ()
    threads: tuple[int, ...] = (1,)
    large: bool = False
    in_database: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Modules that it needs and that are not installed."""
        return tuple(name for name in self.requires if find_spec(name) is None)

    def open(self, task: Task) -> AbstractContextManager[Contender]:
        """The system with a task taken in, ready to run; closed at the end of the context."""
        found = getattr(import_module(self.module), self.function)
        return cast("Callable[[Task], AbstractContextManager[Contender]]", found)(task)


_PEERS = "gisgrid.bench.peers"
_DUCKDB = ("duckdb", "duckdb_extension_spatial")

SYSTEMS: Final = (
    System(GISGRID, f"{_PEERS}.ours", "coverage_index", threads=(1, 2), large=True),
    System("geopandas", f"{_PEERS}.geos", "sjoin", large=True),
    System("geopandas-covers", f"{_PEERS}.geos", "sjoin_from_grids", large=True),
    System("shapely", f"{_PEERS}.geos", "tree"),
    System("duckdb", f"{_PEERS}.duck", "spatial_join", _DUCKDB, (1, 2)),
    System("sedonadb", f"{_PEERS}.sedona", "spatial_join", ("sedonadb",), (1, 2), True),
    System("postgis", f"{_PEERS}.postgis", "from_points", in_database=True),
    System("postgis-fastest", f"{_PEERS}.postgis", "from_grids", (), (2,), in_database=True),
)
