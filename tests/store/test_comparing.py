"""Two states compared: what a report says is what a publish then does, row for row."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Connection, Engine, text

from gisgrid.geometry.metric import areas_m2
from gisgrid.store import plans
from gisgrid.store.comparing import Comparison, compare
from gisgrid.store.places import OWNED
from gisgrid.store.publish import publish
from gisgrid.store.states import State, state_at, state_named
from gisgrid.store.tables import LEVELS
from tests.store.redraws import REDRAWS, drawn, hold_some, on_borders, put, rows_of, wrong_rows
from tests.towns import SIDE, SOUTH, WEST, frame, publish_rows, square

LOW, HIGH = np.array([WEST, SOUTH]), np.array([WEST + 8 * SIDE, SOUTH + 2 * SIDE])
KINDS = {
    "address": "address",
    "hazard": "hazard",
    "patrol": "patrol_point",
    "building": "building",
    "campaign_item": "campaign_item",
    "facility": "facility",
}
NESTED = ("area", "unit", "micro")


def state(connection: Connection, name: str) -> State:
    return state_at(connection, datetime.now(UTC), name)


def stored(connection: Connection) -> dict[tuple[str, str], tuple[str | None, ...]]:
    """The codes of the owners of every place, as they are stored."""
    codes = {
        row.id: row.code
        for row in connection.execute(
            text(
                "SELECT grid_id AS id, code FROM gisgrid.grid_version "
                "WHERE upper_inf(valid) OR NOT EXISTS (SELECT 1 FROM gisgrid.grid_version AS v "
                "WHERE v.grid_id = grid_version.grid_id AND upper_inf(v.valid))"
            )
        )
    }
    return {
        (kind, row.source_id): tuple(codes.get(row[1 + i]) for i in range(3))
        for kind, table in KINDS.items()
        for row in connection.execute(
            text(f"SELECT source_id, area_id, unit_id, micro_id FROM gisgrid.{table}")
        )
    }


def sums(connection: Connection) -> dict[str, tuple[int, int]]:
    """Households and addresses in each grid, from what is stored."""
    found: dict[str, tuple[int, int]] = {}
    for level in LEVELS:
        rows = connection.execute(
            text(
                f"SELECT v.code, coalesce(sum(a.households), 0), count(*) FROM gisgrid.address a "
                f"JOIN gisgrid.grid_version v ON v.grid_id = a.{level}_id AND upper_inf(v.valid) "
                "GROUP BY v.code"
            )
        )
        found |= {code: (int(households), count) for code, households, count in rows}
    return found


def moves_of(found: Comparison) -> dict[tuple[str, str], tuple[tuple[str | None, ...], ...]]:
    return {
        (row.kind, row.source_id): tuple(
            tuple(None if pd.isna(code) else code for code in codes)
            for codes in (
                (row.from_area, row.from_unit, row.from_micro),
                (row.to_area, row.to_unit, row.to_micro),
            )
        )
        for row in found.moves.itertuples()
    }


# In the sixth a unit goes to another area, and a micro-grid of it reaches beyond it.
SEEDS = [6, *(pytest.param(seed, marks=pytest.mark.drill) for seed in range(40) if seed != 6)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_preview_says_what_the_publish_then_does(town: Engine, seed: int) -> None:
    rng, holding = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    drawing = drawn()
    with town.begin() as connection:
        put(connection, rng.uniform(LOW - SIDE, HIGH + SIDE, (200, 2)), "anywhere")
        connection.execute(text("UPDATE gisgrid.address SET households = 1 + id % 7"))
    moved, kept, let_go = 0, 0, 0
    for number, name in enumerate([*REDRAWS, *rng.choice(list(REDRAWS), 3)]):
        levels = REDRAWS[name](drawing, rng, number)
        with town.begin() as connection:
            shapes = [shape for _, shape in drawing["micro"].values()]
            put(connection, on_borders(rng, shapes, 10), f"border{number}-")
            hold_some(connection, holding, 15)
        for level in levels:
            with town.begin() as connection:
                plan_id = plans.add(
                    connection,
                    name=name,
                    level=level,
                    frame=frame(rows_of(drawing, level)),
                    replaces="level",
                )
                before, owners, counts = (
                    state(connection, "now"), stored(connection), sums(connection)
                )  # fmt: skip
                found = compare(connection, before, state_named(connection, f"plan {plan_id}", UTC))
                published = publish(connection, plan_id, overlap_tolerance_m2=1.0)
            assert found.held.to_dict("records") == [asdict(one) for one in published.held]
            kept += sum(not one.ended for one in published.held)
            let_go += sum(one.ended for one in published.held)
            with town.begin() as connection:
                assert not any(wrong_rows(connection).values())
                after, new_counts = stored(connection), sums(connection)
            expected = {
                key: (owners[key], after[key]) for key in after if owners[key] != after[key]
            }
            assert moves_of(found) == expected, (name, level)
            moved += len(expected)
            for row in found.grids.itertuples():
                for code, has, known in (
                    (row.code_before, (row.households_before, row.addresses_before), counts),
                    (row.code_after, (row.households_after, row.addresses_after), new_counts),
                ):
                    if not pd.isna(code):
                        assert has == known.get(code, (0, 0)), (name, code)
        with town.connect() as connection:
            again = compare(connection, before, before)
        assert again.grids.empty and again.ground.empty and again.moves.empty
    assert moved > 10
    assert kept + let_go > 0


def test_what_became_of_each_grid_and_the_ground(town: Engine) -> None:
    with town.begin() as connection:
        put(
            connection,
            np.repeat([[WEST + 0.6 * SIDE, SOUTH + 0.5 * SIDE]], len(OWNED), axis=0),
            "here",
        )
        connection.execute(text("UPDATE gisgrid.address SET households = 30"))
        before = state(connection, "then")
        rows = [
            ("A1U1M1", "A1U1", square(0, 0, 0.5, 1)),
            ("A1U1M5", "A1U1", square(0.5, 0, 0.5, 1)),
            ("A1U1M2", "A1U2", square(1, 0)),
        ]
        publish_rows(connection, "micro", rows)
        after = state(connection, "now")
        found = compare(connection, before, after)
    assert (found.before, found.after) == ("then", "now")
    assert dict(zip(found.grids["code_after"], found.grids["change"], strict=True)) == {
        "A1U1M1": "reshaped",
        "A1U1M2": "relabelled",
        "A1U1M5": "new",
    }
    old, _, new = found.grids.to_dict("records")
    assert (old["households_before"], old["households_after"]) == (30, 0)
    assert old["compactness_before"] > old["compactness_after"]
    assert pd.isna(new["code_before"]) and pd.isna(new["households_before"])
    assert new["households_after"] == 30
    (ground,) = found.ground.to_dict("records")
    half = areas_m2(np.array([square(0.5, 0, 0.5, 1)], dtype=object))[0]
    assert (ground["source"], ground["target"]) == ("A1U1M1", "A1U1M5")
    assert ground["area_m2"] == pytest.approx(half, rel=1e-9)
    assert (ground["share"], ground["households"], ground["household_share"]) == (
        pytest.approx(0.5, rel=1e-3),
        30,
        1.0,
    )


def test_borders_on_dividing_lines_are_measured_and_confidential_tips_left_out(
    town: Engine,
) -> None:
    road = shapely.MultiLineString(
        [[(WEST + 0.5 * SIDE, SOUTH), (WEST + 0.5 * SIDE, SOUTH + SIDE)]]
    )
    with town.begin() as connection:
        put(
            connection,
            np.repeat([[WEST + 0.6 * SIDE, SOUTH + 0.5 * SIDE]], len(OWNED), axis=0),
            "x",
        )
        connection.execute(text("UPDATE gisgrid.hazard SET confidential = true"))
        connection.execute(
            text(
                "INSERT INTO gisgrid.dividing_line (source_id, class, geom) "
                "VALUES ('r', 'road', ST_SetSRID(ST_GeomFromText(:wkt), 4326))"
            ),
            {"wkt": road.wkt},
        )
        before = state(connection, "then")
        rows = [
            ("A1U1M1", "A1U1", square(0, 0, 0.5, 1)),
            ("A1U1M2", "A1U1", square(0.5, 0, 1.5, 1)),
        ]
        publish_rows(connection, "micro", rows)
        found = compare(connection, before, state(connection, "now"))
    assert "hazard" not in set(found.moves["kind"])
    assert set(found.moves["kind"]) == set(KINDS) - {"hazard"}
    first = found.grids.to_dict("records")[0]
    # Of the old border only the ends of the road are near it.
    assert first["on_lines_before"] < 0.03
    assert first["on_lines_after"] == pytest.approx(1.17 / (2 * 1.17 + 0.999), abs=0.06)
