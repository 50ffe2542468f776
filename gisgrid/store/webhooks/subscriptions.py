"""Which addresses hear of the cases of a channel."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gisgrid.errors import Conflict, NotFound
from gisgrid.store.audit import note
from gisgrid.store.tables import webhook, webhook_delivery

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Column, Connection

    from gisgrid.access import Actor
    from gisgrid.access.hosts import AllowedHosts

__all__ = ["Webhook", "add", "listing", "remove"]

_SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"


@dataclass(frozen=True)
class Webhook:
    """An address that hears of the cases of a channel.

    Attributes
    ----------
    id : int
    channel : str
        Cases that came by it are told of.
    url : str
    made_at : datetime
    made_by : str
        A reference, such as ``cli``.
    """

    id: int
    channel: str
    url: str
    made_at: datetime
    made_by: str


def add(
    connection: Connection, channel: str, url: str, *, hosts: AllowedHosts, actor: Actor
) -> tuple[Webhook, str]:
    """Let an address hear of the cases of a channel, from now on.

    Returns
    -------
    (Webhook, str)
        The webhook, and the secret that its messages are signed with; it is said only here.

    Raises
    ------
    InputError
        The URL cannot be one.
    Forbidden
        Its host is not listed.
    Conflict
        It hears of the channel already.
    """
    hosts.check_url(url)
    secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    values = {"channel": channel, "url": url, "secret": secret, "made_by": actor.ref}
    try:
        with connection.begin_nested():
            query = insert(webhook).values(values).returning(*_columns())
            made = Webhook(**connection.execute(query).one()._mapping)
    except IntegrityError:
        raise Conflict(
            "this address hears of the channel already", where=channel, fix="remove it first"
        ) from None
    note(connection, actor, "webhook.add", f"webhook:{made.id}")
    return made, secret


def listing(connection: Connection) -> list[Webhook]:
    """The webhooks in use, the first made first."""
    query = select(*_columns()).where(webhook.c.removed_at.is_(None)).order_by(webhook.c.id)
    return [Webhook(**row._mapping) for row in connection.execute(query)]


def remove(connection: Connection, webhook_id: int, *, actor: Actor) -> Webhook:
    """Let an address hear no more; what has not been delivered to it is given up.

    Raises
    ------
    NotFound
        No webhook in use has this number.
    """
    own, now = webhook.c, func.clock_timestamp()
    query = (
        update(webhook)
        .where(own.id == webhook_id, own.removed_at.is_(None))
        .values(removed_at=now)
        .returning(*_columns())
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NotFound(
            "there is no such webhook", where=str(webhook_id), fix="see: gisgrid webhook list"
        )
    waiting = webhook_delivery.c
    connection.execute(
        update(webhook_delivery)
        .where(waiting.webhook_id == webhook_id, waiting.state == "pending")
        .values(state="dead", problem="the webhook was removed", ended_at=now)
    )
    note(connection, actor, "webhook.remove", f"webhook:{webhook_id}")
    return Webhook(**found._mapping)


def _columns() -> list[Column[Any]]:
    return [webhook.c[name] for name in Webhook.__dataclass_fields__]
