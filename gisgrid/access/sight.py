"""Which rows somebody may see: grid subtrees, police areas, or everything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    confidential : Sight or None
        Of these rows those that are confidential, too; None for none of them.
    """

    whole: bool = False
    grids: frozenset[int] = frozenset()
    police: frozenset[int] = frozenset()
    department: str = ""
    confidential: Sight | None = None

    @cached_property
    def key(self) -> str:
        """A short name of the rows that can be seen: part of the key of all that is kept."""
        parts = (
            self.whole,
            sorted(self.grids),
            sorted(self.police),
            self.department,
            self.confidential and self.confidential.key,
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def empty(self) -> bool:
        """Whether no row can be seen."""
        return not (self.whole or self.grids or self.police or self.department)

    def disclosed(self) -> Sight:
        """The same rows, and those among them that are confidential."""
        return replace(self, confidential=replace(self, confidential=None))

    def covers(self, owners: Mapping[str, int]) -> bool:
        """Whether something lies where one may see, by the ids of its owners at each level."""
        police = owners.get("police")
        nested = {grid for level, grid in owners.items() if level != "police"}
        return self.whole or police in self.police or not self.grids.isdisjoint(nested)

    def __or__(self, other: Sight) -> Sight:
        """What either may see."""
        return Sight(
            self.whole or other.whole,
            self.grids | other.grids,
            self.police | other.police,
            self.department or other.department,
            self.confidential | other.confidential
            if self.confidential and other.confidential
            else self.confidential or other.confidential,
        )


NOTHING: Final = Sight()
# For programs on the machine of the record: whoever starts them could read the tables as well.
EVERYTHING: Final = Sight(whole=True)
