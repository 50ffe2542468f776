"""One spelling for texts that mean the same: widths, radicals, variants, dashes, blanks."""

from __future__ import annotations

import re
import unicodedata

from gisgrid.address.variants import VARIANTS

__all__ = ["fold", "normal"]

_TABLE = str.maketrans(
    {
        **VARIANTS,
        **{c: c.upper() for c in "abcdefghijklmnopqrstuvwxyz"},
        **dict.fromkeys("‐‑‒–—―−ー─━⁃", "-"),
        **dict.fromkeys("〜∼", "~"),
        **dict.fromkeys("〔〖【「『〈《[{", "("),
        **dict.fromkeys("〕〗】」』〉》]}", ")"),
        **dict.fromkeys("。;|\\", ","),
        **dict.fromkeys("·•・‧`\"'“”‘’", None),
    }
)
_CALM = re.compile(r"[ -~㐀-䶿一-鿿〇]*")
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Mn", "Me", "So", "Sk"}
_BLANKS = re.compile(r"\s+")
_INNER_BLANK = re.compile(r"(?<![0-9A-Z]) | (?![0-9A-Z])")
_CHINESE = re.compile(r"[㐀-䶿一-鿿〇]")


def fold(text: str) -> str:
    """Bring a text to one spelling, and keep one blank where there were some.

    Full-width signs, Kangxi radicals and ligatures (NFKC), traditional and variant characters,
    dashes, brackets and letters' case become one form each; control and format characters,
    emoji and marks that pile up on others are left out.

    Parameters
    ----------
    text : str
        Any text at all.

    Returns
    -------
    str
    """
    while True:
        seen = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).translate(_TABLE)).strip(" ")
        if _CALM.fullmatch(seen):
            return seen
        seen = "".join(c for c in seen if unicodedata.category(c) not in _UNSEEN)
        if seen == text:
            return seen
        text = seen  # what was left out may have kept apart what belongs together


def normal(text: str) -> str:
    """Bring a text to the one spelling that is compared.

    As :func:`fold`, and without blanks; in a text with Chinese one stays between two letters
    or digits (``288 12号``), in one without none does (``AB10 1AB`` is ``ab101ab``).

    Parameters
    ----------
    text : str
        Any text at all.

    Returns
    -------
    str
        The same again for its own result.

    Examples
    --------
    >>> normal("嘉定區　馬陸鎮 白银路 ２８８弄")
    '嘉定区马陆镇白银路288弄'
    >>> normal("ab10 1ab")
    'AB101AB'
    """
    while True:
        seen = fold(text)
        if " " in seen:
            inner = _INNER_BLANK if _CHINESE.search(seen) else _BLANKS
            seen = inner.sub("", seen)
        if seen == text or _CALM.fullmatch(seen):
            return seen
        text = seen
