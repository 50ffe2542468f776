"""What a planner may see and do: the layers of their own plans, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from gisgrid.errors import Conflict, DatabaseError, InputError, NotFound
from gisgrid.store import planners
from gisgrid.store.engine import make_engine
from gisgrid.store.planners import Planner
from gisgrid.store.server import PrivateServer, backup, restore
from gisgrid.store.tables import metadata
from tests.store.drafts.states import new_plan
from tests.store.planners.layers import ask, change, run, shown

TABLES = sorted(table.name for table in metadata.tables.values())


def test_a_layer_is_what_qgis_needs_of_a_table(plan: int, login) -> None:
    query = (
        "SELECT f_geometry_column, coord_dimension, srid, type FROM geometry_columns "
        f"WHERE f_table_schema = 'drafts' AND f_table_name = 'plan_{plan}_micro'"
    )
    client = login()
    with client:
        assert run(client, query) == [("geom", 2, 4326, "MULTIPOLYGON")]
    ids = f"SELECT pg_typeof(id)::text, count(*) = count(DISTINCT id) FROM drafts.plan_{plan}_micro"
    with client:
        assert run(client, ids + " GROUP BY 1") == [("bigint", True)]
    assert len(shown(client, f"plan_{plan}_micro")) == 16
    assert len(shown(client, f"plan_{plan}_area")) == 2


def test_no_table_is_read_or_written(town: Engine, plan: int, login) -> None:
    client = login()
    assert {"address", "hazard", "draft_grid"} < set(TABLES)
    for table in TABLES:
        for statement in ("SELECT FROM gisgrid.{}", "DELETE FROM gisgrid.{}"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), client:
                run(client, statement.format(table))


def test_nothing_is_made_and_no_role_is_taken(town: Engine, plan: int, login) -> None:
    client = login()
    for statement in (
        "CREATE TABLE public.mine (n int)",
        "CREATE TABLE drafts.mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "SET ROLE gisgrid",
        "ALTER ROLE gisgrid_planner_li PASSWORD 'x'",
        "SELECT gisgrid.open_save(1)",
        "SELECT gisgrid.grids_at(now())",
        f"DROP VIEW drafts.plan_{plan}_micro",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), client:
            run(client, statement)


def test_another_planner_s_plans_are_not_seen(town: Engine, plan: int, login) -> None:
    other = new_plan(town)
    with town.begin() as connection:
        planners.share(connection, other, "li")
    with login("li") as client:
        change(client, f"plan_{other}_micro", "A1U1M1", name="秘密")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        shown(login(), f"plan_{other}_micro")
    # Rows of other plans do not even reach a filter that would tell of them.
    client = login()
    for way in ("indexscan", "bitmapscan"):
        run(client, f"SET enable_{way} = off")
    run(
        client,
        "CREATE FUNCTION pg_temp.tell(words text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
        "$$ BEGIN RAISE NOTICE USING MESSAGE = words; RETURN true; END $$",
    )
    run(client, f"SELECT FROM drafts.plan_{plan}_micro WHERE pg_temp.tell(name)")
    assert any("网格A1U1M1" in notice for notice in client.notices)
    assert not any("秘密" in notice for notice in client.notices)


def test_a_plan_is_shared_with_several_and_taken_back(town: Engine, plan: int, login) -> None:
    with town.begin() as connection:
        planners.share(connection, plan, "li")
        planners.share(connection, plan, "li")
        assert planners.sharers(connection, plan) == ["li", "wang"]
    assert len(shown(login("li"), f"plan_{plan}_unit")) == 4
    with town.begin() as connection:
        planners.unshare(connection, plan, "li")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        shown(login("li"), f"plan_{plan}_unit")
    assert len(shown(login(), f"plan_{plan}_unit")) == 4
    with town.begin() as connection:
        planners.unshare(connection, plan, "wang")
        with pytest.raises(NotFound, match="not shared with this planner"):
            planners.unshare(connection, plan, "wang")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        shown(login(), f"plan_{plan}_unit")


def test_a_planner_s_life(town: Engine, plan: int, login) -> None:
    with town.begin() as connection:
        assert planners.add(connection, "zhao", "secret of zhao")
        planners.share(connection, plan, "zhao")
        assert Planner("zhao", "gisgrid_planner_zhao", (plan,)) in planners.listing(connection)
        assert not planners.add(connection, "zhao", "another secret")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        login("zhao")
    with town.begin() as connection:
        planners.add(connection, "zhao", "secret of zhao")
    login("zhao").close()
    with town.begin() as connection:
        assert planners.remove(connection, "zhao") == [plan]
        with pytest.raises(NotFound, match=r"no such planner.*db planner add zhao"):
            planners.remove(connection, "zhao")
        with pytest.raises(NotFound):
            planners.share(connection, plan, "zhao")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        login("zhao")


def test_a_planner_with_plans_in_another_database_is_not_removed(
    town: Engine, plan: int, lend: Callable[[str], str], town_template: str
) -> None:
    other = make_engine(lend(town_template))
    with other.begin() as connection:
        planners.add(connection, "wang", "secret of wang")
        shared = new_plan(other)
        planners.share(connection, shared, "wang")
    with town.begin() as connection, pytest.raises(Conflict, match=str(other.url.database)):
        planners.remove(connection, "wang")
    with other.begin() as connection:
        planners.unshare(connection, shared, "wang")
    other.dispose()


def test_what_a_planner_owns_goes_with_them(town: Engine, plan: int, login) -> None:
    with town.begin() as connection:
        planners.add(connection, "zhao", "secret of zhao")
    client = login("zhao")
    made = ask(client, "SELECT lo_create(0)")
    ask(client, "CREATE TEMP TABLE mine AS SELECT 1; SELECT 1")
    client.close()
    with town.begin() as connection:
        assert planners.remove(connection, "zhao") == []
        with pytest.raises(NotFound):
            planners.remove(connection, "zhao")
        there = text("SELECT count(*) FROM pg_largeobject_metadata WHERE oid = :oid")
        assert connection.scalar(there, {"oid": made}) == 0


def test_a_planner_of_another_database_gets_the_layers_of_this_one(
    town: Engine, plan: int, login, lend: Callable[[str], str], town_template: str
) -> None:
    other = make_engine(lend(town_template))
    try:
        shared = new_plan(other)
        with other.begin() as connection:
            planners.share(connection, shared, "wang")
        client = login(database=other.url.database)
        assert len(shown(client, f"plan_{shared}_unit")) == 4
        with other.begin() as connection:
            planners.unshare(connection, shared, "wang")
    finally:
        other.dispose()


@pytest.mark.parametrize("name", ["", "Wang", "王", "9a", "a b", 'a"b', "a;b", "a" * 41, "a\n"])
def test_a_name_that_no_planner_can_have_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be a planner's name"):
        planners.role_of(name)


def test_the_limits_of_a_planner(town: Engine, plan: int, login) -> None:
    shows = "SELECT current_setting(%s)"
    client = login()
    assert ask(client, shows, "statement_timeout") == "2min"
    assert ask(client, shows, "lock_timeout") == "15s"
    assert ask(client, shows, "idle_in_transaction_session_timeout") == "10min"
    assert ask(client, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True
    kept = text("SELECT rolpassword, rolconnlimit, rolsuper FROM pg_authid WHERE rolname = :role")
    with town.connect() as connection:
        password, limit, is_super = connection.execute(kept, {"role": "gisgrid_planner_wang"}).one()
    assert password.startswith("SCRAM-SHA-256$")
    assert (limit, is_super) == (20, False)


def test_a_role_that_may_make_no_roles_is_told(town: Engine) -> None:
    with town.connect() as connection, connection.begin() as outer:
        connection.execute(text("CREATE ROLE clerk; SET LOCAL ROLE clerk"))
        with pytest.raises(DatabaseError, match="ALTER ROLE clerk CREATEROLE"):
            planners.add(connection, "zhou", "x")
        # That is all that the role lacks, besides what it has of its own database.
        connection.execute(text("SET LOCAL ROLE gisgrid; ALTER ROLE clerk CREATEROLE"))
        connection.execute(text("ALTER SCHEMA drafts OWNER TO clerk"))
        connection.execute(text("GRANT USAGE ON SCHEMA gisgrid TO clerk"))
        connection.execute(text("GRANT SELECT ON gisgrid.plan_planner TO clerk"))
        connection.execute(text("SET LOCAL ROLE clerk"))
        assert planners.add(connection, "zhou", "x")
        assert planners.remove(connection, "zhou") == []
        outer.rollback()


def test_a_database_where_everybody_may_make_things_is_told(town: Engine) -> None:
    with town.connect() as connection, connection.begin() as outer:
        connection.execute(text("GRANT CREATE ON SCHEMA public TO PUBLIC"))
        with pytest.raises(DatabaseError, match="REVOKE CREATE ON SCHEMA public"):
            planners.add(connection, "zhou", "x")
        outer.rollback()
    # A planner who is known from another database is not let in here either.
    with town.connect() as connection, connection.begin() as outer:
        assert planners.add(connection, "zhou", "x")
        connection.execute(text("GRANT CREATE ON SCHEMA public TO PUBLIC"))
        with pytest.raises(DatabaseError, match="REVOKE CREATE ON SCHEMA public"):
            planners.share(connection, new_plan(town), "zhou")
        outer.rollback()


def test_after_a_restore_a_planner_is_added_again(
    town: Engine, plan: int, login, server: PrivateServer, tmp_path, admin: Engine
) -> None:
    with login() as client:
        change(client, f"plan_{plan}_micro", "A1U1M1", name="甲")
    file, copy = tmp_path / "town.backup", f"{make_url(town.url).database}_copy"
    backup(town.url, file)
    server.ensure_database(copy)
    engine = make_engine(server.url(copy))
    try:
        restore(engine.url, file)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            shown(login(database=copy), f"plan_{plan}_micro")
        with engine.begin() as connection:
            planners.add(connection, "wang", "secret of wang")
        with login(database=copy) as client:
            change(client, f"plan_{plan}_micro", "A1U1M1", name="乙")
        query = f"SELECT name FROM drafts.plan_{plan}_micro WHERE code = 'A1U1M1'"
        assert [ask(login(), query), ask(login(database=copy), query)] == ["甲", "乙"]
    finally:
        engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{copy}" WITH (FORCE)'))
