"""Numbers below ten thousand as they are written in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MANNERS"]

_PLAIN: Final = "零一二三四五六七八九"
_FORMAL: Final = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


def _counted(number: int) -> str:
    """二百八十八, 一百零五, 十二."""
    text, gap = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if gap else "") + _PLAIN[digit] + word
        gap = digit == 0 and text != ""
        if number % unit == 0:
            break
    return text[1:] if text.startswith("一十") else text


def _said(number: int) -> str:
    """两百八十八, 廿八: as one speaks."""
    text = _counted(number)
    if 20 < number < 30:
        return "廿" + text[2:]
    return text.replace("二百", "两百").replace("二千", "两千")


def _by_digits(number: int) -> str:
    """二八八; a number that is said by its digits has three of them at least."""
    return "".join(_PLAIN[int(digit)] for digit in str(number)) if number > 99 else _counted(number)


def _by_rings(number: int) -> str:
    """一〇五 where others write a full 零."""
    return _by_digits(number).replace("零", "〇") if number > 99 else _counted(number)


def _formal(number: int) -> str:
    """贰佰捌拾捌."""
    return _counted(number).translate(_FORMAL)


MANNERS: Final[tuple[Callable[[int], str], ...]] = (
    _counted,
    _said,
    _by_digits,
    _by_rings,
    _formal,
)
"""The manners of writing a number from 1 to 9999."""
