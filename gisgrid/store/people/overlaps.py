"""Periods of one person in one grid: which of those wanted are in the way of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.dialects.postgresql import Range

__all__ = ["overlapping"]


def overlapping(
    wanted: Mapping[datetime, Range[datetime]], held: Mapping[datetime, Range[datetime]]
) -> set[datetime]:
    """Which of the periods wanted cannot be, by their beginnings.

    A period takes the place of the one held from the same beginning; where it cannot be, that
    one stays, and may stand in the way of others. The outcome does not depend on which of those
    that can be are held already, so the same file again is answered the same.

    Parameters
    ----------
    wanted, held : mapping of datetime to Range
        Periods by their beginnings. Of two wanted that overlap the one that comes first can be;
        no two held overlap.
    """
    refused: set[datetime] = set()
    while True:
        good = {since: period for since, period in wanted.items() if since not in refused}
        taken = [period for since, period in held.items() if since not in good]
        late = set()
        for since, period in good.items():
            if any(period.overlaps(other) for other in taken):
                late.add(since)
            else:
                taken.append(period)
        if not late:
            return refused
        refused |= late
