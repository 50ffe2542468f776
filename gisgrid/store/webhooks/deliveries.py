"""The outbox: what is to be delivered, what came of it, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update

from gisgrid.store.tables import webhook, webhook_delivery

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["MOST_ATTEMPTS", "Delivery", "Due", "deliveries", "due", "pause_after", "settle"]

# Over some fifteen hours: a weekend's outage is not bridged, a night's is.
MOST_ATTEMPTS: Final = 8
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=6)
_LONGEST_PROBLEM: Final = 300


@dataclass(frozen=True)
class Due:
    """A message that is to be sent now.

    Attributes
    ----------
    id : int
        The same at every attempt: the receiver knows by it what it has had.
    webhook_id : int
    url, secret : str
    number, action, stage : str
        Of the case and its event.
    happened_at : datetime
    attempts : int
        Made so far.
    """

    id: int
    webhook_id: int
    url: str
    secret: str
    number: str
    action: str
    stage: str
    happened_at: datetime
    attempts: int


@dataclass(frozen=True)
class Delivery:
    """What came of a message.

    Attributes
    ----------
    id, webhook : int
    number, action, stage : str
    happened_at : datetime
    state : str
        ``pending``, ``delivered`` or ``dead``.
    attempts : int
    next_at : datetime or None
        When it is tried again; None for what has ended.
    status : int or None
        The last HTTP status; None where there was no answer.
    problem : str
        Why the last attempt failed.
    """

    id: int
    webhook: int
    number: str
    action: str
    stage: str
    happened_at: datetime
    state: str
    attempts: int
    next_at: datetime | None
    status: int | None
    problem: str


def due(connection: Connection, *, each: int) -> list[Due]:
    """What is to be sent now, the earliest first; so many at most to each webhook."""
    own, to = webhook_delivery.c, webhook.c
    turn = func.row_number().over(partition_by=own.webhook_id, order_by=(own.next_at, own.id))
    waiting = (
        select(webhook_delivery, turn.label("turn"))
        .where(own.state == "pending", own.next_at <= func.clock_timestamp())
        .subquery()
    )
    names = ("id", "webhook_id", "number", "action", "stage", "happened_at", "attempts")
    query = (
        select(*(waiting.c[name] for name in names), to.url, to.secret)
        .join(webhook, to.id == waiting.c.webhook_id)
        .where(waiting.c.turn <= each)
        .order_by(waiting.c.turn, waiting.c.id)
    )
    return [Due(**row._mapping) for row in connection.execute(query)]


def settle(connection: Connection, sent: Due, *, status: int | None, problem: str = "") -> str:
    """Note what came of an attempt.

    Parameters
    ----------
    status : int or None
        What the receiver answered; 2xx means that it has the message.
    problem : str
        Why there was no answer.

    Returns
    -------
    str
        The state since then: ``delivered``; ``pending``, to be tried again after a pause that
        grows; ``dead`` after `MOST_ATTEMPTS`.
    """
    attempts = sent.attempts + 1
    now = func.clock_timestamp()
    values: dict[str, object] = {
        "attempts": attempts,
        "status": status,
        "problem": problem[:_LONGEST_PROBLEM],
    }
    if status is not None and 200 <= status < 300:
        state = "delivered"
    else:
        state = "dead" if attempts >= MOST_ATTEMPTS else "pending"
    if state == "pending":
        values["next_at"] = now + pause_after(attempts)
    else:
        values["ended_at"] = now
    own = webhook_delivery.c
    connection.execute(
        update(webhook_delivery)
        # Who removed the webhook meanwhile has ended its messages.
        .where(own.id == sent.id, own.state == "pending")
        .values(state=state, **values)
    )
    return state


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts that failed."""
    pause: timedelta = _FIRST_PAUSE * 4 ** (attempts - 1)
    return min(pause, _LONGEST_PAUSE)


def deliveries(
    connection: Connection, *, webhook_id: int | None = None, state: str | None = None, limit: int
) -> list[Delivery]:
    """The messages, the newest first."""
    own = webhook_delivery.c
    query = select(webhook_delivery).order_by(own.id.desc()).limit(limit)
    if webhook_id is not None:
        query = query.where(own.webhook_id == webhook_id)
    if state is not None:
        query = query.where(own.state == state)
    return [
        Delivery(
            id=row.id,
            webhook=row.webhook_id,
            number=row.number,
            action=row.action,
            stage=row.stage,
            happened_at=row.happened_at,
            state=row.state,
            attempts=row.attempts,
            next_at=row.next_at if row.state == "pending" else None,
            status=row.status,
            problem=row.problem,
        )
        for row in connection.execute(query)
    ]
