"""The answer to "which grid owns this point", put together from the owners of each level."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NESTED_LEVELS", "GridRef", "Resolution", "Status"]

# From the top down; police areas are a layer apart and nest in nothing.
NESTED_LEVELS: Final = ("area", "unit", "micro")

Status = Literal["inside", "border", "outside"]


@dataclass(frozen=True)
class GridRef:
    """A grid as an answer names it.

    Attributes
    ----------
    level, code, name : str
    path : tuple of str
        The codes from the area down to the grid itself.
    border : bool
        Whether the point lies on this grid's border.
    """

    level: str
    code: str
    name: str
    path: tuple[str, ...]
    border: bool = False


@dataclass(frozen=True)
class Resolution:
    """Which grids own a point, and how sure the answer is.

    Attributes
    ----------
    grids : tuple of GridRef
        The owners at the nested levels, from the area down.
    police : GridRef or None
        The police area that covers the point.
    """

    grids: tuple[GridRef, ...]
    police: GridRef | None = None

    @classmethod
    def of(cls, owners: Sequence[GridRef]) -> Resolution:
        """Put the owners of all levels together, in any order."""
        by_level = {owner.level: owner for owner in owners}
        return cls(
            tuple(by_level[level] for level in NESTED_LEVELS if level in by_level),
            by_level.get("police"),
        )

    @property
    def status(self) -> Status:
        """``outside`` when no grid covers the point; ``border`` when it lies on one's edge."""
        if not self.grids:
            return "outside"
        return "border" if any(grid.border for grid in self.grids) else "inside"

    @property
    def missing(self) -> tuple[str, ...]:
        """The levels without an owner at a point that another level covers."""
        if not self.grids:
            return ()
        present = {grid.level for grid in self.grids}
        return tuple(level for level in NESTED_LEVELS if level not in present)

    @property
    def nested(self) -> bool:
        """Whether each owner lies on the path of the one below it."""
        return all(upper.code in lower.path for upper, lower in pairwise(self.grids))
