"""Everything that matching looks things up in: the names, what they mean, the address rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisgrid.address.elsewhere import foreign_names, own_names
from gisgrid.address.names import Kind, Name, NameBook
from gisgrid.address.records import Alias, Division
from gisgrid.address.rows import AddressRows, IntArray
from gisgrid.address.standards import Standards, Towns

__all__ = ["Gazetteer", "Target"]

_ROAD_ENDS = ("公路", "大道", "路", "街", "巷", "道", "村")
_ESTATE_ENDS = (
    "新村",
    "花园",
    "小区",
    "公寓",
    "家园",
    "华庭",
    "新苑",
    "佳苑",
    "名苑",
    "雅苑",
    "花苑",
)
_NUMBERED = ("号", "幢", "栋", "楼")
_AREA_ENDS = ("街道", "新区", "镇", "乡")
_UNIT_ENDS = ("社区居委会", "居委会", "村委会", "居民委员会", "村民委员会")


@dataclass(frozen=True, slots=True)
class Target:
    """What an alias stands for: a place, perhaps one lane of it, perhaps in one town."""

    place: int
    lane: int = 0
    town: int = -1


@dataclass(frozen=True)
class Gazetteer:
    """The district by names.

    Attributes
    ----------
    names : NameBook
    places : list of str
        Roads, villages and estates that the standard addresses are numbered along.
    divisions : list of Division
        Areas first; names point to them by position.
    areas : int
        How many of the divisions are areas.
    targets : list of Target
        One for each alias that leads somewhere.
    tokens : dict
        Number text to the token that the rows hold.
    rows : AddressRows
    """

    names: NameBook
    places: list[str]
    divisions: list[Division]
    areas: int
    targets: list[Target]
    tokens: dict[str, int]
    rows: AddressRows

    @classmethod
    def build(
        cls,
        texts: Any,
        units: Sequence[str] | None,
        divisions: Sequence[Division],
        aliases: Sequence[Alias],
        roads: Sequence[str],
    ) -> Gazetteer:
        """Read the standard texts and name everything in them."""
        areas = [d for d in divisions if d.level == "area"]
        listed = [*areas, *(d for d in divisions if d.level == "unit")]
        towns = Towns([d.name for d in areas])
        parts = Standards.read(texts, towns)
        places = list(dict.fromkeys([*parts.places, *roads]))
        kept, targets = _targets(aliases, {p: i for i, p in enumerate(places)}, parts.tokens, towns)
        own = own_names(parts.prefix)
        names = [
            *_named_places(places),
            *_named_divisions(listed, len(areas), set(parts.places)),
            *(Name(form, "own", 0) for form in own),
            *_named_aliases(kept),
        ]
        foreign = foreign_names(own, (name.form for name in names))
        names += [Name(form, "foreign", 0) for form in foreign]
        owner = _owners(units, listed, len(areas), len(texts))
        rows = AddressRows.sort(
            parts.place,
            (parts.number, parts.lane, parts.building),
            parts.town,
            owner,
            tokens=len(parts.tokens),
            units=len(listed),
        )
        return cls(NameBook(names), places, listed, len(areas), targets, parts.tokens, rows)

    @cached_property
    def target_places(self) -> NDArray[np.int64]:
        """The place of each target."""
        return np.array([target.place for target in self.targets], dtype=np.int64)

    @cached_property
    def target_lanes(self) -> NDArray[np.int64]:
        """The lane of each target."""
        return np.array([target.lane for target in self.targets], dtype=np.int64)


def _stem(form: str, ends: Sequence[str]) -> str:
    """The form without the first of some ends that it has; empty where less than two remain."""
    for end in ends:
        if form.endswith(end):
            return form[: -len(end)] if len(form) > len(end) + 1 else ""
    return ""


def _both_forms(form: str, kind: Kind, key: int) -> Iterator[Name]:
    yield Name(form, kind, key)
    stem = _stem(form, _ESTATE_ENDS) or _stem(form, _ROAD_ENDS)
    if stem:
        yield Name(stem, kind, key, stem=True)


def _named_places(places: Sequence[str]) -> Iterator[Name]:
    for key, place in enumerate(places):
        yield from _both_forms(place, "place", key)


def _named_aliases(aliases: Sequence[Alias]) -> Iterator[Name]:
    for key, alias in enumerate(aliases):
        yield from _both_forms(alias.name, "alias", key)


def _named_divisions(divisions: Sequence[Division], areas: int, places: Set[str]) -> Iterator[Name]:
    for key, division in enumerate(divisions):
        if key < areas:
            yield Name(division.name, "area", key)
            stem = _stem(division.name, _AREA_ENDS)
            if stem:
                yield Name(stem, "area", key, stem=not stem.endswith("镇"))
            continue
        forms = {division.name, _stem(division.name, _UNIT_ENDS)}
        if "社区居委会" in division.name:
            forms.add(_stem(division.name, ("居委会",)))
        # A village that addresses are numbered in is that place, not all that lies in it.
        for form in forms - {""} - places:
            yield Name(form, "unit", key)


def _targets(
    aliases: Sequence[Alias], places: dict[str, int], tokens: dict[str, int], towns: Towns
) -> tuple[list[Alias], list[Target]]:
    """The aliases that lead somewhere, and where."""
    kept: list[Alias] = []
    targets: list[Target] = []
    if not aliases:
        return kept, targets
    # With a number behind it, the beginning of an address is read in columns like whole ones.
    means = [a.means if a.means.endswith(_NUMBERED) else f"{a.means}1号" for a in aliases]
    read = Standards.read(means, towns, tokens)
    for i, alias in enumerate(aliases):
        place = places.get(read.places[read.place[i]]) if read.place[i] >= 0 else None
        lane = int(read.lane[i])
        if place is not None and lane >= 0:
            kept.append(alias)
            targets.append(Target(place, lane, int(read.town[i])))
    return kept, targets


def _owners(
    units: Sequence[str] | None, divisions: Sequence[Division], areas: int, count: int
) -> IntArray:
    if units is None:
        return np.full(count, -1, dtype=np.int32)
    position = {d.code: i for i, d in enumerate(divisions) if i >= areas}
    return np.fromiter((position.get(code, -1) for code in units), dtype=np.int32, count=count)
