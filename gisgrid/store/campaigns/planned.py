"""The planned line of a campaign: how much shall be done by the end of each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from gisgrid.store.campaigns.records import Phase

__all__ = ["planned_shares"]


def planned_shares(phases: Sequence[Phase], first: date, days: int) -> NDArray[np.float64]:
    """The share of the items that is planned to be done by the end of each day.

    It runs straight from none at the start of the first phase through the phases' percentages at
    their ends; where no phase says one, straight to all at the end of the last.

    Parameters
    ----------
    phases : sequence of Phase
    first : date
        The first day.
    days : int

    Returns
    -------
    ndarray of float64, shape (days,)
        From 0 to 1; NaN where the campaign has no phases.
    """
    if not phases:
        return np.full(days, np.nan)
    corners = {
        phase.ends: phase.planned_percent / 100
        for phase in sorted(phases, key=lambda one: one.ends)
        if phase.planned_percent is not None
    } or {max(phase.ends for phase in phases): 1.0}
    # Midnights, counted from the first day's; the end of a day is the midnight after it.
    ends = [(day - first).days for day in corners]
    start = (min(phase.starts for phase in phases) - first).days
    return np.interp(np.arange(1, days + 1), [start, *ends], [0.0, *corners.values()])
