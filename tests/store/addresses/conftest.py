"""What these tests write is rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine


@pytest.fixture
def connection(street_engine: Engine) -> Iterator[Connection]:
    """A connection to the streets whose changes end with the test."""
    with street_engine.connect() as one:
        yield one
        one.rollback()
