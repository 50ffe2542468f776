"""The schema's life, and that the migrations make what the models declare."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.schema import CreateSchema

import gisgrid.store.migrations
from gisgrid.errors import SchemaOutdated
from gisgrid.store import campaigns, plans
from gisgrid.store.cases import act, get
from gisgrid.store.engine import make_engine
from gisgrid.store.places import OWNED
from gisgrid.store.schema import ensure_ready, migrate
from gisgrid.store.server import PrivateServer
from gisgrid.store.tables import SCHEMA, metadata, plan
from tests.campaigns import bring, small_campaign
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import hold_some, wrong_rows
from tests.store.redraws import put as put_places
from tests.store.works.conftest import CHIEF
from tests.store.works.test_springing import due_shed, of_item
from tests.towns import SIDE, SOUTH, WEST, frame, square

EXTENSIONS = "CREATE EXTENSION postgis; CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm"

CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, pg_get_expr(d.adbin, d.adrelid), l.collname,
               col_description(c.oid, a.attnum)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = 'gisgrid'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped AND c.relname <> 'alembic_version'
        ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'gisgrid'::regnamespace
          AND conrelid <> coalesce(to_regclass('gisgrid.alembic_version'), 0)
          AND contype <> 't'
        ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'gisgrid' AND tablename <> 'alembic_version' ORDER BY 1, 2""",
    "comments": """
        SELECT relname, obj_description(oid) FROM pg_class
        WHERE relnamespace = 'gisgrid'::regnamespace AND relkind = 'r'
          AND relname <> 'alembic_version' ORDER BY 1""",
}


def described(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [tuple(row) for row in connection.execute(text(query))]
        for name, query in CATALOGUE.items()
    }


@pytest.fixture
def bare(server: PrivateServer, lend) -> Engine:
    """A database with nothing in it at all."""
    engine = make_engine(lend("template0"))
    yield engine
    engine.dispose()


def test_the_migrations_make_what_the_models_declare(engine: Engine, bare: Engine) -> None:
    with bare.begin() as connection:
        connection.execute(text(EXTENSIONS))
        connection.execute(CreateSchema(SCHEMA))
        metadata.create_all(connection)
        declared = described(connection)
    with engine.connect() as connection:
        migrated = described(connection)
    assert migrated["columns"]
    for name in CATALOGUE:
        assert migrated[name] == declared[name]


def test_an_empty_database_is_set_up_at_first_use(bare: Engine) -> None:
    ensure_ready(bare)
    with bare.connect() as connection:
        names = connection.scalars(text("SELECT code FROM gisgrid.level ORDER BY rank")).all()
    assert names == ["area", "unit", "micro", "police"]


def test_two_that_meet_an_empty_database_set_it_up_once(bare: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ensure_ready, [bare] * 4))
    assert migrate(bare)[0] == migrate(bare)[1]


def test_an_older_schema_is_refused_with_the_command(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE gisgrid.alembic_version SET version_num = '0002'"))
    with pytest.raises(SchemaOutdated, match="gisgrid db migrate"):
        ensure_ready(engine)


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE gisgrid.alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaOutdated, match="upgrade gisgrid"):
        ensure_ready(engine)


def downgrade(engine: Engine, version: str) -> None:
    config = Config()
    folder = Path(gisgrid.store.migrations.__file__).parent
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, version)


def test_plans_survive_the_way_back_to_what_lists_only_and_forth(town: Engine) -> None:
    later = datetime(2126, 1, 1, tzinfo=UTC)
    with town.connect() as connection:
        before = described(connection)
    with town.begin() as connection:
        rows = frame([("A1U1M1", "A1U1", square(0, 0, 0.5, 1))])
        draft, scheduled, early = (
            plans.add(connection, name="x", level="micro", frame=rows, effective_at=at)
            for at in (None, later, None)
        )
        made_early = datetime(2020, 1, 1, tzinfo=UTC)
        connection.execute(update(plan).where(plan.c.id == early).values(created_at=made_early))
        m2, unit = ids(connection, "A1U1M2", "A1U1")
        drawn = row(m2, "A1U1M2", unit, square(1, 0), name="新名")
        put(connection, add_drawn(connection, drawn))
        add_drawn(connection, drawn)
        assert put(connection, scheduled).scheduled
    downgrade(town, "0003")
    assert migrate(town)[0] == "0003"
    with town.connect() as connection:
        assert described(connection) == before
        found = {one.id: one for one in plans.listing(connection) if one.id > 4}
        assert set(found) == {draft, scheduled, early}
        assert {one.state for one in found.values()} == {"draft"}
        # The plan of revision 5 is gone, for it was drawn; the revision is not.
        bases = [found[one].base_revision for one in (draft, scheduled, early)]
        assert bases == [5, 5, None]


