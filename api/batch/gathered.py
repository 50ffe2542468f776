"""What a batch asks for, gathered part by part as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from api.addresses.models import LONGEST_TEXT
from api.batch.asked import NO_POINT, Asked, AskedAddresses
from gisgrid.store.drafts.fields import storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["GatheredAddresses", "GatheredPoints"]

_NONE: Final[Mapping[int, str]] = {}


class GatheredPoints:
    """Points from two columns of numbers."""

    columns: Final = ("lon", "lat")

    def __init__(self) -> None:
        self._parts: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = ([], [])
        self._faults: dict[int, str] = {}
        self._taken = 0

    def add(
        self, x: NDArray[np.float64], y: NDArray[np.float64], bad: Mapping[int, str] = _NONE
    ) -> None:
        """Take some rows; ``bad`` says by position which cannot be read, and why."""
        for part, values in zip(self._parts, (x, y), strict=True):
            part.append(values)
        lacking = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y))).tolist()
        self._faults |= {self._taken + row: bad.get(row, NO_POINT) for row in lacking}
        self._taken += len(x)

    def asked(self, ids: list[str] | None = None) -> Asked:
        """All of them."""
        x, y = (np.concatenate(part) if part else np.empty(0) for part in self._parts)
        return Asked(x, y, self._faults, ids)


class GatheredAddresses:
    """Texts from one column."""

    columns: Final = ("address",)

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._faults: dict[int, str] = {}

    def add(self, values: Iterable[object], bad: Mapping[int, str] = _NONE) -> None:
        """Take some rows; ``bad`` says by position which cannot be read, and why."""
        for row, value in enumerate(values):
            fault = bad.get(row) or _fault(value)
            if fault:
                self._faults[len(self._texts)] = fault
            self._texts.append("" if fault else str(value))

    def asked(self, ids: list[str] | None = None, at: str | None = None) -> AskedAddresses:
        """All of them."""
        return AskedAddresses(self._texts, self._faults, ids, at)


def _fault(value: object) -> str:
    """Why a value is no address; empty where it may be one."""
    if not isinstance(value, str):
        return "the address is not a text"
    if len(value) > LONGEST_TEXT:
        return f"the address is longer than {LONGEST_TEXT:,} letters"
    try:
        storable(value)
    except ValueError as error:
        return str(error)
    return ""
