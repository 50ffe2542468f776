"""Places in a text that nothing explains: 顾村镇白银路, 昌吉路白银路, 新白银路."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gisgrid.address.elsewhere import BETWEEN, is_elsewhere
from gisgrid.address.names import Mention

__all__ = ["names_a_stranger", "names_another_place"]

_NAME = "@"  # stands for the name that leads to the address
_STRANGER = re.compile(
    r"[㐀-鿿](?:镇|乡|街道|市|县|(?<![小社园新校城街厂业发山库景])区|路|街|巷|大道)(?![㐀-鿿])"
)
_MAKES_ANOTHER = frozenset("新老前后东西南北中上下大小")


def names_a_stranger(text: str, left: int, mention: Mention) -> bool:
    """Whether what is left of a text names a place that is not known.

    It ends in a word for a town, a city or a road, or it is one character before the name that
    makes another name of it. The same character twice is a slip.

    Parameters
    ----------
    text : str
    left : int
        The characters that nothing explains, one bit each.
    mention : Mention
        The name that leads to the address.
    """
    before = text[mention.start - 1] if left & (1 << mention.start) >> 1 else ""
    if before in _MAKES_ANOTHER and before != text[mention.start]:
        return True
    seen = [c if left >> i & 1 else BETWEEN for i, c in enumerate(text)]
    seen[mention.start : mention.end] = [_NAME]
    return _STRANGER.search("".join(seen)) is not None


def names_another_place(piece: str, exact: Sequence[Mention]) -> bool:
    """Whether a piece that ends with a road of the district has a strange place before it."""
    road = next((m for m in exact if m.end == len(piece) and m.name.kind == "place"), None)
    if road is None:
        return False
    left = (1 << road.start) - 1
    for mention in exact:
        if is_elsewhere(piece, mention):
            return True
        left &= ~mention.mask
    return names_a_stranger(piece, left, road)
