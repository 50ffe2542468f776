"""Publishing: versions, what blocks it, and the places it puts right."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from gisgrid.errors import Conflict, NotFound, PublishBlocked
from gisgrid.store import grids, plans, revisions
from gisgrid.store.coverages import coverage_frame, level_index
from gisgrid.store.publish import publish
from gisgrid.store.tables import (
    LEVELS,
    address,
    boundary_version,
    grid_version,
    plan,
    revision,
)
from tests.towns import SIDE, SOUTH, WEST, frame, publish_rows, publish_town, square, town_rows


def now() -> datetime:
    return datetime.now(UTC)


def versions(engine: Engine, code: str) -> list[tuple[float, bool]]:
    """Area in squares of each boundary version of a grid, and whether it still holds."""
    query = (
        select(text("ST_Area(geom)"), text("upper_inf(boundary_version.valid)"))
        .select_from(
            boundary_version.join(
                grid_version, grid_version.c.grid_id == boundary_version.c.grid_id
            )
        )
        .where(grid_version.c.code == code, text("upper_inf(grid_version.valid)"))
        .order_by(boundary_version.c.id)
    )
    with engine.connect() as connection:
        return [(round(area / SIDE**2, 6), open_) for area, open_ in connection.execute(query)]


def test_a_new_shape_ends_the_old_version_and_keeps_the_grid(town: Engine) -> None:
    with town.begin() as connection:
        before = grids.ids_by_code(connection, ["A1U1M1"])
        rows = [
            ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
            ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
        ]
        published = publish_rows(connection, "micro", rows)
        after = grids.ids_by_code(connection, ["A1U1M1"])
    assert before == after
    assert published.revision == 5
    assert sorted(published.changes.reshaped) == ["A1U1M1", "A1U1M2"]
    assert published.changes.relabelled == ()
    assert versions(town, "A1U1M1") == [(1.0, False), (1.5, True)]


def test_the_same_again_changes_nothing_and_raises_no_revision(town: Engine) -> None:
    rows = town_rows()["micro"]
    # Rings that begin elsewhere and run the other way are the same shape.
    turned = [(code, parent, shapely.reverse(shape)) for code, parent, shape in rows]
    with town.begin() as connection:
        published = publish_rows(connection, "micro", turned)
        assert revisions.current(connection) == published.revision == 4
    assert not published.changes
    assert len(published.changes.unchanged) == 16


def test_a_new_name_makes_a_new_version_of_the_attributes_alone(town: Engine) -> None:
    renamed = frame(town_rows()["unit"][:1]).assign(name="新名")
    with town.begin() as connection:
        plan_id = plans.add(connection, name="rename", level="unit", frame=renamed)
        changes = publish(connection, plan_id, overlap_tolerance_m2=1.0).changes
    assert (changes.relabelled, changes.reshaped) == (("A1U1",), ())
    assert versions(town, "A1U1") == [(4.0, True)]
    with town.connect() as connection:
        assert grids.by_code(connection, "A1U1", now())[0].name == "新名"


@pytest.mark.parametrize(
    ("replaces", "left"),
    [("listed", 16), ("level", 1), ("A1U1", 13), ("A1", 9)],
)
def test_what_ends_when_the_plan_lacks_it(town: Engine, replaces: str, left: int) -> None:
    with town.begin() as connection:
        published = publish_rows(connection, "micro", town_rows()["micro"][:1], replaces=replaces)
        assert len(coverage_frame(connection, "micro", now())) == left
    assert len(published.changes.ended) == 16 - left


def test_a_replaced_grid_that_holds_nothing_is_an_error(town: Engine) -> None:
    with pytest.raises(NotFound), town.begin() as connection:
        publish_rows(connection, "micro", town_rows()["micro"][:1], replaces="A9")


def test_overlaps_block_and_leave_the_draft(town: Engine) -> None:
    with town.begin() as connection:
        wide = frame([("A1U1M1", "A1U1", square(0, 0, 1.5, 1))])
        plan_id = plans.add(connection, name="wide", level="micro", frame=wide)
    with pytest.raises(PublishBlocked) as caught, town.begin() as connection:
        publish(connection, plan_id, overlap_tolerance_m2=1.0)
    assert "A1U1M1 and A1U1M2" in str(caught.value)
    with town.connect() as connection:
        assert plans.by_id(connection, plan_id).state == "draft"
        assert revisions.current(connection) == 4


def test_a_plan_is_published_once_and_not_after_it_is_discarded(town: Engine) -> None:
    with town.begin() as connection:
        first, second = (
            plans.add(connection, name="p", level="unit", frame=frame(town_rows()["unit"]))
            for _ in range(2)
        )
        publish(connection, first, overlap_tolerance_m2=1.0)
        plans.discard(connection, second)
    for plan_id, state in ((first, "published"), (second, "discarded")):
        with pytest.raises(Conflict, match=state), town.begin() as connection:
            publish(connection, plan_id, overlap_tolerance_m2=1.0)


def test_the_past_cannot_be_overtaken(engine: Engine) -> None:
    publish_town(engine, effective_at=datetime(2024, 1, 1, tzinfo=UTC))
    rows = [("A1U1M1", None, square(0, 0, 0.5, 1))]
    with pytest.raises(Conflict, match="A1U1M1"), engine.begin() as connection:
        publish_rows(connection, "micro", rows, effective_at=datetime(2023, 1, 1, tzinfo=UTC))


def test_a_boundary_version_is_immutable(town: Engine) -> None:
    for statement in (
        update(boundary_version).values(geom=text("ST_Multi(ST_Buffer(geom, 1))")),
        update(boundary_version).values(valid=text("tstzrange('2000-01-01', NULL)")),
        boundary_version.delete(),
    ):
        with pytest.raises(IntegrityError, match="immutable"), town.begin() as connection:
            connection.execute(statement)


def test_overlapping_periods_and_codes_of_another_grid_are_impossible(town: Engine) -> None:
    copied = select(
        grid_version.c.grid_id, grid_version.c.code, grid_version.c.valid, grid_version.c.revision
    )
    again = insert(grid_version).from_select(["grid_id", "code", "valid", "revision"], copied)
    with pytest.raises(IntegrityError, match="ex_grid_version"), town.begin() as connection:
        connection.execute(again)
    stolen = insert(grid_version).values(
        grid_id=select(grid_version.c.grid_id).where(grid_version.c.code == "A2").scalar_subquery(),
        code="A1",
        valid=text("tstzrange('1990-01-01', '1991-01-01')"),
        revision=1,
    )
    with pytest.raises(IntegrityError, match="ex_grid_version_code"), town.begin() as connection:
        connection.execute(stolen)


def scatter(engine: Engine, count: int, seed: int) -> None:
    """Addresses everywhere in the town and on every corner of its squares."""
    rng = np.random.default_rng(seed)
    points = rng.uniform((WEST, SOUTH), (WEST + 8 * SIDE, SOUTH + 2 * SIDE), (count, 2))
    corners = [(WEST + x * SIDE, SOUTH + y * SIDE) for x in range(9) for y in range(3)]
    rows = [
        {"source_id": str(number), "point": f"SRID=4326;POINT({float(x)!r} {float(y)!r})"}
        for number, (x, y) in enumerate([*points, *corners])
    ]
    with engine.begin() as connection:
        connection.execute(insert(address), rows)


def test_a_publish_puts_right_what_it_touches_and_writes_nothing_else(town: Engine) -> None:
    scatter(town, 300, seed=8)
    state = select(address.c.id, address.c.micro_id, text("xmin::text")).order_by(address.c.id)
    with town.connect() as connection:
        before = connection.execute(state).all()
    with town.begin() as connection:
        rows = [
            ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
            ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
        ]
        published = publish_rows(connection, "micro", rows)
    with town.connect() as connection:
        after = connection.execute(state).all()
        index = level_index(connection, now())
        rows = connection.execute(
            select(address, text("ST_X(point) AS lon"), text("ST_Y(point) AS lat")).order_by(
                address.c.id
            )
        ).all()
    owners = index.owners([row.lon for row in rows], [row.lat for row in rows])
    for level in LEVELS:
        stored = [getattr(row, f"{level}_id") or 0 for row in rows]
        assert stored == owners.grid_ids[level].tolist()
    assert [row.on_border for row in rows] == owners.border.tolist()
    rewritten = [one for one, other in zip(before, after, strict=True) if one[2] != other[2]]
    moved = [one for one, other in zip(before, after, strict=True) if one[1] != other[1]]
    assert published.reassigned["address"] == len(rewritten) >= len(moved) > 0
    assert {row.assigned_revision for row in rows} == {4, 5}


def test_boundaries_published_after_the_places_assign_them(engine: Engine) -> None:
    scatter(engine, 50, seed=9)
    publish_town(engine)
    with engine.connect() as connection:
        assert (
            connection.scalar(select(text("count(*) FROM gisgrid.address WHERE micro_id IS NULL")))
            == 0
        )
        assert connection.scalars(select(revision.c.number).order_by(revision.c.number)).all() == [
            1,
            2,
            3,
            4,
        ]
        assert set(connection.scalars(select(plan.c.state))) == {"published"}


def test_a_code_that_breaks_ties_anew_reassigns_the_border(town: Engine) -> None:
    """A grid whose path changes may win or lose its borders without any change of shape."""
    corner = f"SRID=4326;POINT({WEST + 2 * SIDE!r} {SOUTH + 0.5 * SIDE!r})"
    with town.begin() as connection:
        connection.execute(insert(address).values(source_id="edge", point=corner))
        # The micro-grid right of the border moves to an area that comes first.
        publish_rows(connection, "area", [("A0", None, square(0, 5))])
        publish_rows(connection, "unit", [("A0U1", "A0", square(0, 5))])
        moved = [("A1U2M1", "A0U1", square(2, 0))]
        publish_rows(connection, "micro", moved)
        owner = connection.scalar(select(address.c.micro_id))
        assert owner == grids.ids_by_code(connection, ["A1U2M1"])["A1U2M1"]


def test_a_publish_into_the_past_is_checked_ever_after(town: Engine) -> None:
    """A gap of last year, filled from then on, may overlap what stands there today."""
    whole, half = square(30, 0), square(30, 0, 0.5, 1)
    year = [datetime(year, 1, 1, tzinfo=UTC) for year in (2022, 2023, 2024)]
    with town.begin() as connection:
        for at, shape in zip(year, (whole, half, whole), strict=True):
            publish_rows(connection, "micro", [("G1", None, shape)], effective_at=at)
    filling = [("G2", None, square(30.5, 0, 0.5, 1))]
    with pytest.raises(PublishBlocked, match="G1 and G2"), town.begin() as connection:
        publish_rows(connection, "micro", filling, effective_at=datetime(2023, 6, 1, tzinfo=UTC))


def test_an_old_overlap_elsewhere_blocks_nothing(town: Engine) -> None:
    with town.begin() as connection:
        for code in ("O1", "O2"):
            lone = frame([(code, None, square(40, 0))])
            plan_id = plans.add(connection, name="old", level="micro", frame=lone)
            publish(connection, plan_id, overlap_tolerance_m2=1e9)
    with town.begin() as connection:
        assert publish_rows(connection, "micro", [("O3", None, square(50, 0))]).changes


def test_a_code_of_another_level_is_a_conflict(town: Engine) -> None:
    with town.begin() as connection:
        drafts = {
            level: plans.add(
                connection, name="x", level=level, frame=frame([("X", None, square(9, 9))])
            )
            for level in ("unit", "micro")
        }
        publish(connection, drafts["unit"], overlap_tolerance_m2=1.0)
    with pytest.raises(Conflict, match="level unit"), town.begin() as connection:
        publish(connection, drafts["micro"], overlap_tolerance_m2=1.0)


def test_drafts_find_their_parents_when_they_are_published(engine: Engine) -> None:
    with engine.begin() as connection:
        drafts = []
        for level, rows in town_rows().items():
            bare = frame([(code, None, shape) for code, _, shape in rows])
            drafts.append(plans.add(connection, name=level, level=level, frame=bare))
        for plan_id in drafts:
            publish(connection, plan_id, overlap_tolerance_m2=1.0)
    with engine.connect() as connection:
        found = {grid.code: grid.parent for grid in grids.listing(connection, now())}
    assert found == {code: parent for rows in town_rows().values() for code, parent, _ in rows}


def test_an_ended_grid_is_no_parent_and_its_children_are_counted(town: Engine) -> None:
    with town.begin() as connection:
        published = publish_rows(connection, "unit", town_rows()["unit"][1:], replaces="A1")
    assert (published.changes.ended, published.orphaned) == (("A1U1",), 4)
    with pytest.raises(Conflict, match="A1U1"), town.begin() as connection:
        publish_rows(connection, "micro", [("M9", "A1U1", square(9, 9))])


def test_a_date_within_a_closed_version_is_a_conflict(town: Engine) -> None:
    year = [datetime(year, 1, 1, tzinfo=UTC) for year in (2022, 2023, 2024)]
    with town.begin() as connection:
        publish_rows(connection, "area", [("B1", None, square(60, 0))], effective_at=year[0])
        others = [("B2", None, square(70, 0))]
        publish_rows(connection, "area", others, effective_at=year[2], replaces="B1")
    for row in (("B1", None, square(60, 0, 2, 1)), ("B1", None, square(60, 0))):
        renamed = frame([row]).assign(name="another")
        with pytest.raises(Conflict, match="B1"), town.begin() as connection:
            plan_id = plans.add(
                connection, name="late", level="area", frame=renamed, effective_at=year[1]
            )
            publish(connection, plan_id, overlap_tolerance_m2=1.0)


def test_attributes_are_immutable_too(town: Engine) -> None:
    for statement in (update(grid_version).values(name="x"), grid_version.delete()):
        with pytest.raises(IntegrityError, match="immutable"), town.begin() as connection:
            connection.execute(statement)
