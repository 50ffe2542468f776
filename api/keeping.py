"""Keeping what is costly to make: bounded, and made once however many ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


class _Entry(Generic[T]):
    def __init__(self) -> None:
        self.lock = Lock()
        self.value: T | None = None


class Kept(Generic[T]):
    """The values asked for last, each made under a lock of its own key.

    A key names the revision that its value was made from, so nothing here is ever stale: what
    is no longer asked for falls out.

    Parameters
    ----------
    size : int
        Most values to keep.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not kept; an error of ``make`` keeps nothing."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
        with entry.lock:
            if entry.value is None:
                entry.value = make()
            return entry.value

    def __len__(self) -> int:
        return len(self._entries)
