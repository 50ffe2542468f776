"""The values that matching takes and gives: divisions, aliases, candidates, answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gisgrid.address.components import Reading

__all__ = ["Alias", "Candidate", "Crossing", "Division", "Match", "Status", "Suggestion"]

Status = Literal["found", "ambiguous", "unknown", "outside"]


@dataclass(frozen=True, slots=True)
class Division:
    """A town (``area``), or a village or residents' committee (``unit``) of the district."""

    code: str
    name: str
    level: Literal["area", "unit"]
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name, and the standard text that it stands for.

    ``means`` is a road (``白银路``), or the beginning of standard addresses
    (``上海市嘉定区马陆镇沐峰路6弄``).
    """

    name: str
    means: str
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two named roads meet; degrees."""

    first: str
    second: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A standard address that may be the one meant.

    Attributes
    ----------
    row : int
        Position among the addresses that the book was built from; -1 for a crossing.
    id : int
        Its id as given to the book; -1 for a crossing.
    text : str
        The standard text.
    lon, lat : float
        Degrees, in the CRS that the book was built with.
    score : float
        The probability that this one is meant, from 0 to 1.
    notes : tuple of str
        How it differs from what was asked: ``name-by-sound``, ``wrong-town``, ...
    """

    row: int
    id: int
    text: str
    lon: float
    lat: float
    score: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The answer to one text.

    Attributes
    ----------
    status : {"found", "ambiguous", "unknown", "outside"}
    text : str
        The text as it was read (normal form).
    reading : Reading or None
        The reading that the best candidate came from, else the plainest one.
    candidates : tuple of Candidate
        Best first.
    reason : str
        Empty when it was found. ``ambiguous``: ``many`` are as likely, ``unsure`` of the best,
        ``no-number`` was said, ``near`` (旁, 对面: the place is not the address). ``unknown``:
        ``no-such-number``, ``no-such-name``, ``no-such-crossing``, ``empty``. ``outside``:
        ``other-district``.
    """

    status: Status
    text: str
    reading: Reading | None
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of autocomplete.

    Attributes
    ----------
    text : str
        What the search box should hold when this line is chosen.
    kind : {"name", "alias", "division", "lane", "address"}
    town : str
        The town it lies in, where that is one; else empty.
    row : int
        The address, for kind ``address``; else -1.
    """

    text: str
    kind: str
    town: str = ""
    row: int = -1
