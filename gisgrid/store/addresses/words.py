"""What the standard addresses themselves are called: what an alias may mean, and may not hide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from gisgrid.address.elsewhere import own_names
from gisgrid.store import clock
from gisgrid.store.addresses.crossings import is_named_road
from gisgrid.store.grids import select_grids, valid_grids
from gisgrid.store.tables import address, boundary_version, dividing_line

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

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
    divisions : frozenset of str
        The towns, and the city and the district that all heads begin with: ``马陆镇``, ``嘉定区``.
    """

    heads: frozenset[str]
    lanes: frozenset[str]
    names: frozenset[str]
    divisions: frozenset[str]

    @classmethod
    def read(cls, connection: Connection) -> StandardWords:
        """Read them; every address is looked at."""
        heads, lanes = (_beginnings(connection, pattern) for pattern in (_HEAD, _LANE))
        at = clock.now(connection, UTC)
        valid = valid_grids(at)
        grids = set(connection.scalars(select(valid.c.name)))
        towns = {row.name for row in connection.execute(_areas(at))}
        roads = connection.scalars(select(dividing_line.c.name).where(is_named_road()).distinct())
        shared = commonprefix(list(heads))  # noqa: RUF071  letter by letter
        return cls(
            heads,
            lanes,
            names=frozenset(roads) | {_after(one, grids) for one in heads},
            divisions=frozenset(towns.union(own_names(shared))),
        )

    def lead(self, words: str) -> bool:
        """Whether the words are a road, or the beginning of addresses up to a road or a lane."""
        return words in self.names or words in self.heads or words in self.lanes

    def bear(self, name: str) -> bool:
        """Whether standard addresses, roads, towns or the district are called so themselves."""
        return name in self.names or name in self.heads or name in self.divisions


def _areas(at: datetime) -> Select[Any]:
    query, _ = select_grids(at)
    return query.where(boundary_version.c.level == "area")


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