def test_held_places_are_let_go_on_the_way_back(town: Engine) -> None:
    with town.connect() as connection:
        before = described(connection)
    with town.begin() as connection:
        put_places(
            connection, np.full((len(OWNED), 2), [WEST + 0.5 * SIDE, SOUTH + 0.5 * SIDE]), "x"
        )
        hold_some(connection, np.random.default_rng(0), 3)
    downgrade(town, "0004")
    with town.begin() as connection:
        manual = "SELECT count(*) FROM gisgrid.address WHERE assigned_how = 'manual'"
        assert connection.scalar(text(manual)) == 0
        assert len(set(connection.scalars(text("SELECT micro_id FROM gisgrid.address")))) == 1
    assert migrate(town)[0] == "0004"
    with town.connect() as connection:
        assert described(connection) == before
        assert not any(wrong_rows(connection).values())


def test_campaigns_of_an_older_schema_get_tasks_and_keep_their_days(
    town: Engine, tmp_path: Path
) -> None:
    with town.connect() as connection:
        before = described(connection)
    bring(town, tmp_path / "c", small_campaign())
    downgrade(town, "0007")
    with town.begin() as connection:
        for statement in (
            "UPDATE gisgrid.campaign_item SET done_on = '2024-04-02' WHERE source_id = 'W1'",
            "INSERT INTO gisgrid.campaign (code, name_zh, name_en) VALUES ('bare', 'x', 'x')",
            "INSERT INTO gisgrid.campaign_item (source_id, point, campaign_id) SELECT 'B', "
            "'SRID=4326;POINT(121.2 31.3)', id FROM gisgrid.campaign WHERE code = 'bare'",
        ):
            connection.execute(text(statement))
    assert migrate(town)[0] == "0007"
    with town.connect() as connection:
        assert described(connection) == before
        told = {one.code: one.tasks for one in campaigns.listing(connection)}
        assert [(one.code, one.items, one.done) for one in told["c1"]] == [("task-1", 3, 1)]
        (task,) = told["bare"]
        assert (task.item_zh, task.done_zh, task.items) == ("防盗窗", "已拆除", 1)
        found = campaigns.by_code(connection, "c1")
        (mark,) = campaigns.marks(connection, found.id, "W1")
        assert str(mark.done_on) == "2024-04-02"


def close_reopen_close(connection: Connection, number: str) -> None:
    for action in ("close-on-spot", "reopen", "close-on-spot"):
        act(connection, number, action, actor=CHIEF, reason="因为")


def test_what_closings_wrote_before_is_known_afterwards(town: Engine, tmp_path: Path) -> None:
    """Upkeep and marks of an older schema, where a case could write upkeep twice."""
    with town.connect() as connection:
        before = described(connection)
    bring(town, tmp_path / "c", small_campaign())
    with town.begin() as connection:
        number = due_shed(connection)
        window = of_item(connection)
    downgrade(town, "0016")
    with town.begin() as connection:
        for one in (number, window):
            close_reopen_close(connection, one)
    assert migrate(town)[0] == "0016"
    with town.connect() as connection:
        assert described(connection) == before
        names = {one: get(connection, one).id for one in (number, window)}
        upkeep = "SELECT case_id FROM gisgrid.facility_upkeep ORDER BY id"
        assert list(connection.scalars(text(upkeep))) == [names[number], None]
        marks = "SELECT done_on IS NOT NULL, case_id FROM gisgrid.campaign_mark ORDER BY id"
        found = [tuple(row) for row in connection.execute(text(marks))][-3:]
        assert found[1:] == [(False, None), (True, names[window])]
