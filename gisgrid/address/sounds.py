"""How characters sound, folded over what Mandarin speakers of the Yangtze delta mix up."""

from __future__ import annotations

import os
from functools import lru_cache

__all__ = ["folded", "letters", "sound_alike", "sound_the_same"]

_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_MOST_KEPT = 16_384


def _fold(syllable: str) -> str:
    """Without the difference of zh/z, ch/c, sh/s, n/l at the front and ng/n at the end."""
    for spoken, heard in _FOLDS:
        if syllable.startswith(spoken):
            syllable = heard + syllable[2:]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=_MOST_KEPT)
def _syllables(character: str) -> tuple[str, ...]:
    # Imported late, and without its phrases, which single characters do not need: they take 0.5 s.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    return tuple(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=_MOST_KEPT)
def letters(character: str) -> str:
    """The commonest reading of a character in plain letters; other text as it is."""
    return _syllables(character)[0]


@lru_cache(maxsize=_MOST_KEPT)
def folded(character: str) -> str:
    """The folded sound of a character's commonest reading."""
    return _fold(_syllables(character)[0])


def sound_the_same(one: str, other: str) -> bool:
    """Whether two characters share a reading, tones apart."""
    return not set(_syllables(one)).isdisjoint(_syllables(other))


@lru_cache(maxsize=_MOST_KEPT)
def sound_alike(one: str, other: str) -> bool:
    """Whether two characters share a folded reading."""
    theirs = {_fold(syllable) for syllable in _syllables(other)}
    return any(_fold(syllable) in theirs for syllable in _syllables(one))
