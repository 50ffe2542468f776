"""How much lies in each grid."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Engine, text

from gisgrid.store import plans
from gisgrid.store.clock import now
from gisgrid.store.counts import households_by_grid
from gisgrid.store.grids import ids_by_code
from gisgrid.store.publish import publish
from tests.towns import SIDE, SOUTH, WEST, frame, square, town_rows


def test_households_are_those_that_addresses_say_else_as_declared(town: Engine) -> None:
    statement = text(
        "INSERT INTO gisgrid.address (source_id, point, text, households) VALUES "
        "(:id, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), '', :households)"
    )
    homes = [("a", 0.5, 7), ("b", 0.6, None), ("c", 1.5, None), ("d", -5.0, 9)]
    with town.begin() as connection:
        for name, x, households in homes:
            place = {"lon": WEST + x * SIDE, "lat": SOUTH + 0.5 * SIDE}
            connection.execute(statement, {"id": name, "households": households, **place})
        ids = ids_by_code(connection, ["A1U1M1", "A1U1M2", "A1U1M3", "A2"])
        undeclared = frame([("A2", None, square(4, 0, 4, 2))]).assign(
            households=pd.array([None], dtype="Int64")
        )
        plan = plans.add(connection, name="test", level="area", frame=undeclared, replaces="listed")
        publish(connection, plan, overlap_tolerance_m2=1.0)
        at = now(connection, pd.Timestamp.now("UTC").tzinfo)
        micros = households_by_grid(connection, "micro", at)
        areas = households_by_grid(connection, "area", at)
    # The second has an address that says none; the third has no address at all.
    assert micros[[ids["A1U1M1"], ids["A1U1M2"], ids["A1U1M3"]]].tolist() == [7, 400, 400]
    assert len(micros) == len(town_rows()["micro"])
    assert len(areas) == 2
    assert pd.isna(areas[ids["A2"]])
