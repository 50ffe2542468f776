"""Where two roads meet, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gisgrid.address.names import Name, NameBook
from gisgrid.address.records import Crossing

__all__ = ["Crossings", "roads_named"]


@dataclass(frozen=True)
class Crossings:
    """Crossings by the two names, in either order; two roads may meet more than once."""

    by_names: dict[frozenset[str], list[Crossing]]

    @classmethod
    def of(cls, crossings: Iterable[Crossing]) -> Crossings:
        """Every crossing, those of two roads in the order given."""
        by_names: dict[frozenset[str], list[Crossing]] = {}
        for crossing in crossings:
            by_names.setdefault(frozenset((crossing.first, crossing.second)), []).append(crossing)
        return cls(by_names)

    def find(self, names: NameBook, pieces: Sequence[str]) -> Sequence[Crossing]:
        """Where the roads meet that two pieces of a text end with; empty where they do not."""
        roads = [_road_at_end(names, piece) for piece in pieces]
        return self.by_names.get(frozenset(roads), ())


def roads_named(names: NameBook, pieces: Iterable[str]) -> list[Name]:
    """The roads of the gazetteer that pieces of a text end with."""
    return [
        name
        for piece in pieces
        for name in names.get(_road_at_end(names, piece))
        if name.kind == "place"
    ]


def _road_at_end(names: NameBook, piece: str) -> str:
    """The road that a piece ends with, without the town before it."""
    for mention in names.exact(piece):
        if mention.end == len(piece) and mention.name.kind in ("place", "alias"):
            return mention.name.form
    return piece
