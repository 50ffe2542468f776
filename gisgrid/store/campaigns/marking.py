"""Marking items as done, or as not done; every mark stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from gisgrid.errors import InputError, NotFound
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import campaign, campaign_item

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

__all__ = ["hold_campaign", "mark", "marked_by"]


def mark(
    connection: Connection,
    campaign_id: int,
    ids: Sequence[str],
    done_on: date | None,
    *,
    today: date,
    author: str = "",
    note: str = "",
) -> int:
    """Mark items of a campaign, all of them or none.

    Parameters
    ----------
    ids : sequence of str
        As in the campaign's files.
    done_on : date or None
        The day that they were done; None: they are not done.
    today : date
        In the zone of the settings.
    author, note : str
        Kept with the mark.

    Returns
    -------
    int
        How many were not marked so already.

    Raises
    ------
    InputError
        The day lies in the future.
    NotFound
        The campaign has no such item.
    """
    if done_on is not None and done_on > today:
        raise InputError(
            "an item cannot be done on a day to come",
            where=done_on.isoformat(),
            fix=f"give a day until {today.isoformat()}",
        )
    hold_campaign(connection, campaign_id)
    own = (campaign_item.c.campaign_id == campaign_id, campaign_item.c.source_id.in_(ids))
    seen = visible_to(connection, campaign_item)
    known = set(connection.scalars(select(campaign_item.c.source_id).where(*own, seen)))
    missing = [name for name in ids if name not in known]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise NotFound("the campaign has no such item", where=f"{missing[0]!r}{more}")
    marked_by(connection, author, note)
    new = update(campaign_item).where(*own, campaign_item.c.done_on.is_distinct_from(done_on))
    return int(connection.execute(new.values(done_on=done_on)).rowcount)


def hold_campaign(connection: Connection, campaign_id: int) -> None:
    """Wait for others who change this campaign, and let no one until the transaction ends."""
    row = select(campaign.c.id).where(campaign.c.id == campaign_id)
    connection.execute(row.with_for_update(key_share=True))


def marked_by(connection: Connection, author: str, note: str) -> None:
    """Say who writes the marks of this transaction."""
    for name, value in (("gisgrid.author", author), ("gisgrid.note", note)):
        connection.execute(select(func.set_config(name, value, True)))
