"""The gazetteer: every name of the district, found in a text exactly or with a mistake."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gisgrid.address.misspelling import MistakeIndex, Room, near_keys, wide_keys
from gisgrid.address.mistakes import Mistake, mistake
from gisgrid.address.shapes import look_alike

__all__ = ["KINDS", "Kind", "Mention", "Name", "NameBook"]

Kind = Literal["place", "alias", "area", "unit", "own", "foreign"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""The kinds in the order of the codes that stand for them in arrays."""

_PLACE, _ALIAS, _AREA, _, _OWN, _ = range(len(KINDS))
_MOST_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Name:
    """A form of a name, and what it stands for.

    Attributes
    ----------
    form : str
    kind : {"place", "alias", "area", "unit", "own", "foreign"}
    key : int
        Which place, alias or division.
    stem : bool
        Whether the word for its kind (路, 新村) is left out.
    """

    form: str
    kind: Kind
    key: int
    stem: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text, from ``start`` up to ``end``."""

    start: int
    end: int
    name: Name
    mistake: Mistake = "exact"

    @property
    def mask(self) -> int:
        """The characters it covers, one bit each."""
        return (1 << self.end) - (1 << self.start)


class NameBook:
    """Names by their forms.

    Parameters
    ----------
    names : iterable of Name
        Forms of one character are left out: they are everywhere.

    Attributes
    ----------
    kinds : int8 array (n,)
        Positions in `KINDS`; a name's position in these arrays is its number.
    keys : int32 array (n,)
    stems : bool array (n,)
    """

    # Hundreds of thousands of small objects would slow every pass of the garbage collector, so
    # the names are kept in arrays.
    def __init__(self, names: Iterable[Name]) -> None:
        by_form: dict[str, list[Name]] = {}
        for name in names:
            if len(name.form) > 1:
                by_form.setdefault(name.form, []).append(name)
        ordered = [name for meanings in by_form.values() for name in meanings]
        self._forms = list(by_form)
        self._position = {form: i for i, form in enumerate(self._forms)}
        counts = [0, *(len(meanings) for meanings in by_form.values())]
        self._first = array("i", np.cumsum(counts).astype(np.int32).tobytes())
        self.kinds = np.array([KINDS.index(n.kind) for n in ordered], dtype=np.int8)
        self.keys = np.array([n.key for n in ordered], dtype=np.int32)
        self.stems = np.array([n.stem for n in ordered], dtype=np.bool_)
        self._lengths = _lengths(self._forms)
        self._whole_lengths = _lengths(form for form in self._forms if self._is_whole(form))
        self._near = MistakeIndex(self._forms, near_keys)

    @cached_property
    def _wide(self) -> MistakeIndex:
        return MistakeIndex(self._forms, wide_keys)

    def warm(self) -> None:
        """Make now what is else made when a text first needs it."""
        self._wide  # noqa: B018
        look_alike("白", "百")  # reads the table of shapes

    def __len__(self) -> int:
        return len(self._forms)

    def _name(self, number: int, form: str) -> Name:
        kind = KINDS[self.kinds[number]]
        return Name(form, kind, int(self.keys[number]), bool(self.stems[number]))

    def get(self, form: str) -> list[Name]:
        """What a form stands for; nothing when it is no name."""
        position = self._position.get(form)
        if position is None:
            return []
        numbers = range(self._first[position], self._first[position + 1])
        return [self._name(number, form) for number in numbers]

    def whole(self) -> Iterator[Name]:
        """Every name but the stems."""
        for form in self._forms:
            yield from (name for name in self.get(form) if not name.stem)

    def _is_whole(self, form: str) -> bool:
        position = self._position.get(form)
        if position is None:
            return False
        return not self.stems[self._first[position] : self._first[position + 1]].all()

    def longest(self, text: str, start: int) -> int:
        """Length of the longest whole name that begins at ``start``; 0 where none does."""
        for length in self._whole_lengths.get(text[start : start + 1], ()):
            if start + length <= len(text) and self._is_whole(text[start : start + length]):
                return length
        return 0

    def exact(self, text: str) -> list[Mention]:
        """The names in a text, without those inside a longer one; by their start."""
        found: list[Mention] = []
        reached = 0
        for start, character in enumerate(text):
            for length in self._lengths.get(character, ()):
                end = start + length
                if reached < end <= len(text) and text[start:end] in self._position:
                    found += [Mention(start, end, name) for name in self.get(text[start:end])]
                    reached = end
                    break
        return found

    def mistaken(
        self,
        text: str,
        room: Room,
        worth: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
        *,
        wide: bool = False,
    ) -> list[Mention]:
        """The names that a text holds with a mistake.

        Parameters
        ----------
        text : str
        room : Room
            Where they may stand. Places must end where something ends, and stems begin where
            something begins, too.
        worth : callable
            Which names, by number, are worth the comparison, which is what takes the time.
        wide : bool
            Also two mistakes, one of them by sound, and names without the word for their kind.
            Otherwise one mistake, or all of them by sound.

        Returns
        -------
        list of Mention
            Each name once, where the most of the text goes into it.
        """
        index = self._wide if wide else self._near
        hits = index.hits(text, room)
        first = np.frombuffer(self._first, dtype=np.int32)
        counts = first[hits.form + 1] - first[hits.form]
        which = np.repeat(np.arange(len(counts)), counts)
        numbers = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        numbers += first[hits.form[which]]
        may = self._may_stand(numbers, hits.starts[which], hits.ends[which], wide)
        which, numbers = which[may], numbers[may]
        kept = np.flatnonzero(worth(numbers))[:_MOST_COMPARED]
        found: dict[int, Mention] = {}
        for at, number in zip(which[kept].tolist(), numbers[kept].tolist(), strict=True):
            start, end = hits.pieces[at]
            if number in found and found[number].end - found[number].start >= end - start:
                continue
            form = self._forms[hits.form[at]]
            kind = mistake(text[start:end], form)
            if kind == "two" and (not wide or self.stems[number]):
                continue
            if kind is not None and kind != "exact":
                found[number] = Mention(start, end, self._name(number, form), kind)
        return list(found.values())

    def _may_stand(
        self,
        numbers: NDArray[np.int64],
        starts: NDArray[np.bool_],
        ends: NDArray[np.bool_],
        wide: bool,
    ) -> NDArray[np.bool_]:
        """Which misspelt names may stand there: the less of one there is, the more must fit."""
        kinds, stems = self.kinds[numbers], self.stems[numbers]
        division = ((kinds == _AREA) | (kinds == _OWN)) & ~stems
        place = ((kinds == _PLACE) | (kinds == _ALIAS)) & ends
        may: NDArray[np.bool_] = division | (place & ((starts & wide) | ~stems))
        return may


def _lengths(forms: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The lengths of the forms by their first character, the longest first."""
    found: dict[str, set[int]] = {}
    for form in forms:
        found.setdefault(form[0], set()).add(len(form))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}
