"""The bench of the store runs as a whole on little data, and leaves nothing behind."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from gisgrid.bench import BenchOptions
from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.redraw import borders_of_share, move_borders
from gisgrid.bench.store import run
from gisgrid.errors import InputError
from gisgrid.locate import CoverageIndex


def test_moved_borders_are_shared_and_give_away_the_share_that_was_asked() -> None:
    coverage = make_coverage(100, 3)
    lon, lat = clustered_points(coverage.bounds, 20_000, 3)
    cells = borders_of_share(coverage, lon, lat, 0.01, 3)
    moved = move_borders(coverage, cells)
    assert shapely.is_valid(moved.polygons).all()
    assert shapely.coverage_is_valid(moved.polygons)
    differ = shapely.equals_identical(coverage.polygons, moved.polygons)
    assert set(np.flatnonzero(~differ)) == {*cells, *(cells + 1)}
    old, new = (CoverageIndex(s.polygons, s.codes).locate(lon, lat) for s in (coverage, moved))
    assert 0.01 <= (old != new).mean() < 0.014


def test_borders_move_and_every_way_puts_the_same_right(database_url: str, engine: Engine) -> None:
    options = BenchOptions(quick=True, rounds=1, cases=("redraw", "border"), database=database_url)
    result = run(options)
    systems = [(row.case, row.system, row.equal) for row in result.rows]
    assert systems == [
        ("redraw", "gisgrid", None),
        ("redraw", "postgis-from-points", True),
        ("redraw", "postgis-from-grids", True),
        ("border", "gisgrid", None),
        ("border", "postgis-from-grids", True),
    ]
    assert all(row.measures["seconds"] > 0 for row in result.rows)
    assert all(row.measures["rows_written"] > 0 for row in result.rows)
    with engine.connect() as connection:
        for table in ("address", "grid", "boundary_version", "revision"):
            assert connection.scalar(text(f"SELECT count(*) FROM gisgrid.{table}")) == 0
        found = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'gisgrid_bench%'"
        assert connection.scalar(text(found)) == 0


def test_an_import_is_measured_with_boundaries_and_without(database_url: str) -> None:
    result = run(BenchOptions(quick=True, rounds=1, cases=("import",), database=database_url))
    assert [row.system for row in result.rows] == ["gisgrid", "without-boundaries"]
    assert result.rows[0].measures["times_without"] > 0


def test_a_database_in_use_and_an_unknown_case_are_refused(town: Engine) -> None:
    url = town.url.render_as_string(hide_password=False)
    with pytest.raises(InputError, match="in use"):
        run(BenchOptions(quick=True, database=url))
    with town.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM gisgrid.grid")) > 0
    with pytest.raises(InputError, match="redraw"):
        run(BenchOptions(cases=("speed",)))
