"""The addresses that a name leads to, given the numbers that were read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gisgrid.address.components import Numbers
from gisgrid.address.gazetteer import Gazetteer
from gisgrid.address.names import KINDS, Mention, Name
from gisgrid.address.rows import Asked

__all__ = ["Way", "Ways"]

_SHORT = 3
_ALIAS, _AREA, _OWN = (KINDS.index(kind) for kind in ("alias", "area", "own"))
_NOWHERE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Way:
    """Addresses that a name leads to.

    Attributes
    ----------
    mention : Mention
    at : int64 array
        Positions in the sorted rows.
    asked : Asked
        The numbers, with the lane that an alias brings.
    """

    mention: Mention
    at: NDArray[np.int64]
    asked: Asked

    @property
    def is_plain(self) -> bool:
        """Whether the name stands in the text as it should be, and whole."""
        return self.mention.mistake == "exact" and not self.mention.name.stem

    @property
    def how(self) -> tuple[str, ...]:
        """What the mention itself says for or against it."""
        name, mistake = self.mention.name, self.mention.mistake
        if name.kind == "unit":
            return ("unit",)
        how: tuple[str, ...] = () if name.stem and mistake == "exact" else (mistake,)
        if name.stem:
            how = ("stem", *how)
        elif mistake != "exact" and len(name.form) <= _SHORT:
            how = (*how, "short")
        return how if name.kind == "place" else ("alias", *how)


@dataclass
class Ways:
    """Looks up the addresses of names with the numbers of one reading, each name once."""

    book: Gazetteer
    asked: Asked
    _known: dict[tuple[str, int], tuple[NDArray[np.int64], Asked]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Gazetteer, numbers: Numbers) -> Ways:
        """With a reading's numbers; those that no address bears are kept apart from none."""
        lane = f"{numbers.lane}/{numbers.branch}" if numbers.branch else numbers.lane
        token = book.tokens.get
        asked = Asked(token(lane, -1), token(numbers.number, -1), token(numbers.building, -1))
        return cls(book, asked)

    @property
    def none(self) -> bool:
        """Whether a lane or a number was read that no address bears."""
        return self.asked.lane < 0 or self.asked.number < 0

    def lead(self, names: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which names, by number, lead to any address, or to a town or the district itself."""
        book, asked = self.book, self.asked
        kinds, keys = book.names.kinds[names], book.names.keys[names].astype(np.int64)
        lanes = np.full(len(keys), asked.lane)
        aliases = kinds == _ALIAS
        targets = keys[aliases]
        keys[aliases] = book.target_places[targets]
        brought = book.target_lanes[targets]
        lanes[aliases] = np.where(brought, brought, asked.lane)
        place = book.rows.any_of_names(keys, lanes, asked.number)
        leads: NDArray[np.bool_] = place | (kinds == _AREA) | (kinds == _OWN)
        return leads

    def way(self, mention: Mention) -> Way:
        """The addresses of a name that was found in the text."""
        return Way(mention, *self._rows(mention.name))

    def _rows(self, name: Name) -> tuple[NDArray[np.int64], Asked]:
        known = self._known.get((name.kind, name.key))
        if known is None:
            known = self._known[name.kind, name.key] = self._look_up(name)
        return known

    def _look_up(self, name: Name) -> tuple[NDArray[np.int64], Asked]:
        rows, asked = self.book.rows, self.asked
        if name.kind == "place":
            return rows.of_name(name.key, asked), asked
        if name.kind == "unit":
            return rows.of_unit(name.key, asked), asked
        if name.kind != "alias":
            return _NOWHERE, asked
        target = self.book.targets[name.key]
        if target.lane and asked.lane not in (0, target.lane):
            return _NOWHERE, asked
        asked = Asked(target.lane or asked.lane, asked.number, asked.building)
        at = rows.of_name(target.place, asked)
        return (at if target.town < 0 else at[rows.town[at] == target.town]), asked
