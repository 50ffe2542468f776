"""The served boundaries follow the published revision.

One thread of each worker listens for publishes. It reads the new state and makes its index while
requests go on being answered from the state before; then one reference is swapped. A request takes
that reference once, so it sees one state. When the connection is lost the thread connects again
and reads the record anew, and every second it compares the revision, in case an announcement was
missed. While the database is away the last state goes on being served, by its revision.

The revision alone says whether the state is new: no boundary begins or ends in the future, for a
plan with a future date is written on its day only. The thread wakes on that day and does it; of
several workers one comes first. (The notice is compared too: loading the sample adds it.)
"""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Final

from api.news import News
from api.reading import Reading, open_snapshot
from api.served import Served
from gisgrid.errors import Conflict, DatabaseError
from gisgrid.store.engine import make_engine
from gisgrid.store.listening import Listener
from gisgrid.store.scheduling import apply_due, next_due

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.logs import Log
    from api.metrics import Metrics
    from gisgrid.settings import Settings

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
    settings : Settings
    log : Log
        Hears of what goes wrong behind the scenes.
    metrics : Metrics

    Attributes
    ----------
    news : News
        Told of every new state that is served.
    """

    def __init__(self, engine: Engine, settings: Settings, log: Log, metrics: Metrics) -> None:
        self.news = News()
        self._engine = make_engine(engine.url, pool_size=2)
        self._zone = settings.zone
        self._tolerance_m2 = settings.overlap_tolerance_m2
        self._log = log
        self._metrics = metrics
        self._served: Served | None = None
        self._pause = _COMPARE_EVERY
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
        self.news.end()
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
                        listener.wait(self._pause)
                        self._catch_up()
            except Exception as error:
                # Whatever it is, the worker goes on answering from what it has.
                self._log.error("following", error)
                self._stopping.wait(pause)
                lost = True
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _catch_up(self, *, anew: bool = False) -> None:
        """Serve the present state, if it is not served already."""
        self._put_due_in_force()
        known = self._served
        with open_snapshot(self._engine, self._zone) as reading:
            self._pause = _until_due(reading)
            state = (reading.revision, reading.notice)
            if known is not None and not anew and state == (known.revision, known.notice):
                return
            self._served = Served.read(reading)
        self._metrics.served_revision.set(self._served.revision)
        self.news.tell()

    def _put_due_in_force(self) -> None:
        """Write the scheduled plans whose day has come; another worker may have done it already."""
        try:
            with self._engine.begin() as connection:
                done = apply_due(connection, overlap_tolerance_m2=self._tolerance_m2)
        except Exception as error:
            # Boundaries go on being followed by whoever may read them and not write.
            self._log.error("scheduled", error)
            return
        for one in done:
            if one.published is None:
                self._log.error("scheduled", Conflict(one.reason, where=f"plan {one.plan_id}"))


def _until_due(reading: Reading) -> float:
    """How long to sleep (seconds); what is still overdue has been tried in vain just now."""
    due = next_due(reading.connection)
    seconds = _COMPARE_EVERY if due is None else (due - reading.at).total_seconds()
    return seconds if 0 < seconds < _COMPARE_EVERY else _COMPARE_EVERY
