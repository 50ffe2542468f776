"""A key that is forgotten at the moment when its report is sent again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event

from gisgrid.errors import Busy
from gisgrid.store.cases import once
from gisgrid.store.tables import report_key
from tests.store.cases.conftest import told

KEY, BODY = "k" * 16, "{}"


def rivalled(connection: Connection, others: Engine, *, again: bool) -> None:
    """Let a key be forgotten right before it is looked up, and ``again`` taken by others then."""

    def meddle(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "report_key" not in statement:
            return
        with others.begin() as other:
            if statement.startswith("SELECT"):
                other.execute(delete(report_key))
            elif again:
                settled(other)

    event.listen(connection, "before_cursor_execute", meddle)


def settled(connection: Connection) -> once.Claim:
    made = once.claim(connection, KEY, BODY)
    once.settle(connection, made, told(connection))
    return made


def test_a_key_that_is_forgotten_meanwhile_is_free(town_engine: Engine) -> None:
    with town_engine.begin() as connection:
        first = settled(connection)
    with town_engine.connect() as connection, connection.begin() as transaction:
        rivalled(connection, town_engine, again=False)
        again = once.claim(connection, KEY, BODY)
        transaction.rollback()
    assert again.told is None and again.code != first.code


def test_a_key_that_is_forgotten_time_after_time_is_told_so(town_engine: Engine) -> None:
    with town_engine.connect() as connection:
        rivalled(connection, town_engine, again=True)
        with pytest.raises(Busy, match="Idempotency-Key"):
            once.claim(connection, KEY, BODY)
