"""Many made-up hazards, written straight into the table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from gisgrid.store.copying import copy_in, ewkb_points
from gisgrid.store.tables import hazard

BEGIN = pd.Timestamp("2024-01-01T00:00:00Z")
DAYS = 200


@dataclass(frozen=True)
class Found:
    """Hazards as a test makes them.

    Attributes
    ----------
    frame : DataFrame
        Columns of the table, with lon and lat in the place of the point.
    """

    frame: pd.DataFrame = field(repr=False)

    def write(self, connection: Connection) -> None:
        """Append them to the table, owned by nobody."""
        frame = self.frame
        columns = {name: frame[name] for name in frame.columns if name not in ("lon", "lat")}
        points = ewkb_points(frame["lon"].to_numpy(), frame["lat"].to_numpy())
        copy_in(connection, hazard, {**columns, "point": points})


def made_up(count: int, seed: int = 1, *, middle: tuple[float, float] = (121.22, 31.31)) -> Found:
    """Hazards of all kinds, a tenth of them confidential, a tenth without a time."""
    rng = np.random.default_rng(seed)
    seconds = rng.integers(0, DAYS * 86_400, count)
    found_at = (BEGIN + pd.to_timedelta(seconds, "s")).to_series(index=range(count))
    return Found(
        pd.DataFrame(
            {
                "source_id": [f"{seed}-{number}" for number in range(count)],
                "lon": rng.normal(middle[0], 0.01, count),
                "lat": rng.normal(middle[1], 0.01, count),
                "category": rng.choice(["fire", "50% 'a'", "b\\c", ""], count),
                "severity": pd.array(rng.choice([1, 2, 3, None], count), dtype="Int16"),
                "state": rng.choice(["open", "fixed"], count),
                "origin": rng.choice(["patrol", "resident", ""], count),
                "confidential": rng.random(count) < 0.1,
                "found_at": found_at.where(rng.random(count) >= 0.1),
            }
        )
    )
