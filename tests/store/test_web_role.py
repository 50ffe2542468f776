"""The role of the web service: it owns nothing, and has what it needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.store.engine import make_engine, serve_from
from gisgrid.store.server import PrivateServer
from gisgrid.store.web_role import WEB_ROLE, make_role, serving_url


@pytest.fixture
def served(engine: Engine):
    made = serve_from(engine, pool_size=2)
    yield made
    made.dispose()


def test_the_service_logs_in_as_a_role_that_owns_nothing(
    served: Engine, server: PrivateServer
) -> None:
    query = text(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, "
        "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) FROM pg_roles AS r "
        "WHERE rolname = session_user"
    )
    with served.connect() as connection:
        assert tuple(connection.execute(query).one()) == (WEB_ROLE, *[False] * 5)
    passfile = server.home / f"passfile.{WEB_ROLE}"
    assert passfile.stat().st_mode & 0o777 == 0o600
    assert passfile.read_text() not in (server.home / "passfile").read_text()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gisgrid.audit_event SET subject = subject",
        "DELETE FROM gisgrid.audit_event",
        "DELETE FROM gisgrid.case_event",
        *(
            f"DELETE FROM gisgrid.{table}"
            for table in ("account", "api_key", "case_file", "personal", "revision")
        ),
        "UPDATE gisgrid.alembic_version SET version_num = '1'",
        "ALTER TABLE gisgrid.hazard DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE gisgrid",
        "CREATE TABLE gisgrid.mine (x int)",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_it_may_not_do_what_only_an_owner_may(served: Engine, statement: str) -> None:
    with (
        served.connect() as connection,
        pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_what_it_may_do_comes_back_after_a_restore_and_no_more(engine: Engine) -> None:
    serve_from(engine, pool_size=1).dispose()
    with engine.begin() as connection:
        for change in (
            "REVOKE ALL ON gisgrid.hazard FROM gisgrid_web",
            "REVOKE USAGE ON SCHEMA gisgrid FROM gisgrid_web",
            "GRANT DELETE ON gisgrid.audit_event TO gisgrid_web",
            "ALTER ROLE gisgrid_web PASSWORD 'another'",
        ):
            connection.execute(text(change))
    again = serve_from(engine, pool_size=1)
    with again.connect() as connection:
        connection.execute(text("UPDATE gisgrid.hazard SET subject = ''"))
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("DELETE FROM gisgrid.audit_event"))
    again.dispose()


def test_workers_that_start_at_once_do_not_stand_in_each_others_way(engine: Engine) -> None:
    def start(_: int) -> str:
        owner = make_engine(engine.url, pool_size=1)
        made = serve_from(owner, pool_size=1)
        with made.connect() as connection:
            found = connection.scalar(text("SELECT current_user"))
        made.dispose()
        owner.dispose()
        return str(found)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(8))) == {WEB_ROLE}


@pytest.fixture
def foreign(engine: Engine, server: PrivateServer, admin: Engine):
    """The database as one of a server that is not gisgrid's own, over an owner who is nobody."""
    name = engine.url.database
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'x'"))
    with engine.begin() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" OWNER TO landlord'))
        connection.execute(text("ALTER SCHEMA gisgrid OWNER TO landlord"))
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'gisgrid'")
        ).all()
        for table in tables:
            connection.execute(text(f"ALTER TABLE gisgrid.{table} OWNER TO landlord"))
    url = engine.url.set(username="landlord", password="x").difference_update_query(["passfile"])
    made = make_engine(url)
    yield made
    made.dispose()
    with engine.begin() as connection:
        connection.execute(text("REASSIGN OWNED BY landlord TO gisgrid"))
        connection.execute(text("DROP OWNED BY landlord"))
    with admin.connect() as connection:
        connection.execute(text("REASSIGN OWNED BY landlord TO gisgrid"))
        connection.execute(text("DROP OWNED BY landlord"))
        connection.execute(text("DROP ROLE landlord"))


def test_on_another_server_the_login_gives_up_its_rights_once_the_role_is_made(
    foreign: Engine,
) -> None:
    assert serving_url(foreign) is None
    with foreign.begin() as connection:
        make_role(connection)
    made = serve_from(foreign, pool_size=1)
    with made.connect() as connection:
        connection.execute(text("RESET ROLE"))
        assert connection.scalar(text("SELECT current_user")) == WEB_ROLE
        connection.execute(text("SELECT count(*) FROM gisgrid.hazard"))
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("DELETE FROM gisgrid.audit_event"))
    made.dispose()
