"""Hazards as the maps need them."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from sqlalchemy import func, select

from gisgrid.store.copying import copy_out
from gisgrid.store.scope import visible
from gisgrid.store.tables import hazard

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["hazard_frame"]


def hazard_frame(connection: Connection, zone: tzinfo) -> pd.DataFrame:
    """All hazards that are not confidential.

    Parameters
    ----------
    connection : Connection
    zone : tzinfo
        In which the day of a hazard is meant.

    Returns
    -------
    DataFrame
        Ordered by id: lon, lat (degrees), category, subject, severity (nullable), state,
        found_on (date, nullable).
    """
    found_on = func.date(func.timezone(str(zone), hazard.c.found_at)).label("found_on")
    query = (
        select(
            func.ST_X(hazard.c.point).label("lon"),
            func.ST_Y(hazard.c.point).label("lat"),
            hazard.c.category,
            hazard.c.subject,
            hazard.c.severity,
            hazard.c.state,
            found_on,
        )
        .where(visible(hazard))
        .order_by(hazard.c.id)
    )
    types = {
        "lon": pa.float64(),
        "lat": pa.float64(),
        "category": pa.string(),
        "subject": pa.string(),
        "severity": pa.int16(),
        "state": pa.string(),
        "found_on": pa.date32(),
    }
    frame: pd.DataFrame = copy_out(connection, query, types).to_pandas()
    return frame
