"""The review queue: texts whose address was not certain, for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.address.normal import normal
from gisgrid.address.reading import readings
from gisgrid.errors import InputError, NotFound
from gisgrid.store.tables import address, address_review
from gisgrid.store.texts import storable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

__all__ = [
    "STATES",
    "WAITING",
    "Review",
    "ReviewState",
    "Unsure",
    "count_open",
    "enqueue",
    "list_reviews",
    "review",
]

ReviewState = Literal["open", "decided", "dismissed"]
STATES: Final = ("open", "decided", "dismissed")
"""What a review may be: waiting, decided that it means an address, or nothing to decide."""

WAITING: Final[dict[str, Any]] = {
    "state": "open",
    "address_id": None,
    "chosen": "",
    "alias_id": None,
    "decided_at": None,
    "decided_by": "",
}
"""What a review is that waits for a person."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A text that was sent in, and why nobody could say its address.

    Attributes
    ----------
    text : str
        As it was asked.
    status, reason : str
        Of its `gisgrid.address.records.Match`; the status is not ``found``.
    seen : int
        How often it was asked.
    """

    text: str
    status: str
    reason: str = ""
    seen: int = 1


@dataclass(frozen=True)
class Review:
    """A text in the queue, and what came of it.

    Attributes
    ----------
    id : int
        Rises with each text.
    text, status, reason : str
        As it was asked last, and why it was not certain then.
    source : str
        Who sent it in last: ``import 12``, ``api``.
    seen : int
        How often.
    first_seen, last_seen : datetime
    state : {"open", "decided", "dismissed"}
    address_id : int or None
        The address that it means.
    source_id : str or None
        That address' id at its source; None where it is gone since.
    chosen : str
        Its standard text when it was chosen.
    alias_id : int or None
        The alias that was learnt.
    decided_at : datetime or None
    decided_by : str
    """

    id: int
    text: str
    status: str
    reason: str
    source: str
    seen: int
    first_seen: datetime
    last_seen: datetime
    state: ReviewState
    address_id: int | None = None
    source_id: str | None = None
    chosen: str = ""
    alias_id: int | None = None
    decided_at: datetime | None = None
    decided_by: str = ""


def enqueue(connection: Connection, texts: Sequence[Unsure], *, source: str) -> list[int]:
    """Queue texts for a person to decide; the same text in another writing is counted once more.

    A text that was dismissed stays so. One that was decided comes back when its address is gone.

    Parameters
    ----------
    texts : sequence of Unsure
    source : str
        Who sends them in.

    Returns
    -------
    list of int
        The numbers of the reviews, one a text.

    Raises
    ------
    InputError
        A text is empty or too long, or the database cannot hold it.
    """
    keys = [_key(one.text) for one in texts]
    merged: dict[str, dict[str, Any]] = {}
    for key, one in zip(keys, texts, strict=True):
        row = {"text": one.text, "normal": key, "status": one.status, "reason": one.reason}
        seen = one.seen + merged.get(key, {"seen": 0})["seen"]
        merged[key] = row | {"seen": seen, "source": source}
    if not merged:
        return []
    _reopen_without_address(connection, list(merged))
    # In one order, so that two who send the same texts wait for each other and no more.
    statement = upsert(address_review).values([merged[key] for key in sorted(merged)])
    new, old = statement.excluded, address_review.c
    statement = statement.on_conflict_do_update(
        index_elements=["normal"],
        set_={
            **{name: new[name] for name in ("text", "status", "reason", "source")},
            "seen": old.seen + new.seen,
            "last_seen": func.clock_timestamp(),
        },
    )
    made = connection.execute(statement.returning(old.normal, old.id))
    numbers = {row.normal: row.id for row in made}
    return [numbers[key] for key in keys]


def list_reviews(
    connection: Connection,
    *,
    state: ReviewState = "open",
    after: int = 0,
    limit: int | None = None,
) -> list[Review]:
    """The reviews of a state, the first sent in first.

    Parameters
    ----------
    after : int
        Only those with a higher number, for paging by key.
    """
    own = address_review.c
    query = _reviews().where(own.state == state, own.id > after).order_by(own.id).limit(limit)
    return [Review(**row._mapping) for row in connection.execute(query)]


def count_open(connection: Connection, numbers: Collection[int]) -> int:
    """How many of some reviews, by their numbers, wait for a person."""
    own = address_review.c
    query = select(func.count()).where(own.id.in_(numbers), own.state == "open")
    return connection.execute(query).scalar_one()


def review(connection: Connection, number: int) -> Review:
    """One review.

    Raises
    ------
    NotFound
        There is none of that number.
    """
    row = connection.execute(_reviews().where(address_review.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(
            "there is no such review", where=str(number), fix="gisgrid address review list"
        )
    return Review(**row._mapping)


def _key(text: str) -> str:
    """What makes a text the same text."""
    try:
        readings(storable(text))
    except ValueError as error:
        raise InputError(f"the text cannot be kept: {error}", where="address") from None
    found = normal(text)
    if not found:
        raise InputError("the text is empty", where="address", fix="send an address in")
    return found


def _reopen_without_address(connection: Connection, keys: list[str]) -> None:
    """Let the decided ones wait again whose address is gone."""
    own = address_review.c
    there = select(address.c.id).where(address.c.id == own.address_id).exists()
    gone = own.normal.in_(keys), own.state == "decided", ~there
    connection.execute(update(address_review).where(*gone).values(WAITING))


def _reviews() -> Select[Any]:
    own = address_review.c
    wanted = [own[name] for name in Review.__dataclass_fields__ if name != "source_id"]
    return select(*wanted, address.c.source_id).outerjoin(address, address.c.id == own.address_id)
