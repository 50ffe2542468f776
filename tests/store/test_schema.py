"""The schema's life, and that the migrations make what the models declare."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.schema import CreateSchema

from gisgrid.errors import SchemaOutdated
from gisgrid.store.engine import make_engine
from gisgrid.store.schema import ensure_ready, migrate
from gisgrid.store.server import PrivateServer
from gisgrid.store.tables import SCHEMA, metadata

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
