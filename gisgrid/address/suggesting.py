"""Autocomplete for a search box: names by Chinese or by pinyin, then lanes and numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gisgrid.address.gazetteer import Gazetteer
from gisgrid.address.names import Mention, Name
from gisgrid.address.records import Suggestion
from gisgrid.address.rows import Asked
from gisgrid.address.sounds import letters

__all__ = ["Suggester"]

_TYPED = re.compile(r"(?P<words>.*?\D)(?:(?P<lane>\d+)弄)?(?P<digits>\d*)号?", re.DOTALL)
_LATIN = re.compile(r"[a-z' ]+", re.IGNORECASE)
_MOST_LOOKED_AT = 2_000
_ANY = Asked(0, 0, 0)
_KINDS = {"place": "name", "alias": "alias", "area": "division", "unit": "division"}


class Suggester:
    """Completes what is typed into a search box.

    Parameters
    ----------
    gazetteer : Gazetteer
    texts : pyarrow.StringArray
        The standard texts.
    """

    def __init__(self, gazetteer: Gazetteer, texts: pa.Array) -> None:
        self._gazetteer = gazetteer
        self._texts = texts
        shown = [n for n in gazetteer.names.whole() if n.kind in _KINDS]
        self._chinese = _Prefixes([(n.form, n) for n in shown])
        self._pinyin = _Prefixes(
            [("".join(letters(c) for c in n.form), n) for n in shown]
            + [("".join(letters(c)[:1] for c in n.form), n) for n in shown]
        )
        self._number_texts = list(gazetteer.tokens)

    def suggest(self, text: str, limit: int) -> list[Suggestion]:
        """Complete a normal text; the shortest names first, numbers in their order."""
        if not text:
            return []
        if _LATIN.fullmatch(text):
            typed = re.sub(r"[' ]", "", text).lower()
            return self._of_names(self._pinyin.starting(typed, limit), "")
        typed_numbers = _TYPED.fullmatch(text)
        if typed_numbers and (typed_numbers["digits"] or typed_numbers["lane"]):
            return self._numbers(typed_numbers, limit)
        return self._words(text, limit)

    def _words(self, text: str, limit: int) -> list[Suggestion]:
        """Names that begin as the end of the text does, after the divisions it names."""
        mentions = self._gazetteer.names.exact(text)
        at = 0
        for mention in mentions:
            leads_on = mention.name.kind in ("own", "area") and mention.end < len(text)
            if mention.start == at and leads_on:
                at = mention.end
        found = self._of_names(self._chinese.starting(text[at:], limit), text[:at])
        last = _place_at_end(mentions, len(text))
        if last is not None and len(found) < limit:
            found += self._lanes_and_numbers(last, text, 0, "", limit - len(found))
        return found

    def _of_names(self, names: Sequence[Name], before: str) -> list[Suggestion]:
        found: dict[str, Suggestion] = {}
        for name in names:
            suggestion = Suggestion(before + name.form, _KINDS[name.kind], self._town(name))
            found.setdefault(suggestion.text, suggestion)
        return list(found.values())

    def _town(self, name: Name) -> str:
        """The town of a name where it lies in one."""
        rows = self._gazetteer.rows
        if name.kind == "unit":
            parent = self._gazetteer.divisions[name.key].parent
            return next((d.name for d in self._gazetteer.divisions if d.code == parent), "")
        if name.kind == "area":
            return ""
        key = self._gazetteer.targets[name.key].place if name.kind == "alias" else name.key
        towns = np.unique(rows.town[rows.of_name(key, _ANY)[:_MOST_LOOKED_AT]])
        only = len(towns) == 1 and towns[0] >= 0
        return self._gazetteer.divisions[int(towns[0])].name if only else ""

    def _numbers(self, typed: re.Match[str], limit: int) -> list[Suggestion]:
        words = typed["words"]
        last = _place_at_end(self._gazetteer.names.exact(words), len(words))
        if last is None:
            return []
        lane = self._gazetteer.tokens.get(typed["lane"] or "", -1)
        return self._lanes_and_numbers(last, words, lane, typed["digits"], limit)

    def _lanes_and_numbers(
        self, name: Name, words: str, lane: int, digits: str, limit: int
    ) -> list[Suggestion]:
        rows = self._gazetteer.rows
        key = name.key
        inside = lane
        if name.kind == "alias":
            target = self._gazetteer.targets[key]
            key, inside = target.place, target.lane or lane
        at = rows.of_name(key, Asked(inside, 0, 0))[:_MOST_LOOKED_AT]
        found = []
        if not inside:
            found = [
                Suggestion(f"{words}{text}弄", "lane")
                for text in self._starting(rows.lanes(at), digits)
            ][: limit // 2]
            at = at[rows.lanes(at) == 0]
        for position in self._by_number(at, digits)[: limit - len(found)]:
            row = int(rows.row[position])
            found.append(Suggestion(self._texts[row].as_py(), "address", row=row))
        return found

    def _starting(self, tokens: NDArray[np.int64], digits: str) -> list[str]:
        texts = {self._number_texts[t] for t in np.unique(tokens).tolist() if t}
        return sorted((t for t in texts if t.startswith(digits)), key=_natural)

    def _by_number(self, at: NDArray[np.int64], digits: str) -> list[int]:
        numbers = [self._number_texts[t] for t in self._gazetteer.rows.numbers(at).tolist()]
        named = zip(numbers, at.tolist(), strict=True)
        fitting = sorted((_natural(n), position) for n, position in named if n.startswith(digits))
        return [position for _, position in fitting]


class _Prefixes:
    """Sorted keys, so that those with a prefix stand together."""

    def __init__(self, named: Sequence[tuple[str, Name]]) -> None:
        ordered = sorted(named, key=lambda pair: pair[0])
        self._keys = [key for key, _ in ordered]
        self._names = [name for _, name in ordered]

    def starting(self, prefix: str, limit: int) -> list[Name]:
        """Names whose key has the prefix: exact ones first, then the shortest."""
        low = bisect_left(self._keys, prefix)
        high = bisect_left(self._keys, prefix + "\U0010ffff", lo=low)
        high = min(high, low + _MOST_LOOKED_AT)
        order = sorted(range(low, high), key=lambda i: (len(self._keys[i]), self._keys[i]))
        return list(dict.fromkeys(self._names[i] for i in order))[:limit]


def _place_at_end(mentions: Sequence[Mention], end: int) -> Name | None:
    """The road, estate or alias that ends the words."""
    for mention in mentions:
        if mention.end == end and mention.name.kind in ("place", "alias") and not mention.name.stem:
            return mention.name
    return None


def _natural(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    return (int(digits.group()[:18]) if digits else -1, number)
