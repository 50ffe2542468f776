"""The served boundaries follow the published revision.

One thread of each worker listens for publishes. It reads the new state and makes its index while
requests go on being answered from the state before; then one reference is swapped. A request takes
that reference once, so it sees one state. When the connection is lost the thread connects again
and reads the record anew, and every second it compares the revision, in case an announcement was
missed. While the database is away the last state goes on being served, by its revision.

The revision alone says whether the state is new: no boundary begins or ends in the future, for a
publish with a future date is refused. (The notice is compared too: loading the sample adds it.)
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Final

from api.reading import open_snapshot
from api.served import Served
from gisgrid.errors import DatabaseError
from gisgrid.store.engine import make_engine
from gisgrid.store.listening import Listener

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy import Engine

    from api.logs import Log
    from api.metrics import Metrics

__all__ = ["Following"]

_COMPARE_EVERY: Final = 1.0
# Between attempts to connect again.
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


class Following:
    """The present boundaries of one worker, kept up to date by a thread.

    Parameters
    ----------
    engine : Engine
        Tells where the database is; connections are the thread's own.
    zone : tzinfo
    log : Log
        Hears of what goes wrong behind the scenes.
    metrics : Metrics
    """

    def __init__(self, engine: Engine, zone: tzinfo, log: Log, metrics: Metrics) -> None:
        self._engine = make_engine(engine.url, pool_size=2)
        self._zone = zone
        self._log = log
        self._metrics = metrics
        self._served: Served | None = None
        self._stopping = threading.Event()
        self._bell, self._rope = socket.socketpair()
        self._thread = threading.Thread(target=self._follow, name="following", daemon=True)

    @property
    def served(self) -> Served:
        """The boundaries to answer from; take it once for a request.

        Raises
        ------
        DatabaseError
            `start` has not ended yet.
        """
        if self._served is None:
            raise DatabaseError("the boundaries are not read yet", fix="try again in a moment")
        return self._served

    def start(self) -> None:
        """Read the boundaries, then follow them."""
        self._catch_up()
        self._thread.start()

    def stop(self) -> None:
        """Stop following and let the connections go."""
        self._stopping.set()
        self._rope.send(b"\0")
        if self._thread.ident is not None:
            self._thread.join()
        self._engine.dispose()
        self._bell.close()
        self._rope.close()

    def _follow(self) -> None:
        pause, lost = _FIRST_PAUSE, False
        while not self._stopping.is_set():
            try:
                with Listener(self._engine, self._bell) as listener:
                    # Another database may stand there now, restored from a backup.
                    self._catch_up(anew=lost)
                    pause, lost = _FIRST_PAUSE, False
                    while not self._stopping.is_set():
                        listener.wait(_COMPARE_EVERY)
                        self._catch_up()
            except Exception as error:
                # Whatever it is, the worker goes on answering from what it has.
                self._log.error("following", error)
                self._stopping.wait(pause)
                lost = True
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _catch_up(self, *, anew: bool = False) -> None:
        """Serve the present state, if it is not served already."""
        known = self._served
        with open_snapshot(self._engine, self._zone) as reading:
            state = (reading.revision, reading.notice)
            if known is not None and not anew and state == (known.revision, known.notice):
                return
            self._served = Served.read(reading)
        self._metrics.served_revision.set(self._served.revision)
