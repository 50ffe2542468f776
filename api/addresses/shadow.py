"""The standard addresses in memory, following the record.

Making the book takes seconds and nobody is to wait for it twice: it is made when somebody asks for
the first time, and from then on a thread looks after it. Requests are answered from the book before
until the next one is whole. As with hazards, the name of a database snapshot says cheaply that
nothing at all was written, and a look at every row only that none of these was.

A worker that is never asked for an address keeps none.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from gisgrid.errors import DatabaseError
from gisgrid.store.addresses import book_state, read_book
from gisgrid.store.changes import moment_of
from gisgrid.store.engine import snapshot

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.logs import Log
    from gisgrid.address.book import AddressBook

__all__ = ["AddressShadow", "Addresses"]

# Seconds between looks at the record, which take at most one part in so many of the time.
_LOOK_EVERY: Final = 1.0
_REST: Final = 10
# The first reading is waited for by others as long as this, not by all threads for minutes.
_PATIENCE: Final = 20.0


@dataclass(frozen=True)
class Addresses:
    """The addresses as they were read.

    Attributes
    ----------
    book : AddressBook
    state : str
        What it was made from.
    moment : str
        The database snapshot that it was last compared under.
    """

    book: AddressBook
    state: str
    moment: str


class AddressShadow:
    """The addresses of one worker.

    Parameters
    ----------
    engine : Engine
    log : Log
        Hears of what goes wrong behind the scenes.
    """

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine = engine
        self._log = log
        self._known: Addresses | None = None
        self._first = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="addresses", daemon=True)

    @property
    def present(self) -> Addresses:
        """The addresses to answer from; take them once for a request.

        Raises
        ------
        DatabaseError
            They are still being read for the first time.
        """
        return self._known or self._begin()

    def stop(self) -> None:
        """Stop following."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _begin(self) -> Addresses:
        """Read the record for the first time, then follow it."""
        if not self._first.acquire(timeout=_PATIENCE):
            raise DatabaseError("the addresses are still being read", fix="try again in a moment")
        try:
            if self._known is None:
                self._known = self._compared(None)
                self._thread.start()
            return self._known
        finally:
            self._first.release()

    def _follow(self) -> None:
        pause = _LOOK_EVERY
        while not self._stopping.wait(pause):
            began = monotonic()
            try:
                self._known = self._compared(self._known)
            except Exception as error:
                # Whatever it is, the worker goes on answering from what it has.
                self._log.error("addresses", error)
            pause = max(_LOOK_EVERY, _REST * (monotonic() - began))

    def _compared(self, known: Addresses | None) -> Addresses:
        """What the record holds now; the same book where it was made from the same rows."""
        with snapshot(self._engine) as connection:
            moment = moment_of(connection)
            if known is not None and known.moment == moment:
                return known
            state = book_state(connection)
            if known is not None and known.state == state:
                return Addresses(known.book, state, moment)
            book = read_book(connection)
        book.warm()
        return Addresses(book, state, moment)
