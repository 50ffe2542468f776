"""Names of provinces, cities and districts: what tells that an address is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gisgrid.address.misspelling import Room
from gisgrid.address.names import KINDS, Mention, NameBook

__all__ = ["BETWEEN", "foreign_names", "names_elsewhere", "own_names"]

BETWEEN = "|"
"""Stands between the pieces of a text; no name holds it."""

_PROVINCES = (
    "北京市,天津市,上海市,重庆市,河北省,山西省,辽宁省,吉林省,黑龙江省,江苏省,浙江省,安徽省,"
    "福建省,江西省,山东省,河南省,湖北省,湖南省,广东省,海南省,四川省,贵州省,云南省,陕西省,"
    "甘肃省,青海省,台湾省,内蒙古自治区,广西壮族自治区,西藏自治区,宁夏回族自治区,"
    "新疆维吾尔自治区,香港特别行政区,澳门特别行政区"
)
_SHORT_PROVINCES = "内蒙古,广西,西藏,宁夏,新疆,香港,澳门"
_SHANGHAI = (
    "黄浦区,徐汇区,长宁区,静安区,普陀区,虹口区,杨浦区,闵行区,宝山区,嘉定区,浦东新区,金山区,"
    "松江区,青浦区,奉贤区,崇明区"
)
_NEIGHBOURS = "苏州市,昆山市,太仓市,常熟市,南通市,无锡市,杭州市,南京市"

_DIVISION_ENDS = "省市区县"
_NAME_ENDS = ("路", "街", "巷", "村", "公路", "大道", "新村", "小区", "花园", "公寓")
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


def foreign_names(own: Iterable[str]) -> Iterator[str]:
    """Names that lead elsewhere: provinces, Shanghai's districts, neighbours; not the own."""
    ours = set(own)
    for name in f"{_PROVINCES},{_SHANGHAI},{_NEIGHBOURS}".split(","):
        if name not in ours:
            yield name
            if name[-1] in "省市区" and len(name) < 5:
                yield name[:-1]
    yield from _SHORT_PROVINCES.split(",")


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
    if any(m.name.kind == "foreign" and m.name.form[-1] in _DIVISION_ENDS for m in exact):
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
        return not text.startswith(_NAME_ENDS, here.end)
    strange = _STRANGE.match(text, at)
    if strange is None or any(at <= m.start < strange.end() <= m.end for m in exact):
        return False
    if any(at < m.start < strange.end() and not m.name.stem for m in exact):
        return False
    free = (1 << strange.end()) - (1 << start)
    room = Room(free, 1 << start | 1 << at, 1 << strange.end())
    own, area = KINDS.index("own"), KINDS.index("area")
    return not names.mistaken(text, room, lambda n: np.isin(names.kinds[n], [own, area]))
