"""Where two roads meet: A路B路口, A路与B路交叉口, A路/B路."""

from __future__ import annotations

import re

__all__ = ["split_crossing", "without_crossroads"]

_MEETS = re.compile(
    r"的?(?:交叉路?口|相?交[汇界叉]?[处口]|[十丁]字路口|三[叉岔]路口|(?<=[路街道巷])路?口"
    r"|[转拐]角[处口]?)$"
)
_ROAD_END = re.compile(r"路(?!街道|口)|街(?!道)|(?<!街)道|巷")
_LINK = re.compile(r"^[ ,]?(?:与|和|跟|及|交|靠?近|至|到|[/&+\-~,、])?")
_JOINED = re.compile(r"[路街道巷](?:[与和跟及交近/&+、]|靠近)[^路街巷]")
_AT_CROSSROAD = re.compile(r"[^,\d]{2,}(?:[路街道巷]路?口|交叉路?口)")
_CROSSROAD = re.compile(r"(?:靠近|近)[^,\d]*?[路街道巷站](?:路?口)?(?=$|[ ,])")


def split_crossing(text: str) -> tuple[str, ...]:
    """Split what names two roads that meet.

    Parameters
    ----------
    text : str
        Without numbers, near words and brackets.

    Returns
    -------
    tuple of str
        What stands before the second road, and that road: ``("马陆镇白银路", "沪宜路")``; empty
        if the text does not say that roads meet.
    """
    meets = _MEETS.search(text)
    roads = text[: meets.start()] if meets else text
    if meets is None and not _JOINED.search(text):
        return ()
    ends = [found.end() for found in _ROAD_END.finditer(roads)]
    if len(ends) < 2 or ends[-1] != len(roads):
        return ()
    second = _LINK.sub("", roads[ends[-2] :])
    return (roads[: ends[-2]], second) if len(second) > 1 else ()


def without_crossroads(names: list[str]) -> list[str]:
    """Leave out 近沪宜路, and 沪宜路口 after the first piece, where a number says it better."""
    first, *others = [_CROSSROAD.sub("", name) for name in names] or [""]
    return [first, *(name for name in others if not _AT_CROSSROAD.fullmatch(name))]
