"""Other names: estates for their lanes, what roads were called, what people say."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gisgrid.address.normal import normal
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.addresses.words import StandardWords
from gisgrid.store.tables import address_alias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = [
    "KINDS",
    "NewAlias",
    "StoredAlias",
    "add_alias",
    "add_aliases",
    "end_alias",
    "fault_of",
    "list_aliases",
]

KINDS: Final = ("estate", "old-name", "other")
"""What an alias may be: an estate, what a road was called, or anything else that people say."""

_SHORTEST: Final = 2
_LONGEST: Final = 100
_FIX: Final = "write what it means as the addresses do: 白银路, or 上海市嘉定区马陆镇白银路288弄"


@dataclass(frozen=True)
class NewAlias:
    """A name in normal writing, and what it shall stand for."""

    name: str
    means: str
    kind: str = "other"

    @classmethod
    def said(cls, name: str, means: str, kind: str = "") -> NewAlias:
        """As somebody wrote it."""
        return cls(normal(name), means.strip(), kind.strip() or "other")


@dataclass(frozen=True)
class StoredAlias:
    """A name on record.

    Attributes
    ----------
    id : int
        Rises with each alias.
    name, means : str
        What people say, and the road or the beginning of standard addresses that it stands for.
    kind : str
        One of `KINDS`.
    source : str
        Where it comes from: an import, a review.
    made_at : datetime
    made_by : str
    ended_at : datetime or None
        None while it holds.
    ended_by : str
    """

    id: int
    name: str
    means: str
    kind: str
    source: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None = None
    ended_by: str = ""


def list_aliases(
    connection: Connection, *, ended: bool = False, after: int = 0, limit: int | None = None
) -> list[StoredAlias]:
    """The aliases that hold (or those that have ended), the first made first.

    Parameters
    ----------
    after : int
        Only those with a higher number, for paging by key.
    """
    own = address_alias.c
    gone = own.ended_at.is_not(None) if ended else own.ended_at.is_(None)
    query = select(address_alias).where(gone, own.id > after).order_by(own.id).limit(limit)
    return [StoredAlias(**row._mapping) for row in connection.execute(query)]


def add_alias(
    connection: Connection,
    name: str,
    means: str,
    *,
    kind: str = "other",
    source: str = "",
    author: str = "",
) -> StoredAlias:
    """Let a name stand for a road, or for the beginning of standard addresses.

    One that holds already is given back as it is.

    Parameters
    ----------
    name : str
        What people say, without numbers of houses; it is kept as `gisgrid.address.normal` writes
        it.
    means : str
        As the standard addresses write it: ``白银路``, or ``上海市嘉定区马陆镇白银路288弄``.
    kind : str
        One of `KINDS`.
    source, author : str
        For the record.

    Raises
    ------
    InputError
        The name cannot be one, or addresses bear it themselves; no address has what it is to
        mean; there is no such kind.
    """
    made = NewAlias.said(name, means, kind)
    if fault := fault_of(made, StandardWords.read(connection)):
        raise InputError(f"the alias {fault}", where=f"{name!r} = {means!r}"[:_LONGEST], fix=_FIX)
    add_aliases(connection, [made], source=source, author=author)
    own = address_alias.c
    held = own.name == made.name, own.means == made.means, own.ended_at.is_(None)
    return StoredAlias(**connection.execute(select(address_alias).where(*held)).one()._mapping)


def add_aliases(
    connection: Connection, made: Sequence[NewAlias], *, source: str = "", author: str = ""
) -> int:
    """Keep aliases in which there is no fault; how many did not hold already."""
    if not made:
        return 0
    rows = [asdict(one) | {"source": source, "made_by": author} for one in made]
    statement = insert(address_alias).on_conflict_do_nothing(
        index_elements=["name", "means"], index_where=text("ended_at IS NULL")
    )
    return len(connection.scalars(statement.returning(address_alias.c.id), rows).all())


def fault_of(made: NewAlias, words: StandardWords) -> str:
    """Why an alias cannot be; empty where it can."""
    if not _SHORTEST <= len(made.name) <= _LONGEST:
        return f"has a name of fewer than {_SHORTEST} or more than {_LONGEST} letters"
    if not re.search(r"[^\W\d_号弄室幢栋楼]", made.name):
        return "has a name that is nothing but numbers"
    if made.kind not in KINDS:
        return f"is of no kind that there is: {', '.join(KINDS)}"
    if not words.lead(made.means):
        return "stands for what no standard address has"
    return "has a name that standard addresses bear themselves" if words.bear(made.name) else ""


def end_alias(connection: Connection, number: int, *, author: str = "") -> StoredAlias:
    """End an alias; it stays on record.

    Raises
    ------
    NotFound
        There is no such alias.
    Conflict
        It has ended already.
    """
    own = address_alias.c
    ended = update(address_alias).where(own.id == number, own.ended_at.is_(None))
    ended = ended.values(ended_at=func.clock_timestamp(), ended_by=author)
    row = connection.execute(ended.returning(address_alias)).one_or_none()
    if row is not None:
        return StoredAlias(**row._mapping)
    if connection.scalar(select(own.id).where(own.id == number)) is None:
        raise NotFound(
            "there is no such alias", where=str(number), fix="gisgrid address alias list"
        )
    raise Conflict("the alias has ended already", where=str(number))
