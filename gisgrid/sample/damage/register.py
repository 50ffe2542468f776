"""What a person of the district knows: every address, and every name it goes by."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from gisgrid.sample.damage.characters import SHAPES, SOUNDS
from gisgrid.sample.damage.saying import (
    CITY,
    DISTRICT,
    Place,
    Saying,
    split_name,
    split_town,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Register", "slips"]

_NONE: Final = -1


def slips(meant: str, said: str) -> int:
    """The fewest slips that make one name of another.

    One for a character that is missing or too many, or mistaken for one that looks or sounds like
    it; two for one in the place of any other.
    """
    row = list(range(len(said) + 1))
    for i, right in enumerate(meant, start=1):
        before, row = row, [i]
        alike = SHAPES.get(right, "") + SOUNDS.get(right, "")
        for j, wrong in enumerate(said, start=1):
            swapped = before[j - 1] + (0 if wrong == right else 1 if wrong in alike else 2)
            row.append(min(before[j] + 1, row[j - 1] + 1, swapped))
    return row[-1]


class Register:
    """Addresses by their parts, and which of them a damaged one could be.

    Parameters
    ----------
    addresses : pandas.DataFrame
        ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate``, as the sample's.
    aliases : pandas.DataFrame
        ``name``, ``means``, ``kind``, as the sample's.
    """

    def __init__(self, addresses: pd.DataFrame, aliases: pd.DataFrame) -> None:
        own = addresses["road"].where(addresses["road"].notna(), addresses["estate"]).astype(str)
        lane, number, building = (
            addresses[part].fillna("").astype(str) for part in ("lane", "number", "building")
        )
        tail = (own + lane + number + building).str.len().to_numpy(dtype=np.int64)
        text = addresses["address"].tolist()
        head = len(CITY + DISTRICT)
        towns = [whole[head : len(whole) - end] for whole, end in zip(text, tail, strict=True)]
        self.town, found = pd.factorize(np.array(towns, dtype=object))
        self.towns: list[str] = [str(town) for town in found]
        self.lane, self.number, self.building = map(_digits, (lane, number, building))
        self.name, names = pd.factorize(own.to_numpy(dtype=object))
        self.names: list[str] = [str(name) for name in names]
        self.old = self._other(aliases, "old-name", own)
        starts = pd.Series([CITY + DISTRICT + town for town in towns]) + own.to_numpy() + lane.array
        self.estate = self._other(aliases, "estate", starts.where(self.lane > 0))
        self._sort_ways()

    def __len__(self) -> int:
        return len(self.name)

    def _other(self, aliases: pd.DataFrame, kind: str, means: pd.Series) -> NDArray[np.int64]:
        """Codes of the other names of one kind, or -1."""
        chosen = aliases[aliases["kind"] == kind]
        codes = pd.Series(
            np.arange(len(self.names), len(self.names) + len(chosen)), index=chosen["means"]
        )
        self.names += [str(name) for name in chosen["name"]]
        found: NDArray[np.int64] = (
            means.map(codes).astype("float64").fillna(_NONE).to_numpy().astype(np.int64)
        )
        return found

    def _sort_ways(self) -> None:
        """Every way to name an address, sorted by its numbers."""
        rows = np.arange(len(self), dtype=np.int64)
        by_estate, by_old = rows[self.estate != _NONE], rows[self.old != _NONE]
        row = np.concatenate([rows, by_old, by_estate])
        name = np.concatenate([self.name, self.old[by_old], self.estate[by_estate]])
        lane = np.concatenate([self.lane, self.lane[by_old], np.zeros_like(by_estate)])
        key = _packed(lane, self.number[row], self.building[row])
        order = np.argsort(key, kind="stable")
        self._key, self._row, self._way = key[order], row[order], name[order]

    @cached_property
    def _stems(self) -> list[str]:
        return [split_name(name)[0] for name in self.names]

    @cached_property
    def _known(self) -> tuple[frozenset[str], frozenset[str]]:
        """All names, and all names without their last words."""
        return frozenset(self.names) | set(self.towns), frozenset(self._stems)

    def plain(self, row: int) -> Saying:
        """An address as it should be said."""
        town, town_suffix = split_town(self.towns[self.town[row]])
        stem, suffix = split_name(self.names[self.name[row]])
        lane, number, building = (
            str(part[row] or "") for part in (self.lane, self.number, self.building)
        )
        return Saying(CITY, DISTRICT, town, town_suffix, stem, suffix, lane, number, building)

    def place(self, row: int) -> Place:
        """What else is true of an address."""
        old, estate = (
            self.names[codes[row]] if codes[row] != _NONE else ""
            for codes in (self.old, self.estate)
        )
        return Place(self.towns[self.town[row]], old, estate, self.towns)

    def others(self, said: Saying, row: int, name: str) -> str:
        """Why ``said`` does not lead to the address ``row`` alone, which was called ``name``.

        Returns
        -------
        str
            ``another-name``: what became of the name is the name of something else.
            ``another-address``: no more slips than those that were made lead to another one.
            Nothing where it is plain.
        """
        short = not said.suffix
        written = said.stem + said.suffix
        own = slips(split_name(name)[0] if short else name, written)
        if own and written in self._known[1 if short else 0]:
            return "another-name"
        limit = own + self._town_slips(said, row)
        rivals = [said]
        if run_together := said.head:
            rivals.append(replace(said, town="", stem=run_together + said.stem))
        if any(self._leads_elsewhere(one, row, limit) for one in rivals):
            return "another-address"
        return ""

    def _leads_elsewhere(self, said: Saying, row: int, limit: int) -> bool:
        """Whether no more slips than ``limit`` lead to another address than ``row``."""
        written = said.stem + said.suffix
        rows, ways = self._bearers(said)
        texts = self.names if said.suffix else self._stems
        spellings = {int(way): texts[way] for way in np.unique(ways)}
        near = process.extract(
            written, spellings, scorer=Levenshtein.distance, score_cutoff=limit, limit=None
        )
        for text, _, way in near:
            cost = slips(text, written)
            for other in rows[ways == way].tolist() if cost <= limit else ():
                if other != row and cost + self._town_slips(said, other) <= limit:
                    return True
        return False

    def nearest(self, said: Saying) -> int:
        """The slips to the nearest name that bears the numbers; 99 and more if none does."""
        written = said.stem + said.suffix
        _, ways = self._bearers(said)
        return min(
            (slips(self.names[way], written) for way in np.unique(ways).tolist()), default=99
        )

    def _bearers(self, said: Saying) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and names of the ways that bear the numbers, however they may be taken."""
        lane, number, building = (
            int(digits or 0) for digits in (said.lane, said.number, said.building)
        )
        readings = [(lane, number, building)]
        if lane and said.lane_word != "弄" and not said.number_word:
            readings.append((0, lane, number))
        spans = []
        for parts in readings:
            key = _packed(*(np.array([part]) for part in parts))
            spans.append(
                slice(
                    int(np.searchsorted(self._key, key[0])),
                    int(np.searchsorted(self._key, key[0], side="right")),
                )
            )
        return (
            np.concatenate([self._row[span] for span in spans]),
            np.concatenate([self._way[span] for span in spans]),
        )

    def _town_slips(self, said: Saying, row: int) -> int:
        if not said.town:
            return 0
        town = self.towns[self.town[row]]
        right = town if said.town_suffix else split_town(town)[0]
        return int(said.town + said.town_suffix != right)


def _digits(words: pd.Series) -> NDArray[np.int64]:
    """The number in 288弄, 12号, 3幢; 0 where there is none."""
    found: NDArray[np.int64] = (
        words.str.slice(0, -1).replace("", "0").to_numpy(dtype=object).astype(np.int64)
    )
    return found


def _packed(
    lane: NDArray[np.int64], number: NDArray[np.int64], building: NDArray[np.int64]
) -> NDArray[np.int64]:
    """One number of the three."""
    packed: NDArray[np.int64] = (lane << 40) | (number << 20) | building
    return packed
