"""Reading and matching Chinese addresses: text in, records out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.records import Alias, Candidate, Crossing, Division, Match, Suggestion

if TYPE_CHECKING:
    from gisgrid.address.book import AddressBook

__all__ = [
    "AddressBook",
    "Alias",
    "Candidate",
    "Crossing",
    "Division",
    "Match",
    "Numbers",
    "Reading",
    "Suggestion",
]


def __getattr__(name: str) -> Any:
    """The book, at its first use: pyarrow comes with it."""
    if name != "AddressBook":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gisgrid.address.book import AddressBook

    return AddressBook
