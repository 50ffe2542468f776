"""Hearing of publishes: LISTEN on a connection of its own."""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import text

from gisgrid.store.revisions import CHANNEL

if TYPE_CHECKING:
    import socket

    from sqlalchemy import Engine

__all__ = ["Listener"]


class Listener:
    """Waits for the announcement of a revision; use it in a ``with`` block.

    What is published after the block was entered is heard; what was published before is not, so
    read the record once inside.

    Parameters
    ----------
    engine : Engine
        One of its connections is held as long as the block.
    bell : socket
        Waiting ends too when there is something to read on it.
    """

    def __init__(self, engine: Engine, bell: socket.socket) -> None:
        self._engine = engine
        self._bell = bell

    def __enter__(self) -> Self:
        connected = self._engine.connect()
        self._connection = connected.execution_options(isolation_level="AUTOCOMMIT")
        try:
            self._connection.execute(text(f"LISTEN {CHANNEL}"))
            driver: Any = self._connection.connection.driver_connection
            self._driver = driver
            self._selector = selectors.DefaultSelector()
            self._selector.register(driver, selectors.EVENT_READ)
            self._selector.register(self._bell, selectors.EVENT_READ)
        except BaseException:
            self._connection.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        # It still listens: the pool must not hand it to anybody else.
        self._connection.invalidate()
        self._connection.close()

    def wait(self, seconds: float) -> None:
        """Return when a revision was announced, the bell rang, or the seconds are over.

        Raises
        ------
        psycopg2.OperationalError
            The connection was lost.
        """
        self._selector.select(seconds)
        self._driver.poll()
        self._driver.notifies.clear()
