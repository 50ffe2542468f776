"""How often each address has reported, or looked for an address, today without an account."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from gisgrid.access.households import household
from gisgrid.errors import TooManyRequests
from gisgrid.store.tables import report_tally

if TYPE_CHECKING:
    from datetime import date
    from ipaddress import IPv4Address, IPv6Address

    from sqlalchemy import Connection

__all__ = ["count_report"]


def count_report(
    connection: Connection, address: IPv4Address | IPv6Address | None, *, now: datetime, most: int
) -> None:
    """Count a report of today; the rows of days before are deleted.

    Parameters
    ----------
    address : IPv4Address or IPv6Address or None
        Where it comes from; all whose address is not known count as one. A digest of it is kept.
    now : datetime
        In the zone whose days are counted.
    most : int
        So many are let in; 0: as many as come, and none is counted.

    Raises
    ------
    TooManyRequests
        The address has reported as often as it may.
    """
    if not most:
        return
    own = report_tally.c
    day = now.date()
    first = insert(report_tally).values(day=day, sender=_sender(address, day), reports=1)
    counted = first.on_conflict_do_update(
        index_elements=[own.day, own.sender],
        set_={"reports": own.reports + 1},
        where=own.reports < most,
    ).returning(own.reports)
    found = connection.scalar(counted)
    if found is None:
        tomorrow = datetime.combine(day + timedelta(days=1), time(), now.tzinfo)
        raise TooManyRequests(
            f"more than {most} reports from one address in a day",
            fix="report tomorrow, or call the hotline 12345",
            retry_after=(tomorrow - now).total_seconds(),
        )
    if found == 1:
        connection.execute(delete(report_tally).where(own.day < day))


def _sender(address: IPv4Address | IPv6Address | None, day: date) -> bytes:
    return hashlib.sha256(f"{day} {household(address)}".encode()).digest()
