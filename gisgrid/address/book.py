"""The address book of a district: text in, standard addresses with scores out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from gisgrid.address.components import Reading
from gisgrid.address.corners import Crossings, roads_named
from gisgrid.address.elsewhere import BETWEEN, names_elsewhere
from gisgrid.address.gazetteer import Gazetteer
from gisgrid.address.matching import Hypothesis, match, settled
from gisgrid.address.normal import normal
from gisgrid.address.ranking import rank
from gisgrid.address.reading import readings
from gisgrid.address.records import (
    Alias,
    Candidate,
    Crossing,
    Division,
    Match,
    Status,
    Suggestion,
)
from gisgrid.address.rows import Asked
from gisgrid.address.scoring import THRESHOLD
from gisgrid.address.strangers import names_another_place
from gisgrid.address.suggesting import Suggester
from gisgrid.address.whole import WholeTexts
from gisgrid.errors import InputError

__all__ = ["AddressBook", "Alias", "Candidate", "Crossing", "Division", "Match", "Suggestion"]

_LIKELY = 0.5
_DOUBTFUL = 0.5
"""Score of a crossing that the named town does not seem to hold."""
_NO_NOTE = frozenset(["exact", "town-agrees", "unit-agrees", "also-named"])


@dataclass(frozen=True)
class AddressBook:
    """Standard addresses, looked up by what people write.

    Made by :meth:`build`; it never changes, so threads may share it.
    """

    gazetteer: Gazetteer
    texts: pa.Array
    ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    whole: WholeTexts
    crossings: Crossings
    decided: Mapping[str, int]

    @classmethod
    def build(
        cls,
        ids: ArrayLike,
        texts: Sequence[str] | pa.Array,
        lon: ArrayLike,
        lat: ArrayLike,
        *,
        divisions: Sequence[Division],
        units: Sequence[str] | None = None,
        aliases: Sequence[Alias] = (),
        roads: Sequence[str] = (),
        crossings: Sequence[Crossing] = (),
        decided: Mapping[str, int] | None = None,
    ) -> AddressBook:
        """Read standard addresses into a book.

        Parameters
        ----------
        ids : int64 array_like, shape (n,)
        texts : sequence of str or pyarrow.StringArray, shape (n,)
        lon, lat : float64 array_like, shape (n,)
            Degrees; given back as they are.
        divisions : sequence of Division
            The towns and villages that the texts and the askers name.
        units : sequence of str, shape (n,), optional
            Code of the unit that owns each point, empty where none does; without it, a
            committee's name with a number finds nothing.
        aliases : sequence of Alias
        roads : sequence of str
            Named roads, also those without an address.
        crossings : sequence of Crossing
        decided : mapping of str to int, optional
            Texts in normal form of which a person decided what they mean, and its position among
            the addresses.

        Raises
        ------
        InputError
            When the columns differ in length.
        """
        column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        book = cls(
            Gazetteer.build(column, units, divisions, aliases, roads),
            column,
            np.asarray(ids, dtype=np.int64),
            np.asarray(lon, dtype=np.float64),
            np.asarray(lat, dtype=np.float64),
            WholeTexts.of(column),
            Crossings.of(crossings),
            decided or {},
        )
        if not len(book.ids) == len(book.lon) == len(book.lat) == len(column):
            raise InputError(
                "the columns of an address book differ in length",
                where=f"{len(book.ids)} ids, {len(column)} texts, {len(book.lon)} points",
            )
        return book

    def __len__(self) -> int:
        return len(self.ids)

    def resolve(self, text: str, *, limit: int = 5) -> Match:
        """Find the standard address that a text means.

        Parameters
        ----------
        text : str
        limit : int
            Most candidates to give.

        Returns
        -------
        Match

        Raises
        ------
        InputError
            When the text is too long.
        """
        plain = normal(text)
        decided = self.decided.get(plain)
        if decided is not None:
            return Match("found", plain, None, (self._candidate(decided, 1.0, ("decided",)),))
        read = readings(text, self.gazetteer.names)
        if not read[0].names and not read[0].numbers.number:
            return Match("unknown", plain, read[0], reason="empty")
        if "not-chinese" in read[0].doubts:
            return self._whole(plain, read[0], limit)
        if read[0].crossing:
            return self._crossing(plain, read[0])
        hypotheses = self.hypotheses(read)
        if hypotheses is None:
            return Match("outside", plain, read[0], reason="other-district")
        return self._answer(plain, read[0], hypotheses, limit)

    def suggest(self, text: str, *, limit: int = 10) -> list[Suggestion]:
        """Complete what is typed into a search box.

        Parameters
        ----------
        text : str
            The beginning of a name in Chinese or pinyin (``byl``, ``baiyin``), or a name and the
            beginning of a number.
        limit : int

        Returns
        -------
        list of Suggestion
            Names, then lanes, then addresses.
        """
        return self._suggester.suggest(normal(text), limit)

    def warm(self) -> None:
        """Make now what is else made when somebody first asks for it, so that nobody waits."""
        self.gazetteer.names.warm()
        self._suggester  # noqa: B018

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester(self.gazetteer, self.texts)

    def hypotheses(self, read: Sequence[Reading]) -> list[tuple[Hypothesis, Reading]] | None:
        """What the readings lead to, down to the first that settles it; None: elsewhere."""
        found: list[tuple[Hypothesis, Reading]] = []
        for reading in read:
            here = match(self.gazetteer, reading)
            if here is None:
                return None
            found += [(hypothesis, reading) for hypothesis in here]
            if settled(here):
                break
        return found

    def _whole(self, plain: str, reading: Reading, limit: int) -> Match:
        """A text without Chinese: as it is, or the only one that begins so."""
        rows, count = self.whole.find(plain, limit)
        if not count:
            return Match("unknown", plain, reading, reason="no-such-name")
        candidates = tuple(self._candidate(row, 1 / count) for row in rows)
        status: Status = "found" if count == 1 else "ambiguous"
        return Match(status, plain, reading, candidates, "" if count == 1 else "many")

    def _crossing(self, plain: str, reading: Reading) -> Match:
        """Where two roads meet; it is no address, so it has no row."""
        names, text = self.gazetteer.names, BETWEEN.join(reading.names)
        if names_elsewhere(names, text, names.exact(text)):
            return Match("outside", plain, reading, reason="other-district")
        met = self.crossings.find(names, reading.names[-2:])
        if not met:
            return Match("unknown", plain, reading, reason="no-such-crossing")
        here = self._in_named_town(reading.names)
        score = (1.0 if here else _DOUBTFUL) / len(met)
        notes = ("crossing",) if here else ("crossing", "wrong-town")
        corners = tuple(
            Candidate(-1, -1, f"{m.first}与{m.second}路口", m.lon, m.lat, score, notes) for m in met
        )
        if len(met) == 1 and here:
            return Match("found", plain, reading, corners)
        return Match("ambiguous", plain, reading, corners, "unsure" if len(met) == 1 else "many")

    def _in_named_town(self, pieces: Sequence[str]) -> bool:
        """Whether both roads of a crossing have addresses in the town that is named, if one is.

        A road without addresses on record may lie anywhere.
        """
        names, rows = self.gazetteer.names, self.gazetteer.rows
        towns: set[int] = set()
        for piece in pieces:
            exact = names.exact(piece)
            if names_another_place(piece, exact):
                return False
            towns |= {m.name.key for m in exact if m.name.kind == "area"}
        for name in roads_named(names, pieces[-2:]):
            at = rows.of_name(name.key, Asked(0, 0, 0))
            if len(at) and towns and not np.isin(rows.town[at], list(towns)).any():
                return False
        return True

    def _answer(
        self,
        plain: str,
        plainest: Reading,
        hypotheses: list[tuple[Hypothesis, Reading]],
        limit: int,
    ) -> Match:
        ranking = rank([hypothesis for hypothesis, _ in hypotheses])
        candidates = tuple(
            self._candidate(
                int(self.gazetteer.rows.row[one.at]),
                one.score,
                hypotheses[one.hypothesis][0].features,
            )
            for one in ranking.best[:limit]
        )
        if not candidates:
            return Match("unknown", plain, plainest, (), self._why_not(plainest))
        reading = hypotheses[ranking.best[0].hypothesis][1]
        if reading.near:
            return Match("ambiguous", plain, reading, candidates, "near")
        if "no-number" in candidates[0].notes:
            return Match("ambiguous", plain, reading, candidates, "no-number")
        if candidates[0].score >= THRESHOLD:
            return Match("found", plain, reading, candidates)
        if ranking.known < _LIKELY:
            return Match("unknown", plain, plainest, candidates, self._why_not(plainest))
        rivals = len(candidates) > 1 and candidates[1].score > candidates[0].score / 2
        return Match("ambiguous", plain, reading, candidates, "many" if rivals else "unsure")

    def _why_not(self, reading: Reading) -> str:
        """Whether it is the name or the number that nothing has."""
        mentions = self.gazetteer.names.exact(BETWEEN.join(reading.names))
        named = any(m.name.kind in ("place", "alias", "unit") for m in mentions)
        return "no-such-number" if named else "no-such-name"

    def _candidate(self, row: int, score: float, features: Sequence[str] = ()) -> Candidate:
        return Candidate(
            row=row,
            id=int(self.ids[row]),
            text=self.texts[row].as_py(),
            lon=float(self.lon[row]),
            lat=float(self.lat[row]),
            score=score,
            notes=tuple(f for f in dict.fromkeys(features) if f not in _NO_NOTE),
        )
