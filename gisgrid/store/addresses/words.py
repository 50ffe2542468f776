"""What the standard addresses themselves are called: what an alias may mean, and may not hide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from gisgrid.store import clock
from gisgrid.store.addresses.crossings import is_named_road
from gisgrid.store.grids import valid_grids
from gisgrid.store.tables import address, dividing_line

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["StandardWords"]

# Up to the first number, and up to the first lane.
_HEAD: Final = "^(.+?)[0-9]"
_LANE: Final = "^(.+?[0-9]+弄)"


@dataclass(frozen=True)
class StandardWords:
    """The words of standard addresses, up to the number of a house.

    Attributes
    ----------
    heads : frozenset of str
        Every beginning up to the first number: ``上海市嘉定区马陆镇白银路``.
    lanes : frozenset of str
        Every beginning up to a lane: ``上海市嘉定区马陆镇白银路288弄``.
    names : frozenset of str
        What follows in the heads on the name of a grid, and the roads on record: ``白银路``.
    """

    heads: frozenset[str]
    lanes: frozenset[str]
    names: frozenset[str]

    @classmethod
    def read(cls, connection: Connection) -> StandardWords:
        """Read them; every address is looked at."""
        heads, lanes = (_beginnings(connection, pattern) for pattern in (_HEAD, _LANE))
        valid = valid_grids(clock.now(connection, UTC))
        grids = set(connection.scalars(select(valid.c.name)))
        roads = connection.scalars(select(dividing_line.c.name).where(is_named_road()).distinct())
        return cls(heads, lanes, frozenset(roads) | {_after(one, grids) for one in heads})

    def lead(self, words: str) -> bool:
        """Whether the words are a road, or the beginning of addresses up to a road or a lane."""
        return words in self.names or words in self.heads or words in self.lanes

    def bear(self, name: str) -> bool:
        """Whether standard addresses or roads are called so themselves."""
        return name in self.names or name in self.heads


def _beginnings(connection: Connection, pattern: str) -> frozenset[str]:
    part = func.substring(address.c.text, pattern)
    return frozenset(connection.scalars(select(part).where(part.is_not(None)).distinct()))


def _after(head: str, grids: set[str]) -> str:
    """What follows on the last name of a grid: 上海市嘉定区马陆镇白银路: 白银路."""
    for begin in range(len(head)):
        for end in range(len(head) - 1, begin + 1, -1):
            if head[begin:end] in grids:
                return _after(head[end:], grids)
    return head
