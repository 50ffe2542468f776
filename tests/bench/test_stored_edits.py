"""The bench of stored edits makes edits of every kind, and leaves an empty database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select

from gisgrid.bench import BenchOptions
from gisgrid.bench.edits import run
from gisgrid.errors import InputError
from gisgrid.store.tables import plan, revision


def test_edits_of_a_stored_plan_are_timed(database_url: str, engine: Engine) -> None:
    rows = run(BenchOptions(quick=True, cases=("stored",), database=database_url)).rows
    cases = [row.case for row in rows]
    assert cases[0] == "stored, all kinds"
    assert {"stored, split", "stored, merge", "stored, rename", "stored, undo"} <= set(cases)
    assert all(0 < row.measures["median_ms"] <= row.measures["p95_ms"] for row in rows)
    assert rows[0].detail["refused"] < rows[0].detail["edits"]
    with engine.connect() as connection:
        for table in (plan, revision):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_database_in_use_is_left_alone(town: Engine) -> None:
    url = town.url.render_as_string(hide_password=False)
    with pytest.raises(InputError, match="in use"):
        run(BenchOptions(quick=True, cases=("stored",), database=url))
