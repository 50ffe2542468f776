"""Whether a text names another province, city or district: what tells that it is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gisgrid.address.cities import (
    CITIES,
    NEIGHBOURS,
    PARTS,
    PREFECTURES,
    PROVINCES,
    SHANGHAI,
    SHORT_PROVINCES,
)
from gisgrid.address.misspelling import Room
from gisgrid.address.names import KINDS, Mention, NameBook

__all__ = ["BETWEEN", "foreign_names", "is_elsewhere", "names_elsewhere", "own_names"]

BETWEEN = "|"
"""Stands between the pieces of a text; no name holds it."""

_DIVISION_ENDS = "省市区县"
_NO_PLACE = re.compile(
    r"[东西南北中一二三四五六七八九十]?(?:路|街|巷|村|公路|大道|新村|小区|花园|公寓|支路|市场)|场"
    r"|大厦|广场|公园|银行|大学|医院|饭店|酒店|宾馆|小吃|拉面|烧烤|火锅|餐|菜|面馆|商会"
)
"""After a city's name: a road, a house or a shop that is called after it."""
_OWN = re.compile(r"[^省市区县]+?(?:特别行政区|自治区|省|市|区|县)")
_STRANGE = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:省|自治区|自治州|自治县|地区|市(?![场民区政里市路街巷])"
    r"|县|(?<![小社园新校城街厂业发山库景])区(?!域))"
)


def own_names(prefix: str) -> list[str]:
    """The forms of the district's own beginning.

    Parameters
    ----------
    prefix : str
        What the standard addresses begin with: ``上海市嘉定区``.

    Returns
    -------
    list of str
        The whole, its parts, and the parts without 市 and 区.
    """
    parts = _OWN.findall(prefix)
    short = [part[:-1] for part in parts if len(part) > 2]
    return [form for form in dict.fromkeys([prefix, *parts, *short]) if len(form) > 1]


def foreign_names(own: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Names that lead elsewhere: provinces, cities, Shanghai's districts, neighbours.

    Parameters
    ----------
    own : iterable of str
        From :func:`own_names`; they lead nowhere else.
    known : iterable of str
        The district's names. A short form that one of them begins with (白银, of 白银路) is not
        given, for with a slip in the name it would lead elsewhere.
    """
    ours = set(own)
    full = [*f"{PROVINCES},{SHANGHAI},{NEIGHBOURS},{PREFECTURES}".split(",")]
    full += [f"{city}市" for city in CITIES.split(",")]
    ours.update(known := list(known))
    full = [name for name in dict.fromkeys(full) if name not in ours]
    yield from full
    short = {*SHORT_PROVINCES.split(","), *CITIES.split(","), *PARTS.split(",")}
    short |= {name[:-1] for name in full if name[-1] in "省市区" and len(name) < 5}
    lengths = {len(name) for name in short}
    yield from sorted(short - ours - {form[:length] for form in known for length in lengths})


def is_elsewhere(text: str, mention: Mention) -> bool:
    """Whether a name of somewhere else means that place, and not what is called after it."""
    return mention.name.kind == "foreign" and not _NO_PLACE.match(text, mention.end)


def names_elsewhere(names: NameBook, text: str, exact: Sequence[Mention]) -> bool:
    """Whether a text names another province, city or district in full, or begins with one.

    What the district itself has, and its own name with a mistake in it, is not elsewhere.

    Parameters
    ----------
    names : NameBook
        Holds :func:`own_names` and :func:`foreign_names`.
    text : str
        Pieces with `BETWEEN` between them.
    exact : sequence of Mention
        The names in the text.
    """
    if any(is_elsewhere(text, m) and m.name.form[-1] in _DIVISION_ENDS for m in exact):
        return True
    starts = [0, *(i + 1 for i, c in enumerate(text) if c == BETWEEN)]
    return any(_begins_elsewhere(names, text, exact, start) for start in starts)


def _begins_elsewhere(names: NameBook, text: str, exact: Sequence[Mention], start: int) -> bool:
    at = start
    for mention in exact:
        if mention.start == at and mention.name.kind == "own":
            at = mention.end
    here = next((m for m in exact if m.start == at), None)
    if here is not None and here.name.kind == "foreign":
        return is_elsewhere(text, here)
    strange = _STRANGE.match(text, at)
    if strange is None or any(at <= m.start < strange.end() <= m.end for m in exact):
        return False
    if any(at <= m.start < strange.end() and not m.name.stem for m in exact):
        return False
    free = (1 << strange.end()) - (1 << start)
    room = Room(free, 1 << start | 1 << at, 1 << strange.end())
    own, area = KINDS.index("own"), KINDS.index("area")
    return not names.mistaken(text, room, lambda n: np.isin(names.kinds[n], [own, area]))
