"""A town that is published already, and what a failed import must leave as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from gisgrid.store.tables import metadata


@pytest.fixture
def counted() -> Callable[[Engine], dict[str, int]]:
    """Count the rows of every table."""

    def count(engine: Engine) -> dict[str, int]:
        with engine.connect() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }

    return count
