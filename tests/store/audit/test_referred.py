"""What the log speaks of: rows that are written once, and that a check compares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.access import Actor
from gisgrid.store import accounts, audit, imports
from gisgrid.store.cases.reporting import NewCase, report
from gisgrid.store.engine import make_engine, snapshot
from tests.towns import SIDE, SOUTH, WEST

PATROL = """INSERT INTO gisgrid.patrol_plan (starts, ends, officers, officer_hours, seed, asked,
    revision, expected, covered) VALUES ('2024-05-01T10:00+08', '2024-05-01T12:00+08', 1, 2.1, 7,
    '{"b": 1.5, "a": null}', 1, 0.1, 3e-9)"""


@pytest.fixture(scope="module")
def published(clone, town_template: str) -> Iterator[Engine]:
    """The town and a patrol; what tests change there is rolled back."""
    made = make_engine(clone(town_template))
    with made.begin() as connection:
        connection.execute(text(PATROL))
    yield made
    made.dispose()


def test_every_table_that_is_checked_has_its_trigger_and_no_other_has(engine: Engine) -> None:
    query = text(
        "SELECT tgrelid::regclass::text, split_part(encode(tgargs, 'escape'), E'\\\\000', 1) "
        "FROM pg_trigger WHERE tgfoid = 'gisgrid.chain_row()'::regprocedure"
    )
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(query)}
    assert found == {(f"gisgrid.{one.table.name}", one.key) for one in audit.CHAINED}


def test_publishing_is_noted_and_the_note_holds_on_any_connection(published: Engine) -> None:
    with published.connect() as connection:
        noted = {(one.action, one.subject, one.actor) for one in audit.listing(connection)}
        assert {
            ("revision.insert", "revision:1", "system"),
            ("patrol_plan.insert", "patrol_plan:1", "system"),
        } <= noted
    with snapshot(published) as connection:
        connection.execute(text("SET timezone = 'America/New_York'"))
        connection.execute(text("SET extra_float_digits = -3"))
        assert audit.check(connection).fault is None


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE gisgrid.revision SET author = 'x' WHERE number = 2", "referenced-changed"),
        ("UPDATE gisgrid.patrol_plan SET covered = 4e-9", "referenced-changed"),
        ("UPDATE gisgrid.patrol_plan SET ends = ends + '1 us'", "referenced-changed"),
        ("DELETE FROM gisgrid.patrol_plan", "referenced-missing"),
        (PATROL, "unknown-row"),
    ],
)
def test_a_row_that_is_not_what_was_noted_is_found(
    published: Engine, statement: str, kind: str
) -> None:
    with published.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))
        fault = audit.check(connection).fault
        assert fault is not None and fault.kind == kind


def test_a_changed_account_is_noted_each_time_and_its_secret_is_in_no_digest(
    published: Engine,
) -> None:
    with published.connect() as connection:
        audit.act_as(connection, Actor("account:1"))
        one = accounts.add(connection, "wang", actor=Actor("account:1"))
        role = accounts.give(connection, one, "member", actor=Actor("account:1"), whole=True)
        connection.execute(text("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE"))
        connection.execute(text("UPDATE gisgrid.account SET department = 'x'"))
        connection.execute(text("DELETE FROM gisgrid.account_role"))
        noted = audit.listing(connection, actor="account:1")
        assert [(row.action, row.subject) for row in reversed(noted)] == [
            ("account.insert", f"account:{one}"),
            ("account_role.insert", f"account_role:{role}"),
            ("account.update", f"account:{one}"),
            ("account_role.delete", f"account_role:{role}"),
        ]
        assert audit.check(connection).fault is None
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        hash_of = "UPDATE gisgrid.account SET password_at = now(), password_hash = 'x'"
        connection.execute(text(hash_of))
        connection.execute(
            text("UPDATE gisgrid.account SET password_at = NULL, password_hash = NULL")
        )
        assert audit.check(connection).fault is None
        connection.execute(text("UPDATE gisgrid.account SET department = 'y'"))
        fault = audit.check(connection).fault
        assert fault is not None and fault.kind == "referenced-changed"
        assert fault.what.startswith(f"account:{one} ")


def test_a_step_of_a_case_is_noted_as_its_actors(published: Engine) -> None:
    with published.connect() as connection:
        place = {"lon": WEST + 0.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
        new = NewCase(category="unlicensed-stall", source="resident", description="王", **place)
        report(connection, new, Actor("account:9"))
        connection.execute(text("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE"))
        (noted,) = audit.listing(connection, actor="account:9")
        assert noted.action == "case_event.insert"
        assert audit.check(connection).fault is None
        # Words are kept apart: erasing them changes nothing that the log speaks of.
        connection.execute(text("DELETE FROM gisgrid.case_text"))
        assert audit.check(connection).fault is None
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE gisgrid.case_event SET actor_ref = 'account:8'"))
        fault = audit.check(connection).fault
        assert fault is not None and (fault.position, fault.kind) == (
            noted.position,
            "referenced-changed",
        )


@pytest.mark.parametrize(("crs", "actions"), [("gcj02", ["crs.gcj02"]), ("EPSG:4490", [])])
def test_an_import_that_turns_shifted_coordinates_back_is_noted(
    published: Engine, crs: str, actions: list[str]
) -> None:
    with published.connect() as connection:
        run = imports.begin(connection, noun="hazard", source="h.csv", crs=crs)
        connection.execute(text("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE"))
        noted = audit.listing(connection, subject=f"import_run:{run}")
        assert [one.action for one in noted] == actions


@pytest.mark.parametrize("change", ["UPDATE gisgrid.{} SET id = id", "DELETE FROM gisgrid.{}"])
@pytest.mark.parametrize("table", ["patrol_plan"])
def test_what_is_written_once_is_not_changed(published: Engine, table: str, change: str) -> None:
    with published.connect() as connection, pytest.raises(DBAPIError, match="only added"):
        connection.execute(text(change.format(table).replace("id = id", "covered = 0")))
