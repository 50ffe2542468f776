"""The past of a grid and the feed of changes, against the tables and each other."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from gisgrid.errors import NotFound
from gisgrid.geometry.metric import areas_m2
from gisgrid.store.feed import changes_after
from gisgrid.store.history import grid_history
from gisgrid.store.reverting import plan_revert
from gisgrid.store.tables import address
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import put as put_places
from tests.towns import SIDE, SOUTH, WEST, square


def redrawn(engine: Engine) -> None:
    """Revision 5 splits a grid and renames its parent; 6 recodes the piece; 7 takes 6 back."""
    inside = np.random.default_rng(12).uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (60, 2))
    with engine.begin() as connection:
        put_places(connection, inside, "home")
        connection.execute(address.update().values(households=2))
        m1, unit, area = ids(connection, "A1U1M1", "A1U1", "A1")
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0, 0.5, 1)),
            row(-1, "PIECE", unit, square(0.5, 0, 0.5, 1)),
            row(unit, "A1U1", area, square(0, 0, 2, 2), level="unit", name="改名"),
            name="split",
        )
        put(connection, plan_id)
        (piece,) = ids(connection, "PIECE")
        put(connection, add_drawn(connection, row(piece, "P-2", unit, square(0.5, 0, 0.5, 1))))
        put(connection, plan_revert(connection, 6))


def test_the_history_of_a_grid_has_every_version_and_where_it_went(town: Engine) -> None:
    redrawn(town)
    with town.connect() as connection:
        source, piece = (grid_history(connection, code) for code in ("A1U1M1", "P-2"))
        with pytest.raises(NotFound, match="NOPE"):
            grid_history(connection, "NOPE")
        lon = connection.scalars(select(func.ST_X(address.c.point))).all()
    homes = [x > WEST + 0.5 * SIDE for x in lon]
    assert [one.revision for one in source.boundaries] == [3, 5]
    assert [one.ended_revision for one in source.boundaries] == [5, None]
    assert source.boundaries[0].valid_to == source.boundaries[1].valid_from
    assert source.boundaries[1].area_m2 == pytest.approx(areas_m2([square(0, 0, 0.5, 1)])[0], abs=1)
    assert [one.revision for one in source.attributes] == [3]
    assert (source.code, source.level, source.ended) == ("A1U1M1", "micro", False)
    assert [one.code for one in piece.attributes] == ["PIECE", "P-2", "PIECE"]
    assert piece.code == "PIECE"
    assert {one.parent for one in piece.attributes} == {"A1U1"}
    assert source.went_into == piece.came_from
    assert source.came_from == piece.went_into == ()
    (passage,) = source.went_into
    assert (passage.revision, passage.source, passage.target) == (5, "A1U1M1", "PIECE")
    assert passage.area_share == pytest.approx(0.5, rel=1e-6)
    assert passage.households == 2 * sum(homes)
    assert passage.household_share == sum(homes) / len(homes)


def test_the_feed_says_what_each_revision_did(town: Engine) -> None:
    redrawn(town)
    with town.connect() as connection:
        found = changes_after(connection, 2, limit=10)
        assert changes_after(connection, 7, limit=10) == []
        assert [one.revision for one in changes_after(connection, 0, limit=2)] == [1, 2]
    assert [one.revision for one in found] == [3, 4, 5, 6, 7]
    made, _, split, recoded, back = found
    assert {change.kinds for change in made.grids} == {("made",)}
    assert len(made.grids) == 16
    assert split.note == "split"
    kinds = {(change.after or change.before).code: change.kinds for change in split.grids}  # type: ignore[union-attr]
    assert kinds == {"A1U1M1": ("reshaped",), "PIECE": ("made",), "A1U1": ("relabelled",)}
    unit = next(change for change in split.grids if change.level == "unit")
    assert unit.before and unit.after
    assert (unit.before.name, unit.after.name) == ("网格A1U1", "改名")
    assert [one.target for one in split.lineage] == ["PIECE"]
    for change, codes in ((recoded, ("PIECE", "P-2")), (back, ("P-2", "PIECE"))):
        (one,) = change.grids
        assert one.before and one.after
        assert (one.kinds, one.before.code, one.after.code) == (("relabelled",), *codes)
        assert change.lineage == ()
