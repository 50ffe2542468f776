"""Hiding the numerals and other telling characters inside known names while a text is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gisgrid.address.numerals import BANKERS, EVERYDAY

if TYPE_CHECKING:
    from gisgrid.address.reading import KnownNames

__all__ = ["hide", "mask", "unmask"]

_TELLING = "".join(
    dict.fromkeys(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        + EVERYDAY
        + BANKERS
        + "支弄号幢栋座楼层单元室房门户附之甲乙丙丁戊己庚辛"
        + "旁对隔附近前后边侧首面过口往向东南西北与和跟及交靠至到在去住家位请寄送收地()"
    )
)
_NUMERALS = frozenset(EVERYDAY + BANKERS)
_EDGE = re.compile(r"[^㐀-鿿]|[省市区县镇乡村路街道号弄]")
_FIRST_PRIVATE = 0xE000
_HIDDEN = {ord(c): _FIRST_PRIVATE + i for i, c in enumerate(_TELLING)}
_SHOWN = {private: c for c, private in _HIDDEN.items()}


def hide(name: str) -> str:
    """Hide every telling character of a name."""
    return name.translate(_HIDDEN)


def mask(text: str, known: KnownNames) -> str:
    """Hide what would be taken for a number or a near word inside known names.

    A name that ends in a numeral counts only where a name can begin: 丰二 is one in
    丰二十八号, and is none in 晴丰二十八弄.

    Parameters
    ----------
    text : str
        Normal text; private-use characters cannot be in it.
    known : KnownNames

    Returns
    -------
    str
        As long as ``text``, with private-use characters in known names.
    """
    pieces: list[str] = []
    start = 0
    at_edge = True
    while start < len(text):
        length = known.longest(text, start)
        if length and (at_edge or text[start + length - 1] not in _NUMERALS):
            pieces.append(hide(text[start : start + length]))
            at_edge = True
        else:
            length = 1
            pieces.append(text[start])
            at_edge = _EDGE.match(text, start) is not None
        start += length
    return "".join(pieces)


def unmask(text: str) -> str:
    """Show again what was hidden."""
    return text.translate(_SHOWN)
