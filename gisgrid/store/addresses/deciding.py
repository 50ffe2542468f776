"""What a person decides of the texts that wait: which address they mean, and what is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from gisgrid.address.normal import normal
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.addresses.aliases import add_alias
from gisgrid.store.addresses.reviews import WAITING, Review, review
from gisgrid.store.tables import address, address_review

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["decide", "dismiss", "reopen"]


def decide(
    connection: Connection,
    number: int,
    address_id: int,
    *,
    alias: str = "",
    means: str = "",
    kind: str = "other",
    author: str = "",
) -> Review:
    """Decide that a text means an address; whoever asks for that text gets it from then on.

    Parameters
    ----------
    number : int
        Of an open review.
    address_id : int
        The row of the standard address.
    alias : str
        A name in the text to learn: other texts with it are found too.
    means : str
        What the name stands for; left out, the address without what follows on the name in the
        text (``老虎灶27号`` → ``…沐峰路6弄27号``: ``…沐峰路6弄``).
    kind : str
        Of the alias, one of `gisgrid.store.addresses.KINDS`.
    author : str
        For the record.

    Raises
    ------
    NotFound
        There is no such review or address.
    Conflict
        The review is not open; or addresses bear the name themselves.
    InputError
        The name cannot be learnt.
    """
    _lock(connection, number, open_=True)
    found = review(connection, number)
    text = connection.scalar(select(address.c.text).where(address.c.id == address_id))
    if text is None:
        raise NotFound("there is no such address", where=str(address_id))
    learnt = None
    if alias:
        learnt = add_alias(
            connection,
            alias,
            means or _meant(found.text, alias, text),
            kind=kind,
            source=f"review {number}",
            author=author,
        ).id
    return _close(
        connection,
        number,
        state="decided",
        address_id=address_id,
        chosen=text,
        alias_id=learnt,
        decided_by=author,
    )


def dismiss(connection: Connection, number: int, *, author: str = "") -> Review:
    """Say that there is nothing to decide: the text is none of an address here.

    Raises
    ------
    NotFound
        There is no such review.
    Conflict
        It is not open.
    """
    _lock(connection, number, open_=True)
    return _close(connection, number, state="dismissed", decided_by=author)


def reopen(connection: Connection, number: int) -> Review:
    """Take a decision back: the review waits again. An alias that was learnt ends by itself only.

    Raises
    ------
    NotFound
        There is no such review.
    Conflict
        It is open.
    """
    _lock(connection, number, open_=False)
    own = address_review.c
    connection.execute(update(address_review).where(own.id == number).values(WAITING))
    return review(connection, number)


def _meant(text: str, alias: str, standard: str) -> str:
    """What a name in a text stands for, when the text means a standard address."""
    _, found, rest = normal(text).partition(normal(alias))
    if found and rest and standard.endswith(rest):
        return standard.removesuffix(rest)
    raise InputError(
        "it is not plain what the name stands for"
        if found
        else "the text does not have the name that shall be learnt",
        where=repr(alias),
        fix="say what it means, as the addresses write it: 上海市嘉定区马陆镇白银路288弄",
    )


def _lock(connection: Connection, number: int, *, open_: bool) -> None:
    """Wait for others who decide the same."""
    own = address_review.c
    held = select(own.state).where(own.id == number).with_for_update()
    state = connection.scalar(held)
    if state is None:
        review(connection, number)
    if open_ != (state == "open"):
        raise Conflict(
            f"the review is {state}",
            where=str(number),
            fix=f"gisgrid address review reopen {number}" if open_ else "",
        )


def _close(connection: Connection, number: int, **values: Any) -> Review:
    own = address_review.c
    closed = update(address_review).where(own.id == number)
    connection.execute(closed.values(decided_at=func.clock_timestamp(), **values))
    return review(connection, number)
