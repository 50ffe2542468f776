"""Finds names that are written with a mistake: through keys that a name shares with its slips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gisgrid.address.sounds import folded

__all__ = ["LONGEST", "Hits", "MistakeIndex", "Room", "near_keys", "wide_keys"]

LONGEST = 10
"""Longer names are found exactly only."""

_MOST_HITS = 20_000


@dataclass(frozen=True, slots=True)
class Room:
    """Where a misspelt name may stand in a text; each a set of bits, one a character.

    Attributes
    ----------
    free : int
        The characters that it may hold.
    starts, ends : int
        The characters before which something begins, and before which something ends.
    """

    free: int
    starts: int
    ends: int

    def pieces(self) -> list[tuple[int, int]]:
        """The pieces that begin where something begins, or end where something ends; sorted."""
        found: set[tuple[int, int]] = set()
        for at in range(self.free.bit_length() + 1):
            if self.ends >> at & 1:
                start = at - 1
                while start >= 0 and at - start <= LONGEST + 1 and self.free >> start & 1:
                    found.add((start, at))
                    start -= 1
            if self.starts >> at & 1:
                end = at
                while end - at <= LONGEST and self.free >> end & 1:
                    end += 1
                    found.add((at, end))
        return sorted((start, end) for start, end in found if end - start > 1)


@dataclass(frozen=True, slots=True)
class Hits:
    """Pieces of a text that share a key with a form.

    Attributes
    ----------
    pieces : list of (int, int)
    form : int64 array
        Position of the form.
    starts, ends : bool array
        Whether the piece begins where something begins, and ends where something ends.
    """

    pieces: list[tuple[int, int]]
    form: NDArray[np.int64]
    starts: NDArray[np.bool_]
    ends: NDArray[np.bool_]


class MistakeIndex:
    """Forms by the keys that they share with texts a mistake away.

    Parameters
    ----------
    forms : sequence of str
    keys_of : callable
        Gives the keys of a form or of a piece of text, as hashes.
    """

    # Hashes of one process only: sorted arrays of them take a tenth of a dictionary of strings.
    def __init__(self, forms: Sequence[str], keys_of: Callable[[str], set[int]]) -> None:
        self._keys_of = keys_of
        hashes: list[int] = []
        counts = np.zeros(len(forms), dtype=np.int64)
        for position, form in enumerate(forms):
            if len(form) <= LONGEST:
                keys = keys_of(form)
                counts[position] = len(keys)
                hashes += keys
        keyed = np.array(hashes, dtype=np.int64)
        order = np.argsort(keyed)
        self._keys = keyed[order]
        self._form = np.repeat(np.arange(len(forms), dtype=np.int32), counts)[order]

    def hits(self, text: str, room: Room) -> Hits:
        """Every form that shares a key with a piece of a text; each pair once, by the piece."""
        pieces = room.pieces()
        keys = [self._keys_of(text[start:end]) for start, end in pieces]
        asked = np.array([key for each in keys for key in each], dtype=np.int64)
        piece = np.repeat(np.arange(len(keys)), [len(each) for each in keys])
        low = self._keys.searchsorted(asked)
        counts = self._keys.searchsorted(asked, side="right") - low
        here = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        pairs = np.repeat(piece, counts)[:_MOST_HITS] * (len(self._keys) + 1)
        at, form = np.divmod(np.unique(pairs + self._form[here[:_MOST_HITS]]), len(self._keys) + 1)
        starts = np.array([room.starts >> start & 1 for start, _ in pieces], dtype=np.bool_)
        ends = np.array([room.ends >> end & 1 for _, end in pieces], dtype=np.bool_)
        return Hits([pieces[i] for i in at.tolist()], form, starts[at], ends[at])


def near_keys(form: str) -> set[int]:
    """Keys shared by forms one character apart, and by those that sound the same."""
    keys = {hash(form), hash(" ".join(map(folded, form)))}
    if len(form) > 2:
        keys.update(hash(form[:i] + form[i + 1 :]) for i in range(len(form)))
    return keys


def wide_keys(form: str) -> set[int]:
    """Keys shared by forms whose sounds are one syllable apart."""
    sounds = [folded(c) for c in form]
    keys = {hash(" ".join(sounds))}
    for i in range(len(form)):
        # The gap is marked: two characters would else leave one, which thousands of names have.
        gap = ["?"] if len(form) == 2 else []
        keys.add(hash(" ".join(sounds[:i] + gap + sounds[i + 1 :])))
    return keys
