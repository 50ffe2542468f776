"""The index and the database's owner function, on hard coverages and their hardest points."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, insert, text

from gisgrid.locate import PATH_SEPARATOR
from gisgrid.store.copying import as_multi, ewkb
from gisgrid.store.coverages import level_index
from gisgrid.store.tables import LEVELS, boundary_version, grid, grid_version, revision
from tests.locate.coverages import PLAIN_MAKERS, PLAIN_MOVES, Coverage, Recipe, made
from tests.locate.oracle import contested, ordinary
from tests.locate.points import telling_points

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = "[2020-01-01,)"
# The columns of an answer: grid id (0 where there is none) and border.
Answers = dict[str, NDArray[np.int64]]

OWNERS = text(
    "SELECT o.level, p.number - 1, o.grid_id, o.border::int "
    "FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) "
    "WITH ORDINALITY AS p (lon, lat, number) "
    "CROSS JOIN LATERAL gisgrid.owners_at("
    "ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), CAST(:at AS timestamptz)) AS o"
)


def record(connection: Connection, level: str, coverage: Coverage) -> None:
    """Write a coverage into the record as it is: publishing would refuse overlaps."""
    connection.execute(insert(revision).values(number=LEVELS.index(level) + 1, effective_at=NOW))
    dated = {"valid": text(f"'{ALWAYS}'"), "revision": 1}
    # As EWKB, which holds every bit; WKT does not.
    shapes = ewkb(as_multi(np.array(coverage.shapes, dtype=object)))
    for code, shape in zip(coverage.codes, shapes, strict=True):
        row = insert(grid).values(level=level, created_revision=1).returning(grid.c.id)
        made_id = connection.execute(row).scalar_one()
        connection.execute(
            insert(grid_version).values(grid_id=made_id, code=f"{level} {code}", **dated)
        )
        connection.execute(
            insert(boundary_version).values(grid_id=made_id, level=level, geom=shape, **dated)
        )


def by_database(connection: Connection, points: NDArray[np.float64]) -> Answers:
    """Owner and border of each point at each level."""
    lon, lat = points.T.tolist()
    answers = {level: np.zeros((len(points), 2), dtype=np.int64) for level in LEVELS}
    for level, row, *answer in connection.execute(OWNERS, {"lon": lon, "lat": lat, "at": NOW}):
        answers[level][row] = answer
    return answers


def by_index(connection: Connection, points: NDArray[np.float64]) -> Answers:
    """The same by the index that is made from the record."""
    made_index = level_index(connection, NOW)
    answers = {level: np.zeros((len(points), 2), dtype=np.int64) for level in LEVELS}
    for level, index in made_index.indexes.items():
        owner, border = index.locate(*points.T, border=True)
        ids = np.append(made_index.grid_ids[level], 0)
        answers[level] = np.column_stack([ids[owner], border])
    return answers


def differing(engine: Engine, recipes: list[Recipe], each: int) -> list[str]:
    """Up to four coverages, one a level, and the points at which the two answers differ."""
    coverages = {level: plain(recipe) for level, recipe in zip(LEVELS, recipes, strict=False)}
    rng = np.random.default_rng(1)
    points = np.vstack([telling_points(one.shapes, rng, each) for one in coverages.values()])
    points = points[ordinary(points).all(axis=1)]
    with engine.begin() as connection:
        for level, coverage in coverages.items():
            record(connection, level, coverage)
        found, expected = by_index(connection, points), by_database(connection, points)
        connection.rollback()
    wrong = []
    for (level, coverage), recipe in zip(coverages.items(), recipes, strict=False):
        assert expected[level].any() or not coverage.shapes
        rows = np.flatnonzero((found[level] != expected[level]).any(axis=1))
        rows = rows[~contested(coverage, points[rows])]
        wrong += [
            f"{recipe}: {points[r]}: {found[level][r]}, not {expected[level][r]}" for r in rows
        ]
    return wrong


def plain(recipe: Recipe) -> Coverage:
    """A coverage whose codes the record takes: no control characters, so no paths."""
    coverage = made(recipe)
    return Coverage(coverage.shapes, [code.replace(PATH_SEPARATOR, "/") for code in coverage.codes])


HARD = [
    [Recipe(maker, 2, 3, move) for maker in makers]
    for makers, move in (
        (("voronoi", "bricks", "mosaic", "overlapping"), "city"),
        (("triangles", "fan", "onion", "touching"), "tiny"),
        (("globe", "comb", "needles", "one_over_all"), "stay"),
    )
]


@pytest.mark.parametrize("recipes", HARD, ids=lambda recipes: recipes[0].move)
def test_index_and_database_agree_at_every_point(engine: Engine, recipes: list[Recipe]) -> None:
    assert not differing(engine, recipes, each=10)


@pytest.mark.drill
@pytest.mark.parametrize("move", PLAIN_MOVES)
def test_index_and_database_agree_on_every_maker(engine: Engine, move: str) -> None:
    rng = np.random.default_rng(7)
    for maker in PLAIN_MAKERS:
        recipes = [Recipe(maker, size, int(rng.integers(2**32)), move) for size in (1, 2, 3, 4)]
        wrong = differing(engine, recipes, each=12)
        assert not wrong, "\n".join(wrong[:5])
