"""Reads the standard addresses themselves: 300,000 a second, by columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from gisgrid.address.rows import IntArray
from gisgrid.address.standard import standard

__all__ = ["Standards", "Towns"]

_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Towns:
    """Finds the town in the words of a standard address.

    Parameters
    ----------
    names : sequence of str
    """

    def __init__(self, names: Sequence[str]) -> None:
        forms = {name: key for key, name in reversed(list(enumerate(names)))}
        self._forms = forms
        ordered = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def split(self, words: str) -> tuple[str, int, str]:
        """What stands before the town, the town (-1: none is named), and what follows it."""
        found = self._pattern.search(words) if self._pattern else None
        if found is None or found.end() == len(words):
            return "", -1, words
        return words[: found.start()], self._forms[found.group()], words[found.end() :]


@dataclass(frozen=True)
class Standards:
    """The parts of many standard addresses.

    Attributes
    ----------
    places : list of str
        Each road, village or estate once.
    place : int32 array (n,)
        Position in ``places``; -1 where a text has no Chinese words.
    town : int32 array (n,)
        -1 where none is named.
    number, lane, building : int32 arrays (n,)
        Tokens; 0 where there is none, -1 where a given vocabulary lacks it.
    tokens : dict
        Number text to token.
    prefix : str
        What most of the addresses begin with before the town.
    """

    places: list[str]
    place: IntArray
    town: IntArray
    number: IntArray
    lane: IntArray
    building: IntArray
    tokens: dict[str, int]
    prefix: str

    @classmethod
    def read(cls, texts: Any, towns: Towns, tokens: dict[str, int] | None = None) -> Standards:
        """Read texts; with ``tokens``, numbers that it lacks become -1."""
        parts = standard(texts)
        words = parts.names
        of_row = words.indices.to_numpy()
        splits = [towns.split(w) for w in words.dictionary.to_pylist()]
        prefix = _commonest_beginning(splits, np.bincount(of_row, minlength=len(splits)))
        names = [after.removeprefix(prefix) for _, _, after in splits]
        places = list(dict.fromkeys(name for name in names if _CHINESE.search(name)))
        position = {name: i for i, name in enumerate(places)}
        place = np.array([position.get(name, -1) for name in names], dtype=np.int32)
        town = np.array([town for _, town, _ in splits], dtype=np.int32)
        known = tokens is not None
        vocabulary = {"": 0} if tokens is None else tokens
        branched = pc.binary_join_element_wise(parts.lane, parts.branch, "/")
        lane = pc.if_else(pc.equal(parts.branch, ""), parts.lane, branched)
        return cls(
            places=places,
            place=place[of_row],
            town=town[of_row],
            number=_tokens(parts.number, vocabulary, known),
            lane=_tokens(lane, vocabulary, known),
            building=_tokens(parts.building, vocabulary, known),
            tokens=vocabulary,
            prefix=prefix,
        )


def _commonest_beginning(splits: Sequence[tuple[str, int, str]], counts: NDArray[np.int64]) -> str:
    """What stands before the town in most addresses."""
    beginnings: Counter[str] = Counter()
    for (before, town, _), count in zip(splits, counts.tolist(), strict=True):
        if town >= 0:
            beginnings[before] += count
    return beginnings.most_common(1)[0][0] if beginnings else ""


def _tokens(column: Any, vocabulary: dict[str, int], known: bool) -> IntArray:
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    if known:
        of_text = [vocabulary.get(text, -1) for text in texts]
    else:
        of_text = [vocabulary.setdefault(text, len(vocabulary)) for text in texts]
    tokens: IntArray = np.array(of_text, dtype=np.int32)[encoded.indices.to_numpy()]
    return tokens
