"""Hazards for the town of `tests.towns`: gathered in its south-west."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Engine, text

from tests.towns import SIDE, SOUTH, WEST

LAST = datetime(2024, 8, 31, 4, tzinfo=UTC)


def gather_hazards(engine: Engine) -> None:
    """Forty reported on one square, one a square elsewhere, all discovered ones in the east.

    They were found one a day backwards from `LAST`; one has no time, one lies outside, and one
    is confidential.
    """
    rng = np.random.default_rng(0)
    squares = [(0, 0)] * 40 + [(x, y) for x in range(8) for y in range(2)]
    rows = [("resident", x, y) for x, y in squares] + [("patrol", 7, 1)] * 25 + [("tip", -9, 0)]
    hazards = [
        {
            "id": f"h{number}",
            "lon": WEST + (x + rng.uniform(0.1, 0.9)) * SIDE,
            "lat": SOUTH + (y + rng.uniform(0.1, 0.9)) * SIDE,
            "origin": origin,
            "found_at": LAST - timedelta(days=number % 40) if number else None,
            "category": "fire" if number % 2 else "city",
            "hidden": False,
        }
        for number, (origin, x, y) in enumerate(rows)
    ]
    secret = {**hazards[-2], "id": "secret", "hidden": True}
    statement = text(
        "INSERT INTO gisgrid.hazard (source_id, point, category, origin, found_at, confidential) "
        "VALUES (:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :category, :origin, :found_at, "
        ":hidden)"
    )
    with engine.begin() as connection:
        connection.execute(statement, [*hazards, secret])
