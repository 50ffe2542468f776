"""What a planner saves in a layer is one edit of the plan: logged, undone, made again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread

import numpy as np
import psycopg2
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gisgrid.errors import Conflict
from gisgrid.store import drafts, planners, plans
from gisgrid.store.engine import make_engine
from gisgrid.store.publish import publish
from gisgrid.store.revisions import hold_still
from gisgrid.store.server import PrivateServer
from tests.store.drafts.states import edit, new_plan, state_of, undo_all
from tests.store.planners.layers import ask, change, draw, end, log_in, run, shown
from tests.store.planners.saves import WIDE, log_of, move_border
from tests.towns import frame, square, town_rows


def version_of(engine: Engine, plan: int) -> int:
    with engine.connect() as connection:
        return plans.by_id(connection, plan).version


def undo(engine: Engine, plan: int) -> None:
    with engine.begin() as connection:
        drafts.undo(connection, plan)


def written(client, plan: int) -> list[tuple[object, ...]]:
    """Units and micro-grids as a planner sees them, but for their ids: those are given anew."""
    columns = (
        "code, name, parent, special, households, range_reason, encode(ST_AsEWKB(geom), 'hex')"
    )
    layers = [f"SELECT {columns} FROM drafts.plan_{plan}_{level}" for level in ("unit", "micro")]
    with client:
        return run(client, " UNION ALL ".join(layers) + " ORDER BY code")


def test_a_save_is_one_edit_that_is_undone_to_the_last_byte(town: Engine, plan: int, login) -> None:
    before, client = state_of(town, plan), login()
    move_border(client, plan)
    seen = shown(client, f"plan_{plan}_micro")
    assert shapely.equals_identical(seen["A1U1M1"], shapely.multipolygons([WIDE]))
    (logged,) = log_of(town, plan)
    assert (logged.number, logged.kind, logged.author, logged.state) == (
        1,
        "redraw",
        "wang",
        "done",
    )
    assert [told["code"] for told in logged.arguments["grids"]] == ["A1U1M1", "A1U1M2"]
    assert version_of(town, plan) == 1
    after = state_of(town, plan)
    undo(town, plan)
    assert state_of(town, plan) == before
    with town.begin() as connection:
        drafts.redo(connection, plan)
    assert state_of(town, plan) == after


def test_what_is_saved_is_made_again_on_other_boundaries(town: Engine, plan: int, login) -> None:
    client = login()
    with client:
        draw(client, f"plan_{plan}_unit", code="A1U9", geom=square(0, 0, 1, 2), name="新单元")
        end(client, f"plan_{plan}_micro", "A1U1M4")
        change(client, f"plan_{plan}_micro", "A1U1M3", parent="A1U9", geom=square(0, 1, 2, 1))
        change(client, f"plan_{plan}_micro", "A1U1M1", code="X1", name="甲", households=7)
        change(client, f"plan_{plan}_micro", "A1U1M2", special=True, range_reason="市场")
        draw(client, f"plan_{plan}_micro", code="X2", geom=square(7, 1, 0.5, 0.5))
    edit(town, plan, "rename", code="X2", name="乙")
    drawn = written(client, plan)
    with town.begin() as connection:
        other = drafts.new(connection, "他案")
        drafts.edit(connection, other, drafts.parse_edit("rename", {"code": "A2", "name": "他"}))
        publish(connection, other, overlap_tolerance_m2=1.0)
        drafts.rebase(connection, plan)
    assert len(drawn) == 21
    assert written(client, plan) == drawn


def test_a_publish_makes_the_record_equal_to_what_was_saved(town: Engine, plan: int, login) -> None:
    move_border(login(), plan)
    with town.begin() as connection:
        publish(connection, plan, overlap_tolerance_m2=1.0)
    record = text(
        "SELECT ST_AsBinary(b.geom) FROM gisgrid.boundary_version b JOIN gisgrid.grid_version g "
        "USING (grid_id) WHERE g.code = 'A1U1M1' AND upper_inf(b.valid) AND upper_inf(g.valid)"
    )
    with town.connect() as connection:
        published = bytes(connection.scalar(record))
    assert published == shapely.to_wkb(shapely.multipolygons([WIDE]))


def test_a_save_takes_the_place_of_what_was_undone(town: Engine, plan: int, login) -> None:
    edit(town, plan, "rename", code="A1", name="甲")
    undo(town, plan)
    move_border(login(), plan)
    assert [(one.kind, one.state) for one in log_of(town, plan)] == [
        ("rename", "superseded"),
        ("redraw", "done"),
    ]


@pytest.mark.drill
def test_more_than_can_be_made_again_is_refused(town: Engine, plan: int, login) -> None:
    angles = np.linspace(0, 2 * np.pi, 300_000, endpoint=False)
    fine = shapely.polygons(np.column_stack([121.2 + np.cos(angles), 31.3 + np.sin(angles)]))
    client, layer = login(), f"plan_{plan}_micro"
    with client:
        change(client, layer, "A1U1M1", geom=fine)
    with client:
        change(client, layer, "A1U1M1", name="圆")
        change(client, layer, "A1U1M2", geom=fine)
    with pytest.raises(psycopg2.Error, match="vertices are more than 500000"), client:
        for code in ("A1U1M3", "A1U1M4"):
            change(client, layer, code, geom=fine)
    assert len(log_of(town, plan)) == 2


def test_savepoints_within_a_save_are_one_edit(town: Engine, plan: int, login) -> None:
    client, layer = login(), f"plan_{plan}_micro"
    with client:
        for code, name in (("A1U1M1", "甲"), ("A1U1M2", "乙"), ("A1U1M3", "丙")):
            run(client, "SAVEPOINT each")
            change(client, layer, code, name=name)
            if name == "乙":
                run(client, "ROLLBACK TO SAVEPOINT each")
            run(client, "RELEASE SAVEPOINT each")
    (logged,) = log_of(town, plan)
    assert [told["code"] for told in logged.arguments["grids"]] == ["A1U1M1", "A1U1M3"]


def test_a_save_that_comes_to_nothing_is_none(town: Engine, plan: int, login) -> None:
    client, layer = login(), f"plan_{plan}_micro"
    edit(town, plan, "rename", code="A1U1M2", name="甲")
    before = state_of(town, plan)
    with client:
        change(client, layer, "A1U1M1", name="网格A1U1M1")
    with client:
        draw(client, layer, code="X", geom=square(0, 0))
        change(client, layer, "A1U1M2", name="乙")
        change(client, layer, "A1U1M3", name="丙")
        for code, name in (("A1U1M2", "甲"), ("A1U1M3", "网格A1U1M3")):
            change(client, layer, code, name=name)
        end(client, layer, "X")
    assert state_of(town, plan) == before
    assert [one.kind for one in log_of(town, plan)] == ["rename"]
    undo(town, plan)


def test_a_grid_that_is_drawn_gets_the_parent_that_holds_most_of_it(
    town: Engine, plan: int, login
) -> None:
    client = login()
    with client:
        first = draw(client, f"plan_{plan}_micro", code="X1", geom=square(1.7, 0))
        second = draw(client, f"plan_{plan}_micro", code="X2", geom=square(4.2, 1), parent="A1U1")
    assert (first, second) == (-1, -2)
    query = f"SELECT parent FROM drafts.plan_{plan}_micro WHERE id = %s"
    assert [ask(client, query, key) for key in (first, second)] == ["A1U2", "A1U1"]


def test_two_saves_wait_for_each_other_and_keep_what_the_other_changed(
    town: Engine, plan: int, login
) -> None:
    layer, first, second = f"plan_{plan}_micro", login(), login()
    change(first, layer, "A1U1M1", name="甲")
    waiting = Thread(target=change, args=(second, layer, "A1U1M1"), kwargs={"households": 9})
    waiting.start()
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with town.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.scalar(waits) == 0:
            waiting.join(0.01)
    first.commit()
    waiting.join()
    second.commit()
    found = ask(
        login(), f"SELECT (name, households)::text FROM drafts.{layer} WHERE code = 'A1U1M1'"
    )
    assert found == "(甲,9)"
    assert [one.number for one in log_of(town, plan)] == [1, 2]


def test_saves_of_the_same_grids_in_any_order_do_not_block_each_other(
    town: Engine, plan: int, login
) -> None:
    codes = ["A1U1M1", "A1U1M2", "A1U1M3", "A1U1M4"]

    def save(client, order: list[str], households: int) -> None:
        with client:
            for code in order:
                change(client, f"plan_{plan}_micro", code, households=households)

    orders = [codes, codes[::-1], codes[2:] + codes[:2], codes[1:]]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, [login() for _ in orders], orders, range(4)))
    assert [one.number for one in log_of(town, plan)] == [1, 2, 3, 4]


def test_a_publish_that_waits_for_a_save_keeps_nobody_from_places(
    town: Engine, plan: int, login
) -> None:
    def put() -> int:
        with town.begin() as connection:
            return publish(connection, plan, overlap_tolerance_m2=1.0).revision

    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock'"
    )
    client = login()
    with ThreadPoolExecutor(1) as pool:
        with client:
            change(client, f"plan_{plan}_micro", "A1U1M1", name="甲")
            published = pool.submit(put)
            with town.connect() as connection:
                while not connection.scalar(waits):
                    time.sleep(0.01)
            with town.begin() as connection:
                connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                hold_still(connection)
        assert published.result() == 5
    assert [one.state for one in log_of(town, plan)] == ["done"]


MICRO = [code for code, _, _ in town_rows()["micro"]]
SAVED = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["geom", "name", "code", "draw", "end"]),
            st.sampled_from(MICRO),
            st.integers(0, 6),
        ),
        min_size=1,
        max_size=4,
    ),
    max_size=4,
)


@settings(max_examples=25)
@given(saves=SAVED)
def test_any_saves_are_made_again_alike_and_undone_to_the_last_byte(open_town, saves) -> None:
    engine, client, plan, layer = open_town()
    first = state_of(engine, plan)
    for number, save in enumerate(saves):
        # As in QGIS, a save that is refused leaves nothing of itself.
        with suppress(psycopg2.Error, AssertionError), client:
            for what, code, place in save:
                fields = {
                    "geom": square(place, 0, 1.5, 2),
                    "name": f"第{place}格",
                    "code": f"{code}-{number}-{place}",
                }
                if what == "end":
                    end(client, layer, code)
                elif what == "draw":
                    draw(client, layer, **fields)
                else:
                    change(client, layer, code, **{what: fields[what]})
    drawn = written(client, plan)
    with engine.begin() as connection:
        drafts.rebase(connection, plan)
    assert written(client, plan) == drawn
    undo_all(engine, plan)
    assert state_of(engine, plan) == first


@pytest.fixture(scope="module")
def open_town(clone, town_template: str, server: PrivateServer):
    """Begin plans on a town, each with a client at its layers."""
    engine = make_engine(clone(town_template))
    with engine.begin() as connection:
        planners.add(connection, "wang", "secret of wang")
    client = log_in(server, engine.url.database, "wang")

    def begin():
        plan = new_plan(engine)
        with engine.begin() as connection:
            planners.share(connection, plan, "wang")
        return engine, client, plan, f"plan_{plan}_micro"

    yield begin
    client.close()
    engine.dispose()


@given(
    st.lists(
        st.tuples(
            st.floats(-180, 180, allow_subnormal=True), st.floats(-90, 90, allow_subnormal=True)
        ),
        min_size=3,
        max_size=8,
    )
)
def test_every_double_is_told_as_it_was_saved(told_to, places) -> None:
    shape = shapely.MultiPoint(places).convex_hull
    if shape.geom_type == "Polygon" and shape.is_valid:
        assert np.array_equal(told_to(shape), shapely.get_coordinates(shape))


@pytest.fixture(scope="module")
def told_to(town_template: str, clone):
    """The coordinates of a shape as the log would have them."""
    engine = make_engine(clone(town_template))
    told = text(
        "SELECT gisgrid.told_grid(ROW(0, 0, 'micro', '', '', NULL, false, NULL, NULL, false, "
        "ST_Multi(ST_GeomFromWKB(:wkb, 4326)))::gisgrid.draft_grid)"
    )
    with engine.connect() as connection:
        yield lambda shape: np.array(
            connection.scalar(told, {"wkb": shapely.to_wkb(shape)})["shape"]["coordinates"][0][0]
        )
    engine.dispose()


def test_a_listing_cannot_be_shared(town: Engine, plan: int) -> None:
    with town.begin() as connection:
        listed = plans.add(
            connection, name="x", level="micro", frame=frame(town_rows()["micro"][:1])
        )
        with pytest.raises(Conflict, match="not drawn"):
            planners.share(connection, listed, "wang")
