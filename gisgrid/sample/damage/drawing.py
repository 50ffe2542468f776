"""Drawing damaged addresses that a person of the district could still tell."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gisgrid.sample.damage.characters import FORMAL_NUMERALS, NUMERALS
from gisgrid.sample.damage.register import Register
from gisgrid.sample.damage.ways import CHANGING, CONTRADICTIONS, HARMLESS, pick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gisgrid.sample.damage.saying import Saying

__all__ = ["KINDS", "Adversary", "damaged"]

KINDS: Final = (*CHANGING, *HARMLESS)
"""The names of the ways, in the order in which they are done."""

_TRIES: Final = 200
_NUMERALS: Final = NUMERALS | FORMAL_NUMERALS


def damaged(
    addresses: pd.DataFrame,
    aliases: pd.DataFrame,
    count: int,
    rng: np.random.Generator,
    *,
    most: int = 3,
) -> pd.DataFrame:
    """Damage addresses in one to ``most`` ways each.

    Parameters
    ----------
    addresses : pandas.DataFrame
        ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate``, as the sample's.
    aliases : pandas.DataFrame
        ``name``, ``means``, ``kind``, as the sample's.
    count : int
        How many.
    rng : numpy.random.Generator
    most : int
        The most ways on one text, 1 to 3; every number of them is as likely.

    Returns
    -------
    pandas.DataFrame
        ``text``; ``truth``, the row of the address by position; ``kinds``, a tuple of names out
        of `KINDS`.
    """
    return Adversary(addresses, aliases).draw(count, rng, most=most)


@cache
def _combinations(size: int) -> tuple[tuple[str, ...], ...]:
    """The sets of ways that do not contradict."""
    return tuple(
        kinds
        for kinds in combinations(KINDS, size)
        if not any(frozenset(pair) in CONTRADICTIONS for pair in combinations(kinds, 2))
    )


class Adversary:
    """Damages addresses, and counts what it drew again.

    Attributes
    ----------
    drawn_again : Counter of str
        Texts that were thrown away, by reason: ``another-name``, ``another-address``,
        ``numerals-touch``, ``unchanged``.
    """

    def __init__(self, addresses: pd.DataFrame, aliases: pd.DataFrame) -> None:
        self._register = Register(addresses, aliases)
        self._standard = addresses["address"]
        self._pools: dict[frozenset[str], NDArray[np.int64]] = {}
        self.drawn_again: Counter[str] = Counter()

    def draw(self, count: int, rng: np.random.Generator, *, most: int = 3) -> pd.DataFrame:
        """Draw ``count`` texts: see `damaged`."""
        rows = [self._one(rng, most) for _ in range(count)]
        return pd.DataFrame(rows, columns=["text", "truth", "kinds"])

    def _one(self, rng: np.random.Generator, most: int) -> tuple[str, int, tuple[str, ...]]:
        while True:
            kinds = pick(rng, _combinations(int(rng.integers(1, most + 1))))
            pool = self._pool(kinds)
            for _ in range(_TRIES if len(pool) else 0):
                row = int(pool[int(rng.integers(len(pool)))])
                text = self._damage(row, kinds, rng)
                if text is not None:
                    return text, row, kinds

    def _pool(self, kinds: tuple[str, ...]) -> NDArray[np.int64]:
        """Rows on which these ways can be done."""
        book = self._register
        fit = {"old-name": book.old >= 0, "estate-name": book.estate >= 0,
               "missing-lane-word": book.lane > 0}  # fmt: skip
        asked = frozenset(kinds) & set(fit)
        if asked not in self._pools:
            every = np.ones(len(book), dtype=np.bool_)
            self._pools[asked] = np.flatnonzero(
                np.logical_and.reduce([every, *(fit[kind] for kind in asked)])
            )
        return self._pools[asked]

    def _damage(self, row: int, kinds: Sequence[str], rng: np.random.Generator) -> str | None:
        said, place = self._register.plain(row), self._register.place(row)
        for kind in kinds:
            if kind not in CHANGING:
                continue
            after = CHANGING[kind](said, place, rng)
            if after is None:
                return None
            said = after
        name = self._name_used(row, kinds)
        if why := self._register.others(said, row, name) or _touching(said, kinds):
            self.drawn_again[why] += 1
            return None
        for kind in kinds:
            if kind in HARMLESS:
                after = HARMLESS[kind](said, place, rng)
                if after is None:
                    return None
                said = after
        text = said.text()
        if text == self._standard.iloc[row]:
            self.drawn_again["unchanged"] += 1
            return None
        return text

    def _name_used(self, row: int, kinds: Sequence[str]) -> str:
        book = self._register
        codes = book.old if "old-name" in kinds else book.name
        code = (book.estate if "estate-name" in kinds else codes)[row]
        return book.names[int(code)]


def _touching(said: Saying, kinds: Sequence[str]) -> str:
    """联一 and 一百五十一号 written together can be parted in two ways."""
    touches = not said.suffix and said.stem[-1] in _NUMERALS
    return "numerals-touch" if touches and "chinese-digits" in kinds else ""
