"""Looking at one's own report: whoever has its code may see that one, wherever it lies."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gisgrid.access import Sight
from gisgrid.store.scope import look_as, sight_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["as_reporter"]

# The query names the row by the code.
_OWN: Final = Sight(whole=True).disclosed()


@contextmanager
def as_reporter(connection: Connection) -> Iterator[None]:
    """Let a connection show a report to its reporter, until the block ends."""
    before = sight_of(connection)
    look_as(connection, _OWN)
    try:
        yield
    finally:
        look_as(connection, before)
