"""What the service does by itself every hour: cases that spring, cases that are late, old names."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from gisgrid.access import Sight
from gisgrid.store import clock, personal
from gisgrid.store.cases import escalate_overdue, once
from gisgrid.store.engine import make_engine
from gisgrid.store.scope import looking
from gisgrid.store.works.springing import spring_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from api.logs import Log
    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.settings import Settings

__all__ = ["Chores"]

# Not at once: a server that is started again and again shall not do them each time.
_FIRST_S: Final = 60.0
_EVERY_S: Final = 3600.0
# Of several workers one does them.
_LOCK: Final = 7_461_217
# Cases that are confidential are late too.
_ALL: Final = Sight(whole=True).disclosed()


class Chores:
    """The thread that does them.

    Parameters
    ----------
    engine : Engine
        Tells where the database is; the connection is the thread's own.
    settings : Settings
    calendar : WorkCalendar
        By which cases are due.
    log : Log
        Hears of what goes wrong; what failed is tried again an hour later.
    first_s, every_s : float
        Seconds until the first round, and from one to the next.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        calendar: WorkCalendar,
        log: Log,
        *,
        first_s: float = _FIRST_S,
        every_s: float = _EVERY_S,
    ) -> None:
        self._owner = make_engine(engine.url, pool_size=1)
        self._engine = looking(self._owner, _ALL)
        self._settings = settings
        self._calendar = calendar
        self._log = log
        self._pauses = (first_s, every_s)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes in a minute."""
        self._thread.start()

    def stop(self) -> None:
        """Do no more; what is under way is waited for."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._owner.dispose()

    def _run(self) -> None:
        pause, every = self._pauses
        while not self._stopping.wait(pause):
            pause = every
            for chore in (self._spring, self._escalate, self._forget):
                while self._do(chore) and not self._stopping.is_set():
                    pass

    def _do(self, chore: Callable[[Connection], bool]) -> bool:
        """One chore in a transaction of its own, so that none holds up another.

        Whether it is to be done again at once, for it takes so many at a time.
        """
        try:
            with self._engine.begin() as connection:
                if connection.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
                    return chore(connection)
        # The database may be away: the thread outlives that.
        except Exception as error:
            self._log.error("chores", error)
        return False

    def _spring(self, connection: Connection) -> bool:
        zone = self._settings.zone
        found = spring_due(
            connection,
            clock.now(connection, zone),
            zone=zone,
            calendar=self._calendar,
            prefix=self._settings.case_prefix,
        )
        return bool(found)

    def _escalate(self, connection: Connection) -> bool:
        return bool(escalate_overdue(connection, calendar=self._calendar))

    def _forget(self, connection: Connection) -> bool:
        now = clock.now(connection, self._settings.zone)
        personal.expire(connection, now)
        once.expire(connection, now)
        return False
