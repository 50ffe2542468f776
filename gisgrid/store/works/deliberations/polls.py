"""The poll of residents: who is asked what, and how many chose which; nobody's name is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from gisgrid.errors import Conflict, InputError
from gisgrid.store.tables import deliberation_option
from gisgrid.store.works.deliberations.records import Deliberation, one, put, under_way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

__all__ = ["count_votes", "open_poll"]


def open_poll(
    connection: Connection,
    number: str,
    which: int,
    *,
    question: str,
    households: int,
    options: Sequence[str],
    reason: str = "",
) -> Deliberation:
    """Ask the residents; the votes are counted later, and nobody's name is kept.

    Parameters
    ----------
    households : int
        How many are asked.
    reason : str
        Why they are, such as an owners' committee that is still being formed.

    Raises
    ------
    NotFound
        There is no such deliberation of a case where one may look.
    InputError
        There are fewer than two options, one stands twice, or nobody is asked.
    Conflict
        It is closed, or they are asked already.
    """
    if len(options) < 2 or len(set(options)) < len(options) or households < 1 or not question:
        raise InputError(
            "a poll needs a question, households and two options that differ", where=number
        )
    held, row = under_way(connection, number, which)
    if row.poll_question:
        raise Conflict("the residents are asked already", where=number, fix="count the votes")
    put(connection, row.id, poll_question=question, poll_reason=reason, poll_households=households)
    connection.execute(
        insert(deliberation_option),
        [
            {"deliberation_id": row.id, "position": k, "words": words}
            for k, words in enumerate(options, 1)
        ],
    )
    return one(connection, held.case, which)


def count_votes(
    connection: Connection, number: str, which: int, votes: Mapping[str, int]
) -> Deliberation:
    """Put the count of a poll on record; a count that was wrong can be given anew until the end.

    Parameters
    ----------
    votes : mapping of option to int
        One for each option.

    Raises
    ------
    NotFound
        There is no such deliberation of a case where one may look.
    InputError
        An option is missing or unknown, or there are more votes than households asked.
    Conflict
        It is closed, or nobody was asked.
    """
    held, row = under_way(connection, number, which)
    if not row.poll_question:
        raise Conflict("nobody was asked", where=number, fix="open a poll first")
    own = deliberation_option.c.deliberation_id == row.id
    known = list(connection.scalars(select(deliberation_option.c.words).where(own)))
    if set(votes) != set(known) or min(votes.values()) < 0:
        raise InputError("give a count for each option", where=number, fix=" | ".join(known))
    if sum(votes.values()) > row.poll_households:
        raise InputError(
            f"{sum(votes.values()):,} votes, and {row.poll_households:,} households were asked",
            where=number, fix="one vote for each household at most",
        )  # fmt: skip
    for words, count in votes.items():
        option = update(deliberation_option).where(own, deliberation_option.c.words == words)
        connection.execute(option.values(votes=count))
    return one(connection, held.case, which)
