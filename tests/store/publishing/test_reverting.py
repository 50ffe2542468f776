"""Taking a publish back: the earlier state again, nothing deleted."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, Engine, func, select

from gisgrid.errors import Conflict, NotFound
from gisgrid.planning.changes import same_shape
from gisgrid.store import plans
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.reverting import plan_revert
from gisgrid.store.tables import LEVELS, boundary_version
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import wrong_rows
from tests.store.test_publish import scatter
from tests.towns import frame, publish_rows, square


def present(connection: Connection) -> dict[int, tuple[object, ...]]:
    """All that holds now: labels and shapes by id."""
    found: dict[int, tuple[object, ...]] = {}
    for level in LEVELS:
        rows = coverage_frame(connection, level, datetime.now(UTC))
        for one in rows.itertuples(index=False):
            found[one.id] = (
                one.code,
                one.name,
                one.path,
                one.special,
                one.households,
                one.geometry,
            )
    return found


def same(one: dict[int, tuple[object, ...]], other: dict[int, tuple[object, ...]]) -> bool:
    if {key: value[:-1] for key, value in one.items()} != {
        key: value[:-1] for key, value in other.items()
    }:
        return False
    shapes = [
        np.array([shapely.normalize(state[key][-1]) for key in one], dtype=object)
        for state in (one, other)
    ]
    return bool(same_shape(*shapes).all())


def test_what_was_split_merged_renamed_and_made_is_as_before(town: Engine) -> None:
    scatter(town, 150, seed=5)
    with town.begin() as connection:
        m1, m2, m3, m4, unit = ids(connection, "A1U1M1", "A1U1M2", "A1U1M3", "A1U1M4", "A1U1")
        before = present(connection)
        versions = connection.scalar(select(func.count()).select_from(boundary_version))
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0), ended=True),
            row(m2, "A1U1M2", unit, square(0, 0, 2, 1)),
            row(m3, "A1U1M3", unit, square(0, 1, 0.5, 1)),
            row(-1, "A1U1M9", unit, square(0.5, 1, 0.5, 1)),
            row(m4, "RECODED", unit, square(1, 1)),
        )
        number = put(connection, plan_id).revision
        assert not same(before, present(connection))
        back = plan_revert(connection, number, author="规划员")
        assert plans.by_id(connection, back).author == "规划员"
        put(connection, back)
        after = present(connection)
        assert same(before, after)
        assert ids(connection, "A1U1M1", "RECODED") == [m1, m4]
        assert not any(wrong_rows(connection).values())
        now = connection.scalar(select(func.count()).select_from(boundary_version))
        assert now > versions
        # And forward again.
        put(connection, plan_revert(connection, number + 1))
        assert "RECODED" in {state[0] for state in present(connection).values()}


def test_what_a_later_revision_changed_again_has_to_be_taken_back_first(town: Engine) -> None:
    with town.begin() as connection:
        for width in (0.5, 0.25):
            publish_rows(connection, "micro", [("A1U1M1", "A1U1", square(0, 0, width, 1))])
        with pytest.raises(Conflict, match="grid A1U1M1: changed again by revision 6"):
            plan_revert(connection, 5)
        for number in (6, 7):
            put(connection, plan_revert(connection, number))


def test_what_others_changed_of_the_same_grid_stays(town: Engine) -> None:
    """Its shape was published before its name; taking the shape back leaves the name."""
    with town.begin() as connection:
        narrow = [("A1U1M1", "A1U1", square(0, 0, 0.5, 1))]
        number = publish_rows(connection, "micro", narrow).revision
        renamed = frame(narrow).assign(name="新名")
        put(connection, plans.add(connection, name="n", level="micro", frame=renamed))
        put(connection, plan_revert(connection, number))
        (m1,) = ids(connection, "A1U1M1")
        state = present(connection)[m1]
    assert state[1] == "新名"
    assert shapely.area(state[-1]) == pytest.approx(square(0, 0).area)


def test_there_must_be_such_a_revision(town: Engine) -> None:
    with pytest.raises(NotFound, match="revision 77"), town.begin() as connection:
        plan_revert(connection, 77)
