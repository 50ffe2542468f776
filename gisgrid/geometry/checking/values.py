"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from shapely.geometry.base import BaseGeometry

from gisgrid.geometry.crs import FloatArray, GeometryArray
from gisgrid.geometry.overlaps import TOLERANCE_M2
from gisgrid.settings import Settings

__all__ = ["KINDS", "Below", "Checked", "Finding", "Level", "Severity", "Tolerances"]

Severity = Literal["error", "warning"]

KINDS: Final = (
    "invalid-ring",
    "overlap",
    "gap",
    "sliver",
    "outside-parent",
    "parent-not-filled",
    "pieces-apart",
    "households",
    "duplicate-code",
    "missing-code",
)


@dataclass(frozen=True)
class Tolerances:
    """What is too small to be a fault.

    Attributes
    ----------
    overlap_m2 : float
        Area that two grids of a level may share; more blocks publishing.
    gap_m2 : float
        Area of enclosed ground that may belong to nobody.
    largest_gap_m2 : float
        Enclosed ground larger than this is a lake rather than a fault, where no parent says
        otherwise.
    nesting_m2 : float
        Area by which a grid may lie outside its parent, or a parent be without grids.
    sliver_width_m : float
        An overlap or a gap narrower than this is called a sliver.
    width_m : float
        Overlaps, gaps and spills up to this wide are no faults, however long.
    households : (int, int)
        Fewest and most households of a grid.
    """

    overlap_m2: float = TOLERANCE_M2
    gap_m2: float = 10.0
    largest_gap_m2: float = 10_000_000.0
    nesting_m2: float = 100.0
    sliver_width_m: float = 0.5
    width_m: float = 0.0
    households: tuple[int, int] = (300, 500)

    @classmethod
    def stated(cls, settings: Settings, *, width_m: float | None = None) -> Tolerances:
        """Those of the settings; ``width_m`` where the user states another."""
        return cls(
            overlap_m2=settings.overlap_tolerance_m2,
            gap_m2=settings.gap_tolerance_m2,
            largest_gap_m2=settings.largest_gap_m2,
            nesting_m2=settings.nesting_tolerance_m2,
            sliver_width_m=settings.sliver_width_m,
            width_m=settings.width_tolerance_m if width_m is None else width_m,
            households=(settings.households_min, settings.households_max),
        )


@dataclass(frozen=True)
class Level:
    """The grids of one level as they came, faults and all.

    Attributes
    ----------
    polygons : array of shapely geometries, shape (n,)
        In WGS 84 degrees; None where a row has none.
    codes : sequence of str, shape (n,)
        ``""`` where a row has none.
    name : str
        ``area``, ``unit``, ``micro``, ``police``, or what else messages shall call it.
    households : float64 array, shape (n,), optional
        NaN where unknown.
    """

    polygons: GeometryArray
    codes: Sequence[str]
    name: str = ""
    households: FloatArray | None = None

    def label(self, position: int) -> str:
        """A grid's code, or its row where it has none."""
        return self.codes[position] or f"#{position + 1}"


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    severity : {"error", "warning"}
        Errors block publishing.
    codes : tuple of str
        The grids it concerns.
    message_zh, message_en : str
        What is wrong, in words of a planner.
    level : str
        The level's name.
    place : (float, float) or None
        Longitude and latitude of a point at the fault.
    shape : shapely geometry or None
        The faulty ground, or the faulty grid where it is the whole.
    area_m2, length_m, width_m : float
        Of the faulty ground; length and width are those of a rectangle like it.
    cause : str
        What a sliver is (``overlap`` or ``gap``); what is wrong with a ring, in GEOS' words.
    reason : str
        Why it is accepted; empty where it is not.
    """

    kind: str
    severity: Severity
    codes: tuple[str, ...]
    message_zh: str
    message_en: str
    level: str = ""
    place: tuple[float, float] | None = None
    shape: BaseGeometry | None = None
    area_m2: float = 0.0
    length_m: float = 0.0
    width_m: float = 0.0
    cause: str = ""
    reason: str = ""

    @property
    def message(self) -> str:
        """Both languages in one line."""
        return f"{self.message_zh} / {self.message_en}"


@dataclass(frozen=True)
class Below:
    """Faults that are too small to be listed, summed up.

    Attributes
    ----------
    kind : str
    level : str
    count : int
    area_m2, largest_m2 : float
        Of all of them, and of the largest.
    """

    kind: str
    level: str
    count: int
    area_m2: float
    largest_m2: float


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    Attributes
    ----------
    findings : tuple of Finding
        Errors first; of the same kind the largest first.
    tolerances : Tolerances
    below : tuple of Below
        What stays below the tolerances.
    accepted : tuple of Finding
        Household counts that somebody gave a reason for.
    grids : mapping of str to int
        How many grids each level has.
    """

    findings: tuple[Finding, ...]
    tolerances: Tolerances
    below: tuple[Below, ...] = ()
    accepted: tuple[Finding, ...] = ()
    grids: Mapping[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many findings block publishing."""
        return sum(one.severity == "error" for one in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings do not."""
        return len(self.findings) - self.errors
