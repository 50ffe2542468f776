"""The plain form of a standard address, as one regular expression for one text or for millions."""

from __future__ import annotations

import re

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.numerals import BANKERS, EVERYDAY

__all__ = ["FIELDS", "PLAIN", "is_plain_name", "read_plain"]

FIELDS = ("lane", "branch", "number", "building", "unit", "floor", "room")
"""The numbers of an address in the order of the plain form."""


def _counted(field: str, words: str) -> str:
    return rf"(?:0*(?P<{field}>[1-9][0-9]{{0,5}})(?:{words}))"


PLAIN = (
    r"^(?P<name>[㐀-䶿一-鿿]+)"
    + _counted("lane", "弄")
    + "?"
    + _counted("branch", "支弄")
    + "?"
    + _counted("number", "号")
    + "(?:"
    + _counted("building", "幢|栋|号楼")
    + "?"
    + _counted("unit", "单元")
    + "?"
    + _counted("floor", "层|楼")
    + "?"
    + _counted("room", "室")
    + "?)$"
)
"""A name, a 号 and what may stand between and after; without look-around, which RE2 lacks."""

_PLAIN = re.compile(PLAIN)
_ODD_NAME = re.compile(
    rf"[{EVERYDAY}{BANKERS}][支弄号幢栋座楼层单室房门户甲乙丙丁附之]|[甲乙丙丁临第]$"
    r"|[路街巷大]道?[与和跟及交]"
    r"|[旁侧近口]|对[面过门]|隔壁|边上|[前后]面"
    r"|[请送寄收住在]|地址|电话|手机|邮编|位于"
)


def is_plain_name(name: str) -> bool:
    """Whether the name of a text in plain form is nothing but names of places.

    Numerals that count something, words that say near and an address's labels need a closer look.
    """
    return _ODD_NAME.search(name) is None


def read_plain(text: str) -> Reading | None:
    """Read a normal text that has the plain form; None for every other."""
    found = _PLAIN.match(text)
    if found is None:
        return None
    name, *values = found.groups("")
    if not is_plain_name(name):
        return None
    return Reading((name,), Numbers(*values))
