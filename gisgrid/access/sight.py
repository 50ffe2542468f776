"""Which rows somebody may see: grid subtrees, police areas, or everything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

__all__ = ["EVERYTHING", "NOTHING", "Sight"]


@dataclass(frozen=True)
class Sight:
    """Which rows may be seen; every database connection that answers somebody carries one.

    Attributes
    ----------
    whole : bool
        Of the whole district.
    grids : frozenset of int
        Ids of the grids, of any level, whose subtrees may be seen.
    police : frozenset of int
        Ids of the police areas in which places may be seen, by where they lie.
    department : str
        Cases that this department was called to may be seen wherever they lie.
    confidential : bool
        What is confidential may be seen too, within the rest.
    """

    whole: bool = False
    grids: frozenset[int] = frozenset()
    police: frozenset[int] = frozenset()
    department: str = ""
    confidential: bool = False

    @cached_property
    def key(self) -> str:
        """A short name of the rows that can be seen: part of the key of all that is kept."""
        parts = (
            self.whole,
            sorted(self.grids),
            sorted(self.police),
            self.department,
            self.confidential,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def empty(self) -> bool:
        """Whether no row can be seen."""
        return not (self.whole or self.grids or self.police or self.department)

    def covers(self, owners: Mapping[str, int]) -> bool:
        """Whether something lies where one may see, by the ids of its owners at each level."""
        police = owners.get("police")
        nested = {grid for level, grid in owners.items() if level != "police"}
        return self.whole or police in self.police or not self.grids.isdisjoint(nested)

    def __or__(self, other: Sight) -> Sight:
        """What either may see; confidential rows only where both say so."""
        return Sight(
            self.whole or other.whole,
            self.grids | other.grids,
            self.police | other.police,
            self.department or other.department,
            self.confidential and other.confidential,
        )


NOTHING: Final = Sight()
# For programs on the machine of the record: whoever starts them could read the tables as well.
EVERYTHING: Final = Sight(whole=True)
