"""Reading an address: a text in, the ways to read it out."""

from __future__ import annotations

import re
from typing import Protocol

from gisgrid.address.components import Numbers, Reading
from gisgrid.address.crossings import split_crossing, without_crossroads
from gisgrid.address.filling import fill
from gisgrid.address.masking import mask, unmask
from gisgrid.address.normal import fold, normal
from gisgrid.address.plain import read_plain
from gisgrid.address.remarks import split_near, without_brackets, without_labels
from gisgrid.address.tokens import cut
from gisgrid.errors import InputError

__all__ = ["LONGEST", "KnownNames", "readings"]

LONGEST = 200
"""Characters that an address may have; no standard address comes near it."""

_LONGEST_RAW = 1000  # before blanks and the like are taken out
_CHINESE = re.compile(r"[㐀-䶿一-鿿〇]")
_BLANK_AT_NUMBER = re.compile(r"(?<=[㐀-鿿]) (?=[0-9A-Z])|(?<=[0-9A-Z]) (?=[㐀-鿿])")
_DASHED_ONE = re.compile(r"(?<=\d)一(?=\d)")
_SIGNS = " ,、.:-/#~_!?*+&=<>@%^$"
_BREAK = re.compile(r"[,、.:/\-~_!?*+&=<>@%^$#]+")
_REMARK = re.compile(
    r"收$|先生|女士|小姐|阿姨|师傅|老师|快递|驿站|丰巢|柜$|门卫|保安|前台|物业|谢谢"
    r"|电话|敲门|到付|自提|尽快|[请勿]|^[放留]|^[商店]铺|门面|^[底顶][楼层]|^[全整][幢栋楼部]|车库|大堂"
)
_LIKE_A_NAME = re.compile(r"[省市区县镇乡村路街道巷弄里坊苑园庭庄城组队湾桥]")


class KnownNames(Protocol):
    """The names that a place is known by, among them those with numerals inside."""

    def longest(self, text: str, start: int) -> int:
        """Length of the longest known name that begins at ``start``; 0 for none."""


def readings(text: str, known: KnownNames | None = None) -> tuple[Reading, ...]:
    """Read an address in every sensible way.

    Parameters
    ----------
    text : str
        As written: widths, variants, blanks and case do not matter.
    known : KnownNames, optional
        Names to keep whole: 白银一坊, 三里桥路, 一号路.

    Returns
    -------
    tuple of Reading
        One to four, the plainest first.

    Raises
    ------
    InputError
        If the text is too long to be an address.

    Examples
    --------
    >>> readings("马陆镇白银路288-12号")[0].numbers.lane
    '288'
    """
    folded = _bounded(text)
    if not _CHINESE.search(folded):
        whole = normal(folded)
        return (Reading((whole,) if whole else (), Numbers(), doubts=("not-chinese",)),)
    plain = read_plain(folded)
    return (plain,) if plain else _closer(folded, known)


def _bounded(text: str) -> str:
    folded = fold(text) if len(text) <= _LONGEST_RAW else text
    if len(folded) > LONGEST:
        raise InputError(
            "too long for an address",
            where=f"{normal(text[:20])[:20]}…",
            fix=f"an address has at most {LONGEST} characters",
        )
    return folded


def _closer(folded: str, known: KnownNames | None) -> tuple[Reading, ...]:
    """Read a text that is not in plain form."""
    doubts: list[str] = []
    tidy = _DASHED_ONE.sub("-", _BLANK_AT_NUMBER.sub("", folded))
    text = mask(tidy, known) if known else tidy
    shorter = without_labels(text)
    if shorter != text:
        doubts.append("extra-words")
    text, dropped = without_brackets(shorter)
    if dropped:
        doubts.append("remark")
    text, near, landmark = split_near(text)
    if landmark:
        doubts.append("landmark")
    return _read(text, near, doubts)


def _read(text: str, near: str, doubts: list[str]) -> tuple[Reading, ...]:
    near = unmask(near)
    names, tokens = cut(text)
    if not tokens:
        roads = tuple(unmask(name) for name in split_crossing(text.strip(_SIGNS)))
        if roads:
            return (Reading(roads, Numbers(), near, True, tuple(doubts)),)
    else:
        shorter = without_crossroads(names)
        if shorter != names:
            names = shorter
            doubts.append("remark")
    places, left_out = _places(names)
    if left_out:
        doubts.append("extra-words")
    filled = fill(tokens) or [(Numbers(), ())]
    return tuple(
        Reading(tuple(places), numbers, near, False, tuple(dict.fromkeys((*doubts, *more))))
        for numbers, more in filled
    )


def _places(names: list[str]) -> tuple[list[str], bool]:
    """The pieces that may name a place, and whether others were left out.

    Pieces parted by blanks alone are joined: people set blanks inside a name as well.
    """
    places: list[str] = []
    left_out = False
    for name in names:
        for piece in _BREAK.split(unmask(name)):
            words = [word for word in piece.split(" ") if word]
            kept = [word for word in words if _may_be_place(word)]
            left_out |= len(kept) < len(words)
            if kept:
                places.append("".join(kept))
    return places, left_out


def _may_be_place(word: str) -> bool:
    if not _CHINESE.search(word):
        return False
    return _REMARK.search(word) is None or _LIKE_A_NAME.search(word) is not None
