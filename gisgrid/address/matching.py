"""Which standard addresses a reading may mean, and how each differs from what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gisgrid.address.components import Reading
from gisgrid.address.elsewhere import BETWEEN, names_elsewhere
from gisgrid.address.evidence import Evidence
from gisgrid.address.gazetteer import Gazetteer
from gisgrid.address.names import Mention
from gisgrid.address.ways import Way, Ways

__all__ = ["Hypothesis", "match", "settled"]

_MOST_EACH = 256
_MOST_IN_ALL = 2_048
_UNSETTLED = frozenset(["run-on", "wrong-town", "wrong-unit", "other-place", "strange-place"])


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Addresses that may be meant, all for the same reasons.

    Attributes
    ----------
    at : tuple of int
        Positions in the sorted rows.
    features : tuple of str
        The ways in which they agree or differ: keys of `gisgrid.address.scoring.WEIGHTS`.
    unlisted : int
        How many more there are for the same reasons.
    """

    at: tuple[int, ...]
    features: tuple[str, ...]
    unlisted: int = 0


def match(book: Gazetteer, reading: Reading) -> list[Hypothesis] | None:
    """The addresses that a reading may mean.

    Parameters
    ----------
    book : Gazetteer
    reading : Reading

    Returns
    -------
    list of Hypothesis or None
        By the names as they stand where that settles it, else by names with mistakes too. None
        when the text names another district or city.
    """
    text = BETWEEN.join(reading.names)
    exact = book.names.exact(text)
    if names_elsewhere(book.names, text, exact):
        return None
    ways = Ways.of(book, reading.numbers)
    if ways.none:
        return []
    evidence = Evidence(text, exact)
    plain = [m for m in exact if m.name.kind in ("place", "alias") and not m.name.stem]
    found = _hypotheses(book, ways, plain, evidence, reading)
    if settled(found):
        return found
    mistaken = book.names.mistaken(text, evidence.room, ways.lead)
    evidence.add(mistaken)
    found = _hypotheses(book, ways, _each_once(exact, mistaken), evidence, reading)
    if not found:
        mistaken = book.names.mistaken(text, evidence.room, ways.lead, wide=True)
        evidence.add(mistaken)
        found = _hypotheses(book, ways, mistaken, evidence, reading)
    return found


def _each_once(exact: Sequence[Mention], mistaken: Sequence[Mention]) -> list[Mention]:
    """Of what a text may name, the whole name, else all of it with a mistake, else the stem."""
    whole = {(m.name.kind, m.name.key) for m in exact if not m.name.stem}
    near = [m for m in mistaken if (m.name.kind, m.name.key) not in whole]
    taken = whole | {(m.name.kind, m.name.key) for m in near}
    stems = [m for m in exact if m.name.stem and (m.name.kind, m.name.key) not in taken]
    return [*(m for m in exact if not m.name.stem), *near, *stems]


def settled(found: Sequence[Hypothesis]) -> bool:
    """Whether one address alone fits, and nothing in the text speaks against it."""
    return (
        len(found) == 1
        and len(found[0].at) == 1
        and "exact" in found[0].features
        and _UNSETTLED.isdisjoint(found[0].features)
    )


def _hypotheses(
    book: Gazetteer,
    ways: Ways,
    mentions: Sequence[Mention],
    evidence: Evidence,
    reading: Reading,
) -> list[Hypothesis]:
    once = {(m.name.kind, m.name.key, m.name.stem): m for m in reversed(mentions)}
    leading = [way for way in map(ways.way, reversed(once.values())) if len(way.at)]
    if not leading:
        return []
    most = min(_MOST_EACH, _MOST_IN_ALL // len(leading) + 1)
    # One look at the columns for all ways: numpy's cost is by the call.
    has = _columns(book, np.concatenate([way.at[:most] for way in leading]))
    plain = [(way.mention, frozenset(way.at.tolist())) for way in leading if way.is_plain]
    found: list[Hypothesis] = []
    for way in leading:
        mask = way.mention.mask
        backing = [other for other in plain if not other[0].mask & mask]
        listed = list(islice(has, min(len(way.at), most)))
        found += _grouped(way, backing, listed, evidence, reading)
    return found


_Row = tuple[int, int, int, int, int, int]


def _columns(book: Gazetteer, at: NDArray[np.int64]) -> Iterator[_Row]:
    """Position, town, unit, lane, number and building of some addresses."""
    rows = book.rows
    columns = (at, rows.town[at], rows.unit[at], rows.lanes(at), rows.numbers(at))
    return zip(*(column.tolist() for column in (*columns, rows.building[at])), strict=True)


def _grouped(
    way: Way,
    backing: Sequence[tuple[Mention, frozenset[int]]],
    listed: Sequence[_Row],
    evidence: Evidence,
    reading: Reading,
) -> Iterator[Hypothesis]:
    """Group a way's addresses by what else speaks for or against them."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for position, town, unit, *numbers in listed:
        also = [mention for mention, members in backing if position in members]
        features = evidence.of(way.mention, also, town, unit) + _numbers(way, *numbers)
        if "more-building" in features and "number-as-building" in reading.doubts:
            features += ("two-numbers",)
        groups.setdefault(features, []).append(position)
    unlisted = len(way.at) - len(listed)
    for features, members in groups.items():
        yield Hypothesis(tuple(members), (*way.how, *features, *reading.doubts), unlisted)
        unlisted = 0


def _numbers(way: Way, lane: int, number: int, building: int) -> tuple[str, ...]:
    """What an address has that was not asked, and the other way round."""
    features: tuple[str, ...] = ()
    asked = way.asked
    if lane and not asked.lane and way.mention.name.kind != "unit":
        features += ("no-lane",)
    if number and not asked.number:
        features += ("no-number",)
    if building and not asked.building:
        features += ("no-building",)
    if asked.building and not building:
        features += ("more-building",)
    return features
