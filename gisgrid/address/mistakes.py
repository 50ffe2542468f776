"""What kind of slip turns one name into another: of sound, of shape, a character too many."""

from __future__ import annotations

from typing import Literal

from gisgrid.address.shapes import look_alike, share_a_part
from gisgrid.address.sounds import sound_alike, sound_the_same

__all__ = ["Mistake", "mistake"]

Mistake = Literal[
    "exact",
    "sound",
    "near-sound",
    "sounds",
    "shape",
    "part",
    "character",
    "two",
    "missing",
    "extra",
    "doubled",
    "telling",
    "other-kind",
]

_TELLING = frozenset("东西南北中前后上下左右内外一二三四五六七八九十0123456789")
_TELLING_WHEN_ADDED = _TELLING | frozenset("新老支公横环")
_KINDS = frozenset("路街巷道弄村")
_NO_NAMES = frozenset(["新村", "小区", "花园", "公寓", "家园", "公路", "大道"])


def mistake(said: str, name: str) -> Mistake | None:
    """How ``said`` went wrong if ``name`` was meant.

    Parameters
    ----------
    said : str
        What the text has.
    name : str
        What a name of the district is.

    Returns
    -------
    str or None
        - ``exact``
        - one character differs: ``sound`` the same syllable, ``near-sound`` one that people mix
          up with it, ``shape`` looks alike, ``part`` has a component in common, ``character`` none
          of these
        - several differ: ``sounds`` all by sound, ``two`` all but one
        - ``missing``: the text lacks a character; ``extra``: it has one more; ``doubled``: the
          one before it again
        - ``telling``: one of those, of a character that tells names apart (东路, 支路, 二村)
        - ``other-kind``: the word for the kind is another (街 for 路)

        None when they are further apart.
    """
    if said == name:
        return "exact"
    if said in _NO_NAMES:
        return None
    if len(said) == len(name):
        if said[:-1] == name[:-1] and said[-1] in _KINDS and name[-1] in _KINDS:
            return "other-kind"
        return _replaced([pair for pair in zip(said, name, strict=True) if pair[0] != pair[1]])
    if len(said) == len(name) + 1:
        at = _odd_one(said, name)
        if at is None:
            return None
        doubled = at > 0 and said[at] == said[at - 1]
        if said[at] in (_TELLING if doubled else _TELLING_WHEN_ADDED):
            return "telling"
        return "doubled" if doubled else "extra"
    if len(said) == len(name) - 1:
        at = _odd_one(name, said)
        if at is None:
            return None
        return "telling" if name[at] in _TELLING else "missing"
    return None


def _odd_one(longer: str, shorter: str) -> int | None:
    """Where the longer has a character more, the last such place; None if that is not all."""
    at = next((i for i, c in enumerate(shorter) if c != longer[i]), len(shorter))
    return at if longer[at + 1 :] == shorter[at:] else None


def _replaced(wrong: list[tuple[str, str]]) -> Mistake | None:
    if len(wrong) == 1:
        return _one_replaced(*wrong[0])
    unlike = sum(not sound_alike(a, b) for a, b in wrong)
    if unlike > 1:
        return None
    return "two" if unlike else "sounds"


def _one_replaced(said: str, meant: str) -> Mistake:
    if said in _TELLING and meant in _TELLING:
        return "telling"
    if sound_the_same(said, meant):
        return "sound"
    if look_alike(said, meant):
        return "shape"
    if sound_alike(said, meant):
        return "near-sound"
    return "part" if share_a_part(said, meant) else "character"
