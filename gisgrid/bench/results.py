"""What a bench is asked for and what it gives back: the contract of every bench.

A bench is a module with one public function, named in `gisgrid.bench.registry`::

    def run(options: BenchOptions) -> BenchResult: ...

It makes its own data from ``options.seed``, leaves out the peers that are not installed (saying
so by ``options.progress``), runs the systems alternately, round by round, and gives one `Row` per
system and case with the median of each measure. Tables, JSON, ratios and the description of the
machine are not its business: `gisgrid.bench.report` and `gisgrid.bench.machine` make them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["GISGRID", "BenchOptions", "BenchResult", "Row"]

# The name of our own system in rows and in ``--only``.
GISGRID = "gisgrid"


def _quiet(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class BenchOptions:
    """How a bench is to be run.

    Attributes
    ----------
    quick : bool
        Small data and few rounds: with ``only=("gisgrid",)`` it ends within 40 s.
    only : tuple of str
        Names of the systems to run, as in `Row.system`; all of them when empty.
    cases : tuple of str
        Names of the cases to run, as the bench's own page of the docs tells them; its usual ones
        when empty.
    rounds : int
        How often each system runs in turn; a quick bench may run fewer.
    seed : int
        What the data is made from.
    database : str or None
        URL of a PostGIS database that may be written to; a bench that needs one and gets none
        starts a private server in a folder of its own and throws it away.
    progress : callable
        Takes one line of talk about what is being done now; quiet by default.
    """

    quick: bool = False
    only: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    rounds: int = 5
    seed: int = 20240915
    database: str | None = None
    progress: Callable[[str], None] = _quiet

    def wants(self, system: str) -> bool:
        """Whether a system is to be run."""
        return not self.only or system in self.only


@dataclass(frozen=True)
class Row:
    """What one system did in one case.

    Attributes
    ----------
    system : str
        ``gisgrid`` or the name of a peer, in lower case.
    case : str
        What was done, short enough for a table; systems are compared within a case.
    measures : mapping of str to float
        Medians over the rounds. The unit is in the name: ``points_per_second``, ``seconds``,
        ``p50_us``, ``index_bytes``.
    detail : mapping of str to str, float or int
        What a reader has to know beside: threads, settings, versions, counts.
    equal : bool or None
        Whether every single answer was right, as the bench's reference (GEOS, say) gives it;
        None where nothing was compared.
    """

    system: str
    case: str
    measures: Mapping[str, float]
    detail: Mapping[str, str | float | int] = field(default_factory=dict)
    equal: bool | None = None


@dataclass(frozen=True)
class BenchResult:
    """The outcome of one bench.

    Attributes
    ----------
    name : str
        The name it is called by.
    rows : tuple of Row
        Within each case gisgrid comes first.
    compared : str
        The measure whose ratios are taken.
    higher_is_better : bool
        Whether more of it is better, as of points per second; seconds are the other way.
    """

    name: str
    rows: tuple[Row, ...]
    compared: str = "points_per_second"
    higher_is_better: bool = True

    def ratio(self, row: Row) -> float | None:
        """How many times better gisgrid did than a row of the same case.

        None for gisgrid's own rows and where one of the two lacks the compared measure.
        """
        own = next((r for r in self.rows if r.system == GISGRID and r.case == row.case), None)
        if own is None or row.system == GISGRID:
            return None
        ours, theirs = own.measures.get(self.compared), row.measures.get(self.compared)
        if not ours or not theirs:
            return None
        return ours / theirs if self.higher_is_better else theirs / ours
