"""Plans in tests: edits in transactions of their own, and states to the last byte."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, func, select

from gisgrid.errors import Conflict
from gisgrid.store import drafts
from gisgrid.store.drafts import state
from gisgrid.store.drafts.editing import EditResult


def new_plan(engine: Engine) -> int:
    """A plan on the boundaries that hold."""
    with engine.begin() as connection:
        return drafts.new(connection, "方案", author="甲")


def edit(
    engine: Engine,
    plan: int,
    kind: str,
    *,
    author: str = "",
    expected_version: int | None = None,
    **arguments: Any,
) -> EditResult:
    """Make an edit and commit it."""
    change = drafts.parse_edit(kind, arguments)
    with engine.begin() as connection:
        return drafts.edit(
            connection, plan, change, author=author, expected_version=expected_version
        )


def undo_all(engine: Engine, plan: int) -> int:
    """Undo until nothing is left; how many edits there were."""
    count = 0
    while True:
        try:
            with engine.begin() as connection:
                drafts.undo(connection, plan)
        except Conflict:
            return count
        count += 1


def redo_all(engine: Engine, plan: int) -> int:
    """Make again what was undone; how many edits there were."""
    count = 0
    while True:
        try:
            with engine.begin() as connection:
                drafts.redo(connection, plan)
        except Conflict:
            return count
        count += 1


def state_of(engine: Engine, plan: int) -> list[tuple[Any, ...]]:
    """Every grid of a plan with all that is said of it, its shape byte for byte."""
    rows = state.rows_of(plan)
    columns = [column for column in rows.c if column.name not in ("geom", "drafted", "valid_from")]
    query = select(*columns, func.encode(func.ST_AsEWKB(rows.c.geom), "hex"))
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(rows.c.key))]
