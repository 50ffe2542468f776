"""Buildings on record that an edit moves, and the households that go with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import Engine, insert

from gisgrid.errors import InputError, NotFound
from gisgrid.store import drafts
from gisgrid.store.tables import address, building
from tests.store.drafts.states import edit, new_plan, state_of, undo_all
from tests.towns import square


@pytest.fixture
def built(town: Engine) -> Iterator[Engine]:
    """The town with nine houses in its first grid, one in the next, and households in some."""
    houses = {f"b{x}{y}": (0.2 + 0.3 * x, 0.2 + 0.3 * y) for x in range(3) for y in range(3)}
    houses["next"] = (1.5, 0.5)
    rows, homes = [], []
    for number, (name, (x, y)) in enumerate(houses.items()):
        foot = square(x - 0.02, y - 0.02, 0.04, 0.04)
        point = f"SRID=4326;{shapely.to_wkt(shapely.point_on_surface(foot), rounding_precision=-1)}"
        geom = f"SRID=4326;{shapely.MultiPolygon([foot]).wkt}"
        rows.append({"source_id": name, "point": point, "geom": geom})
        homes.append({"source_id": name, "point": point, "households": number})
    with town.begin() as connection:
        connection.execute(insert(building), rows)
        connection.execute(insert(address), homes)
    yield town


def test_the_chosen_buildings_move_with_their_households(built: Engine) -> None:
    plan = new_plan(built)
    before = state_of(built, plan)
    chosen = ["b20", "b21"]
    done = edit(built, plan, "move-buildings", source="A1U1M1", target="A1U1M2", buildings=chosen)
    assert done.changed == ("A1U1M1", "A1U1M2")
    with built.connect() as connection:
        left, right = drafts.PlanState(connection, plan).grids(["A1U1M1", "A1U1M2"])
    # Of 36 households in the first grid 6 and 7 live in the two, so 400 declared go with them.
    assert (left.households, right.households) == (400 - 144, 400 + 144)
    undo_all(built, plan)
    assert state_of(built, plan) == before


@pytest.mark.parametrize(
    ("chosen", "error", "words"),
    [
        (["next"], InputError, r"A1U1M1, building next.*another grid"),
        (["nowhere"], NotFound, "nowhere"),
        ([], InputError, "at least 1"),
    ],
)
def test_buildings_that_are_not_there(
    built: Engine, chosen: list[str], error: type[Exception], words: str
) -> None:
    plan = new_plan(built)
    with pytest.raises(error, match=words):
        edit(built, plan, "move-buildings", source="A1U1M1", target="A1U1M2", buildings=chosen)
