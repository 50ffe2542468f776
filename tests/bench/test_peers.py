"""Every system gives the answers that GEOS gives, asked point by point."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.peers import SYSTEMS, System, Task
from gisgrid.bench.peers.geos import owners_by_geos
from gisgrid.bench.peers.task import first_owners
from gisgrid.errors import DatabaseError

RUNS = [(system, threads) for system in SYSTEMS for threads in system.threads]
PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)))


@pytest.fixture(scope="module")
def task() -> Task:
    coverage = make_coverage(40, 5)
    return Task(coverage, *clustered_points(coverage.bounds, 2_000, 5))


@pytest.fixture(scope="module")
def by_hand(task: Task) -> np.ndarray:
    """The first grid that covers each point, every pair asked."""
    points = shapely.points(task.lon, task.lat)
    covers = np.array([shapely.covers(polygon, points) for polygon in task.coverage.polygons])
    return np.where(covers.any(axis=0), covers.argmax(axis=0), -1)


def by_url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("system", "threads"), RUNS, ids=[f"{system.name}-{threads}" for system, threads in RUNS]
)
def test_it_answers_as_geos_does(
    system: System, threads: int, task: Task, by_hand: np.ndarray, engine: Engine
) -> None:
    own = Task(task.coverage, task.lon, task.lat, threads, by_url(engine))
    with system.open(own) as contender:
        owners = contender.owners(contender.run())
        # A second run must not lean on what the first one left.
        again = contender.owners(contender.run())
    assert -1 in by_hand
    assert np.array_equal(owners, by_hand)
    assert np.array_equal(again, by_hand)


@pytest.mark.parametrize(
    ("name", "threads", "plan"),
    [
        ("postgis", 1, "Seq Scan point > Index Scan grid, 0 workers"),
        ("postgis-fastest", 2, "Seq Scan grid > Index Scan point, 2 workers"),
    ],
)
def test_postgis_runs_the_form_that_is_named_and_leaves_nothing(
    name: str, threads: int, plan: str, engine: Engine
) -> None:
    coverage = make_coverage(400, 5)
    points = clustered_points(coverage.bounds, 20_000, 5)
    system = next(system for system in SYSTEMS if system.name == name)
    with system.open(Task(coverage, *points, threads, by_url(engine))) as contender:
        assert contender.detail["plan"] == plan
    with engine.connect() as connection:
        schemas = connection.scalars(text("SELECT nspname FROM pg_namespace")).all()
    assert not [schema for schema in schemas if "bench" in schema]


def test_postgis_without_a_database_says_so(task: Task) -> None:
    system = next(system for system in SYSTEMS if system.in_database)
    with pytest.raises(DatabaseError, match="needs a database"), system.open(task):
        pass


def test_the_reference_gives_a_shared_vertex_to_the_lowest(task: Task) -> None:
    polygons = task.coverage.polygons
    lon, lat = shapely.get_coordinates(polygons[17]).T
    points = shapely.points(lon, lat)
    expected = np.argmax([shapely.covers(polygon, points) for polygon in polygons], axis=0)
    assert len(set(expected)) > 3
    assert np.array_equal(owners_by_geos(task.coverage, lon, lat), expected)


@given(PAIRS)
def test_the_first_owner_is_the_lowest_of_a_points_pairs(pairs: list[tuple[int, int]]) -> None:
    expected = [min((g for p, g in pairs if p == point), default=-1) for point in range(10)]
    points, grids = ([pair[side] for pair in pairs] for side in (0, 1))
    found = first_owners(np.array(points, dtype=int), np.array(grids, dtype=int), 10)
    assert found.tolist() == expected
