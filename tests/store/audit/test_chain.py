"""The chain: sealed at commit in the order of commits, and every change of it is found."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.access import Actor
from gisgrid.errors import InputError
from gisgrid.store import audit
from gisgrid.store.engine import make_engine, snapshot
from gisgrid.store.tables import audit_event

CLI = Actor("cli")


def note(connection: Connection, *subjects: str) -> None:
    for subject in subjects:
        audit.note(connection, CLI, "test.act", subject)


def subjects(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [one.subject for one in reversed(audit.listing(connection))]


def checked(engine: Engine, known: audit.Head | None = None) -> audit.Verdict:
    with snapshot(engine) as connection:
        return audit.check(connection, known=known)


def tamper(connection: Connection, statement: str, **values: object) -> None:
    """Change the log as the owner of the tables can who turns the triggers off."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text(statement), values)


@pytest.fixture(scope="module")
def logged(clone, template: str) -> Iterator[Engine]:
    """A log of twenty rows; what tests change in it is rolled back."""
    made = make_engine(clone(template))
    for number in range(10):
        with made.begin() as connection:
            note(connection, f"case:{number}", f"account:{number}")
    yield made
    made.dispose()


def test_rows_are_sealed_at_commit_one_after_the_other(engine: Engine) -> None:
    with engine.connect() as connection:
        assert audit.head(connection).position == 0
    with engine.begin() as connection:
        note(connection, "case:1", "case:2")
        assert audit.listing(connection) == []
    with engine.begin() as connection:
        note(connection, "case:3")
    verdict = checked(engine)
    assert (verdict.rows, verdict.fault, verdict.head.position) == (3, None, 3)
    assert subjects(engine) == ["case:1", "case:2", "case:3"]


def test_what_is_rolled_back_leaves_no_gap(engine: Engine) -> None:
    with engine.connect() as connection:
        note(connection, "case:1")
        connection.rollback()
        note(connection, "case:2")
        with pytest.raises(ZeroDivisionError), connection.begin_nested():
            note(connection, "case:3")
            connection.execute(text("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE"))
            raise ZeroDivisionError
        note(connection, "case:4")
        connection.execute(text("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE"))
        note(connection, "case:5")
        connection.commit()
    assert subjects(engine) == ["case:2", "case:4", "case:5"]
    assert checked(engine).fault is None


def test_rows_that_are_copied_in_are_sealed_too_and_cannot_choose_their_place(
    engine: Engine,
) -> None:
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        rows = io.StringIO(
            "9\t2001-01-01\tcli\ttest.act\tcase:1\n\\N\t2001-01-01\tcli\ta\tcase:2\n"
        )
        cursor.copy_expert(
            "COPY gisgrid.audit_event (position, at, actor_ref, action, subject) FROM STDIN", rows
        )
    verdict = checked(engine)
    assert (verdict.rows, verdict.fault) == (2, None)
    assert verdict.head.at is not None and verdict.head.at.year > 2001


def test_writers_at_once_make_one_chain(engine: Engine) -> None:
    pooled = make_engine(engine.url.render_as_string(hide_password=False), pool_size=8)

    def write(worker: int) -> list[str]:
        dice, kept = random.Random(worker), []
        for turn in range(50):
            mine = [f"case:{worker}.{turn}.{part}" for part in range(dice.randint(1, 3))]
            with pooled.connect() as connection:
                note(connection, *mine)
                if dice.random() < 0.3:
                    connection.rollback()
                else:
                    connection.commit()
                    kept += mine
        return kept

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(write, range(8)))
    verdict = checked(pooled)
    assert verdict.fault is None and verdict.rows == sum(map(len, written))
    with pooled.connect() as connection:
        found = [one.subject for one in reversed(audit.listing(connection, limit=10_000))]
    for worker, mine in enumerate(written):
        assert [one for one in found if one.startswith(f"case:{worker}.")] == mine
    pooled.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gisgrid.audit_event SET subject = 'case:9' WHERE position = 3",
        "UPDATE gisgrid.audit_event SET position = 99 WHERE position = 3",
        "DELETE FROM gisgrid.audit_event WHERE position = 20",
        "TRUNCATE gisgrid.audit_event",
    ],
)
def test_the_log_is_not_changed_by_its_owner_either(logged: Engine, statement: str) -> None:
    with logged.connect() as connection, pytest.raises(DBAPIError, match="only added"):
        connection.execute(text(statement))


def test_a_row_that_is_not_sealed_yet_is_not_changed_nor_sealed_by_hand(logged: Engine) -> None:
    for change in ("subject = 'case:9'", "position = 99, previous = hash, hash = 'x'"):
        with logged.connect() as connection:
            note(connection, "case:1")
            with pytest.raises(DBAPIError, match="only added"):
                connection.execute(
                    text(f"UPDATE gisgrid.audit_event SET {change} WHERE position IS NULL")
                )


