"""The hazards in memory, following the record.

A tile must be drawn from the present state, and to prove that a state is the present one takes a
look at every row: milliseconds for thousands, seconds for millions. So the proof is cheap where it
can be, and waits for nobody where it cannot:

- A database snapshot has a name, which changes with every transaction that wrote anything at all.
  As long as it is the one that the hazards were last compared under, they have not changed.
- Where it is another one and a comparison is quick, requests wait for it, and for the reading anew
  where hazards did change.
- Where it takes longer, it is done by a thread beside, no oftener than every so often, and requests
  are answered from the state before, whose ETag tells it from the next.

All of it, save what is confidential, is kept for those who see the whole district. Of others, some
are kept with what they may see, which the database says: there is one predicate.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from api.keeping import Kept
from gisgrid.access import EVERYTHING, Sight
from gisgrid.errors import DatabaseError
from gisgrid.store.changes import fingerprint, moment_of
from gisgrid.store.engine import snapshot
from gisgrid.store.hazard_snapshot import HazardSnapshot, read_snapshot
from gisgrid.store.scope import look_as
from gisgrid.store.tables import hazard

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["HazardShadow"]

# Seconds: a comparison that takes longer is not waited for …
_QUICK: Final = 0.2
# … and takes at most one part in so many of the database's time.
_REST: Final = 10
# The first reading is waited for: a tenth of a minute for millions.
_PATIENCE: Final = 60.0
# Of a part of the district each: some megabytes.
_SIGHTS: Final = 12


@dataclass(frozen=True)
class _Known:
    """Hazards, the name of the database snapshot that they were last compared under, and when."""

    hazards: HazardSnapshot
    moment: str
    seconds: float
    compared_at: float


class HazardShadow:
    """The hazards of one worker.

    Parameters
    ----------
    engine : Engine
    discoverers : tuple of str
        The origins that count as discovered by patrols.
    """

    def __init__(self, engine: Engine, discoverers: tuple[str, ...]) -> None:
        self._engine = engine
        self._discoverers = discoverers
        self._known: _Known | None = None
        self._narrow: Kept[HazardSnapshot] = Kept(_SIGHTS)
        self._lock = threading.Lock()
        self._running: Future[_Known] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hazards")

    def present(self, moment: str, sight: Sight = EVERYTHING) -> HazardSnapshot:
        """The hazards to answer from.

        Parameters
        ----------
        moment : str
            What `moment_of` says of the request's own snapshot; do not hold that one's connection
            meanwhile.
        sight : Sight
            Those that may be seen.

        Raises
        ------
        DatabaseError
            They are still being read for the first time.
        """
        whole = self._whole(moment)
        if sight.whole and not sight.confidential:
            return whole
        return self._narrow.get((sight.key, whole.fingerprint), lambda: self._read(sight))

    def _read(self, sight: Sight) -> HazardSnapshot:
        with snapshot(self._engine) as connection:
            return read_snapshot(look_as(connection, sight), self._discoverers)

    def _whole(self, moment: str) -> HazardSnapshot:
        """All that are not confidential."""
        known = self._known
        if known is not None and known.moment == moment:
            return known.hazards
        if known is not None and known.seconds > _QUICK:
            if monotonic() - known.compared_at > _REST * known.seconds:
                self._refresh()
            return known.hazards
        try:
            joined, running = self._refresh()
            found = running.result(_PATIENCE)
            if joined and found.moment != moment:
                # It may have begun before what the request has seen.
                found = self._refresh()[1].result(_PATIENCE)
            return found.hazards
        except NotYet:
            raise DatabaseError(
                "the hazards are still being read", fix="try again in a moment"
            ) from None

    def stop(self) -> None:
        """Wait for what is under way and let the thread go."""
        self._thread.shutdown()

    def _refresh(self) -> tuple[bool, Future[_Known]]:
        """Compare with the record; or join who does it already, as the first of both says."""
        with self._lock:
            joined = self._running is not None and not self._running.done()
            if self._running is None or not joined:
                self._running = self._thread.submit(self._compare)
            return joined, self._running

    def _compare(self) -> _Known:
        before = self._known
        with snapshot(self._engine) as connection:
            began = monotonic()
            moment = moment_of(connection)
            state = fingerprint(connection, hazard)
            seconds = monotonic() - began
            if before is None or before.hazards.fingerprint != state:
                hazards = read_snapshot(connection, self._discoverers, state)
            else:
                hazards = before.hazards
        self._known = _Known(hazards, moment, seconds, monotonic())
        return self._known
