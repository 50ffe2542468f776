"""Where two roads meet, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisgrid.address.names import NameBook
from gisgrid.address.records import Crossing

__all__ = ["Crossings"]


@dataclass(frozen=True)
class Crossings:
    """Crossings by the two names, in either order."""

    by_names: dict[frozenset[str], Crossing]

    @classmethod
    def of(cls, crossings: Iterable[Crossing]) -> Crossings:
        """Of two roads that meet twice, the crossing named first is kept."""
        by_names: dict[frozenset[str], Crossing] = {}
        for crossing in crossings:
            by_names.setdefault(frozenset((crossing.first, crossing.second)), crossing)
        return cls(by_names)

    def find(self, names: NameBook, pieces: Sequence[str]) -> Crossing | None:
        """Where the roads meet that two pieces of a text end with; None where they do not."""
        roads = [_road_at_end(names, piece) for piece in pieces]
        return self.by_names.get(frozenset(roads))


def _road_at_end(names: NameBook, piece: str) -> str:
    """The road that a piece ends with, without the town before it."""
    for mention in names.exact(piece):
        if mention.end == len(piece) and mention.name.kind in ("place", "alias"):
            return mention.name.form
    return piece