EDITS = {
    "at": lambda value, n: value + timedelta(microseconds=n + 1),
    "actor_ref": lambda value, n: value + "x" * (n % 3 + 1),
    "action": lambda value, n: value[: n % len(value)] + "z" + value[n % len(value) :],
    "subject": lambda value, n: value + str(n),
    "digest": lambda value, n: f"{n:064x}",
    "position": lambda value, n: value + 1000 + n,
    "previous": lambda value, n: _flipped(value, n),
    "hash": lambda value, n: _flipped(value, n),
}


def _flipped(value: bytes, n: int) -> bytes:
    changed = bytearray(value)
    changed[n % len(changed)] ^= 1 << (n // len(changed) % 8)
    return bytes(changed)


@settings(max_examples=60)
@given(position=st.integers(1, 20), column=st.sampled_from(sorted(EDITS)), n=st.integers(0, 255))
def test_any_change_of_any_column_is_found_where_it_is(
    logged: Engine, position: int, column: str, n: int
) -> None:
    with logged.connect() as connection:
        where = audit_event.c.position == position
        value = connection.scalar(
            audit_event.select().with_only_columns(audit_event.c[column]).where(where)
        )
        edited = EDITS[column](bytes(value) if isinstance(value, memoryview) else value, n)
        tamper(
            connection,
            f"UPDATE gisgrid.audit_event SET {column} = :edited WHERE position = :position",
            edited=edited,
            position=position,
        )
        fault = audit.check(connection).fault
        assert fault is not None and fault.position == position


@pytest.mark.parametrize("position", [1, 7, 19])
def test_a_row_that_is_missing_is_found(logged: Engine, position: int) -> None:
    with logged.connect() as connection:
        tamper(connection, f"DELETE FROM gisgrid.audit_event WHERE position = {position}")
        fault = audit.check(connection).fault
        assert fault is not None and (fault.position, fault.kind) == (position, "missing-row")


REWRITE = """
DO $$ DECLARE one record; before bytea := decode(repeat('00', 32), 'hex'); BEGIN
    FOR one IN SELECT * FROM gisgrid.audit_event ORDER BY position LOOP
        UPDATE gisgrid.audit_event SET previous = before, hash = gisgrid.audit_hash(before,
            position, at, actor_ref, action, subject, digest) WHERE id = one.id
            RETURNING hash INTO before;
    END LOOP;
END $$"""


def test_a_row_that_was_sealed_anew_breaks_the_link_of_the_next(logged: Engine) -> None:
    with logged.connect() as connection:
        tamper(connection, "UPDATE gisgrid.audit_event SET subject = 'case:99' WHERE position = 5")
        connection.execute(
            text(
                "UPDATE gisgrid.audit_event SET hash = gisgrid.audit_hash(previous, position, at, "
                "actor_ref, action, subject, digest) WHERE position = 5"
            )
        )
        fault = audit.check(connection).fault
        assert fault is not None and (fault.position, fault.kind) == (6, "broken-link")


def test_a_head_that_was_kept_finds_a_lost_end_and_a_log_that_was_written_anew(
    logged: Engine,
) -> None:
    with logged.connect() as connection:
        known = audit.head(connection)
        assert audit.check(connection, known=known).fault is None
        earlier = replace(known, position=20)
        tamper(connection, "DELETE FROM gisgrid.audit_event WHERE position > 18")
        assert audit.check(connection).fault is None
        fault = audit.check(connection, known=earlier).fault
        assert fault is not None and (fault.position, fault.kind) == (19, "missing-row")
    with logged.connect() as connection:
        tamper(connection, "UPDATE gisgrid.audit_event SET subject = 'case:99' WHERE position = 5")
        connection.execute(text(REWRITE))
        assert audit.check(connection).fault is None
        fault = audit.check(connection, known=known).fault
        assert fault is not None and (fault.position, fault.kind) == (20, "other-head")


def test_a_head_is_read_as_it_was_printed(logged: Engine) -> None:
    with logged.connect() as connection:
        known = audit.head(connection)
    told = asdict(known) | {"at": str(known.at), "taken_at": str(known.taken_at)}
    assert audit.head_from(told) == known
    for wrong in ({}, [], told | {"hash": "x"}, told | {"position": None}):
        with pytest.raises(InputError, match="no head"):
            audit.head_from(wrong)


def test_a_row_that_nobody_sealed_is_found(logged: Engine) -> None:
    with logged.connect() as connection:
        tamper(
            connection,
            "INSERT INTO gisgrid.audit_event (actor_ref, action, subject) VALUES ('x', 'x', 'x:1')",
        )
        fault = audit.check(connection).fault
        assert fault is not None and (fault.position, fault.kind) == (21, "unsealed-row")


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        ("test.act", "王小明"),
        ("test.act", "case:1\n2"),
        ("test act", "case:1"),
        ("x", "13800131234"),
    ],
)
def test_only_references_are_noted(logged: Engine, action: str, subject: str) -> None:
    with logged.connect() as connection, pytest.raises(InputError, match="references only"):
        audit.note(connection, CLI, action, subject)
