"""Cutting a text into names and numbers with the word that says what they count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gisgrid.address.numerals import BANKERS, EVERYDAY, digits

__all__ = ["Token", "cut"]


@dataclass(frozen=True, slots=True)
class Token:
    """A number, what it counts, and what stands before it.

    Parameters
    ----------
    kind : str
        The first letter of lane, branch, number, unit, floor or room; ``d`` for a building (幢);
        ``""`` for a bare number.
    value : str
    gap : str
        ``"-"``, ``"~"`` or ``"、"`` after a number and that sign; ``"name"`` at the start or after
        a name; else ``""``.
    """

    kind: str
    value: str
    gap: str


_COUNT = rf"(?:\d+|[{EVERYDAY}]+|[{BANKERS}]+)"
_STEM = r"[甲乙丙丁戊己庚辛](?![幢栋座楼单区])"
_CORE = re.compile(
    rf"(?P<stem>(?<=[路街巷道弄村园苑里坊])[甲乙丙丁临](?=\d))?"
    rf"(?P<under>(?:地下|负)(?=[\d{EVERYDAY}]))?"
    rf"(?P<core>(?:(?<![A-Z])[A-Z])?\d+[A-EG-Z]?(?![A-Z])|{_COUNT}|[A-Z甲乙丙丁戊己庚辛](?=[座幢栋楼]|单元|号楼))"
    rf"(?P<sub>{_STEM}|[附付之]{_COUNT}(?=号))?"
)
_MARK = re.compile(
    r" ?(?:(?P<b>支弄)|(?P<l>弄堂?)"
    r"|(?P<d>号?[幢栋座]楼?|号楼|#楼)"
    r"|(?P<u>单元|号?门洞|号?门(?=\d|$|[ ,-]))"
    r"|(?P<f>层楼?|楼(?![下上])|F(?![A-Z]))"
    r"|(?P<r>号?房间?|室|户(?!籍))"
    r"|(?P<n>号院?(?![线路街村桥河沟浜泾港塘公码口])|#))"
)
_AFTER_NUMBER = re.compile(rf"{_STEM}|-?[附付之]{_COUNT}号?")
_NAME_GOES_ON = re.compile(
    r"[国省县乡]道|高速|公里|[米点组队区期村坊条巷路街厂连营班中小天年月日元个大桥里]"
)
_ENDS = re.compile(
    rf"[-/. ,、#:~至到_]*(?:$|(?<=,)|(?<=, )|(?<=[-/. ,、#:~至到_])[\d{EVERYDAY}{BANKERS}])"
)
_WORDS_OF_NAMES = frozenset("门户房楼层")  # 三门路, 八房村
_KIND_WORDS = frozenset("路街巷道弄村园苑庭寓区里")  # 白银路六 ends in a number, 绿一 does not
_GAP = re.compile(r"[-/. ,、#:~至到_]*")


def cut(text: str) -> tuple[list[str], list[Token]]:
    """Cut a text into the names and the numbers in it.

    Parameters
    ----------
    text : str
        From :func:`gisgrid.address.normal.fold`; what must not be read as a number is masked.

    Returns
    -------
    names : list of str
        Every piece between numbers, as it stands, empty ones left out.
    tokens : list of Token
    """
    names: list[str] = []
    tokens: list[Token] = []
    start = 0
    for core in _CORE.finditer(text):
        if core.start() < start:
            continue  # within the words of the number before
        adjacent = bool(tokens) and _GAP.fullmatch(text, start, core.start()) is not None
        found = _number(text, core, adjacent)
        if found is None:
            continue
        kind, value, end = found
        before = text[start : core.start()]
        if not adjacent and before:
            names.append(before)
        tokens.append(Token(kind, value, _gap(before) if adjacent else "name"))
        start = end
    if start < len(text):
        names.append(text[start:])
    return names, tokens


def _number(text: str, core: re.Match[str], adjacent: bool) -> tuple[str, str, int] | None:
    """What a number counts, its value and its end; None if it is part of a name."""
    value = _value(core["core"])
    if not value:
        return None
    stem = core["stem"] or ""
    value = ("B" if core["under"] else "") + value + _sub(core["sub"])
    value = stem + value if stem == "临" else value + stem
    mark = _MARK.match(text, core.end())
    if mark is None:
        bare = _stands_alone(text, core, adjacent)
        return ("", value, core.end()) if bare else None
    end, kind = mark.end(), str(mark.lastgroup)
    if not adjacent and mark[0] in _WORDS_OF_NAMES and not core["core"].isascii():
        return None
    if kind == "n" and (after := _AFTER_NUMBER.match(text, end)):
        value += _sub(after[0].lstrip("-"))
        end = after.end()
    return kind, value, end


def _value(core: str) -> str:
    if core.isdigit() and core.isascii():
        return core.lstrip("0") or "0"
    return core if core[0] in "甲乙丙丁戊己庚辛" or core.isascii() else digits(core)


def _sub(text: str | None) -> str:
    """12甲 as it is; 12附3 likewise; 12之3 as 12-3."""
    if not text or text[0] not in "附付之":
        return text or ""
    return ("-" if text[0] == "之" else "附") + digits(text[1:].rstrip("号"))


def _stands_alone(text: str, core: re.Match[str], adjacent: bool) -> bool:
    """Whether a number without a word is a number at all, and not part of a name."""
    numeral = core["core"]
    if numeral.isascii():
        return _NAME_GOES_ON.match(text, core.end()) is None
    if not _ENDS.match(text, core.end()):
        return False
    return adjacent or len(numeral) > 1 or text[core.start() - 1 : core.start()] in _KIND_WORDS


def _gap(between: str) -> str:
    if "、" in between:
        return "、"
    if "~" in between or "至" in between or "到" in between:
        return "~"
    return "-" if "-" in between or "/" in between else ""
