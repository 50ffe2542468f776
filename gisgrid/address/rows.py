"""The standard addresses as sorted arrays: a look-up is a binary search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["AddressRows", "Asked"]

IntArray = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Asked:
    """The numbers of a reading as tokens: 0 not said, -1 said but borne by no address."""

    lane: int
    number: int
    building: int


@dataclass(frozen=True)
class AddressRows:
    """Addresses sorted by name, number, lane and building.

    Attributes
    ----------
    row : int32 array (n,)
        Position among the addresses as they were given.
    place : int64 array (n,)
        Name, number and lane in one: ``(name * tokens + number) * tokens + lane``.
    tokens : int
        One more than the largest token.
    building, town, unit : int32 arrays (n,)
        The token of the building, 0 where there is none; the named town, and the unit that owns
        the point, -1 where there is none.
    by_unit : int32 array (m,)
        Positions in the arrays above of the addresses with a unit, by unit and number.
    unit_first : int64 array (units + 1,)
        Where each unit's begin.
    """

    row: IntArray
    place: NDArray[np.int64]
    tokens: int
    building: IntArray
    town: IntArray
    unit: IntArray
    by_unit: IntArray
    unit_first: NDArray[np.int64]

    @classmethod
    def sort(
        cls,
        names: IntArray,
        numbers: tuple[IntArray, IntArray, IntArray],
        town: IntArray,
        unit: IntArray,
        *,
        tokens: int,
        units: int,
    ) -> AddressRows:
        """Sort addresses given by name, (number, lane, building), town and unit.

        Addresses without a name (-1) are left out.
        """
        number, lane, building = numbers
        place = (names.astype(np.int64) * tokens + number) * tokens + lane
        order = np.lexsort((building, place))
        order = order[np.searchsorted(names[order], 0) :]
        number, unit = number[order], unit[order]
        by_unit = np.lexsort((number, unit))
        by_unit = by_unit[np.searchsorted(unit[by_unit], 0) :]
        return cls(
            row=order.astype(np.int32),
            place=place[order],
            tokens=tokens,
            building=building[order],
            town=town[order],
            unit=unit,
            by_unit=by_unit.astype(np.int32),
            unit_first=np.searchsorted(unit[by_unit], np.arange(units + 1)),
        )

    def numbers(self, at: NDArray[np.int64] | IntArray) -> NDArray[np.int64]:
        """The numbers' tokens of some positions."""
        return self.place[at] // self.tokens % self.tokens

    def lanes(self, at: NDArray[np.int64] | IntArray) -> NDArray[np.int64]:
        """The lanes' tokens of some positions."""
        return self.place[at] % self.tokens

    def any_of_names(
        self, names: NDArray[np.int64], lanes: NDArray[np.int64], number: int
    ) -> NDArray[np.bool_]:
        """Whether each name has an address with its lane (0: any) and the number (0: any)."""
        tokens = self.tokens
        if not number:
            low, width = names * tokens * tokens, np.int64(tokens * tokens)
            return self.place.searchsorted(low) < self.place.searchsorted(low + width)
        low = (names * tokens + number) * tokens + lanes
        high = np.where(lanes > 0, low + 1, low + tokens)
        return self.place.searchsorted(low) < self.place.searchsorted(high)

    def of_name(self, name: int, asked: Asked) -> NDArray[np.int64]:
        """Positions of a name's addresses that bear every number that was asked."""
        if asked.lane < 0 or asked.number < 0:
            return np.empty(0, dtype=np.int64)
        low = (name * self.tokens + asked.number) * self.tokens
        width = self.tokens if asked.number else self.tokens * self.tokens
        if asked.number and asked.lane:
            low, width = low + asked.lane, 1
        first, last = self.place.searchsorted([low, low + width]).tolist()
        here = np.arange(first, last)
        if asked.lane and not asked.number:
            here = here[self.lanes(here) == asked.lane]
        return self._with_building(here, asked)

    def of_unit(self, unit: int, asked: Asked) -> NDArray[np.int64]:
        """Positions of the addresses in a unit that bear every number that was asked."""
        here = self.by_unit[int(self.unit_first[unit]) : int(self.unit_first[unit + 1])]
        if asked.number:
            number = self.numbers(here)
            low = number.searchsorted(asked.number, side="left")
            here = here[low : number.searchsorted(asked.number, side="right")]
        if asked.lane:
            here = here[self.lanes(here) == asked.lane]
        return self._with_building(here.astype(np.int64), asked)

    def _with_building(self, here: NDArray[np.int64], asked: Asked) -> NDArray[np.int64]:
        if asked.building and len(here):
            building = self.building[here]
            # A building beyond what the standard addresses tell apart matters as little as a room.
            if building.any():
                here = here[building == asked.building]
        return here
