"""Numbers as people write them: digits, 二百八十八, 二八八, 廿八, 贰佰捌拾捌."""

from __future__ import annotations

import re

__all__ = ["BANKERS", "EVERYDAY", "digits"]

EVERYDAY = "〇零一二三四五六七八九十百千两廿卅"
"""The numerals of every day, for a class of characters."""

BANKERS = "零壹贰叁肆伍陆柒捌玖拾佰仟"
"""The numerals of bills, for a class of characters; 陆 and 伍 are also parts of names."""

_AS_EVERYDAY = str.maketrans(BANKERS + "〇", "零一二三四五六七八九十百千零")
_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_SCORES = {"廿": 20, "卅": 30}
_ONE_BY_ONE = re.compile(r"[零一二三四五六七八九]+")
_BY_PLACES = re.compile(
    r"(?:(?P<thousands>[一二三四五六七八九两])千)?"
    r"(?:零?(?P<hundreds>[一二三四五六七八九两])百)?"
    r"(?:零?(?P<tens>[一二三四五六七八九]?)(?P<ten>十)|(?P<scores>[廿卅]))?"
    r"(?P<zero>零?)(?P<ones>[一二三四五六七八九两]?)"
)


def digits(text: str) -> str:
    """Read a numeral in any of its ways as ASCII digits without leading zeros.

    Parameters
    ----------
    text : str
        ASCII digits, Chinese digits one by one (二八八), a number by places (二百八十八, 两百,
        一百零三, 三百五, 廿八), or either as on bills (贰佰捌拾捌).

    Returns
    -------
    str
        ``"288"``; or ``""`` for what is no number.
    """
    if text.isascii():
        return (text.lstrip("0") or "0") if text.isdigit() else ""
    plain = text.translate(_AS_EVERYDAY)
    if _ONE_BY_ONE.fullmatch(plain):
        return "".join([str(_VALUES[c]) for c in plain]).lstrip("0") or "0"
    return _by_places(plain)


def _by_places(plain: str) -> str:
    found = _BY_PLACES.fullmatch(plain)
    if found is None or plain.endswith("零"):
        return ""
    thousands, hundreds, ones = (
        _VALUES[found[name]] if found[name] else 0 for name in ("thousands", "hundreds", "ones")
    )
    tens = _SCORES.get(found["scores"] or "", 0)
    if found["ten"]:
        tens = 10 * (_VALUES[found["tens"]] if found["tens"] else 1)
    if ones and not tens and not found["zero"] and (hundreds or thousands):
        ones *= 10 if hundreds else 100  # 三百五 is 350, 一千二 is 1200
    return str(1000 * thousands + 100 * hundreds + tens + ones)
