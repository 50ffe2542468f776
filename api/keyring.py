"""The keys and sessions that were looked up a moment ago.

What a key may do is read from the record and believed for a second: so whatever ends it (it is
revoked or expires, its account is disabled, a role is taken away) it is dead within two. There is
nothing to be told and nothing to miss, and while the database is away nobody comes in.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic, time
from typing import TYPE_CHECKING, Final

from gisgrid.store import accounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from gisgrid.store.accounts import Admission

__all__ = ["Keyring", "Shown"]

# Seconds for which an answer of the record is believed.
_BELIEVED: Final = 1.0
_REMEMBERED: Final = 4096


@dataclass(frozen=True)
class Shown:
    """What a request came with.

    Attributes
    ----------
    token : str
    is_key : bool
        An API key; the token of a session otherwise.
    """

    token: str
    is_key: bool

    @property
    def digest(self) -> bytes:
        """By which it is remembered; the secret itself is not kept."""
        kind = b"key" if self.is_key else b"session"
        return hashlib.sha256(kind + self.token.encode("utf-8", "surrogatepass")).digest()


class Keyring:
    """Says who comes with a key or a session; used by many threads.

    Parameters
    ----------
    idle : timedelta
        Sessions that were not seen for so long are over.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(self, idle: timedelta, clock: Callable[[], float] = monotonic) -> None:
        self._idle = idle
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[bytes, tuple[Admission, float]] = OrderedDict()

    def known(self, shown: Shown) -> Admission | None:
        """Who comes with it, if that was read within the last second; never waits."""
        found = self._known.get(shown.digest)
        return None if found is None or self._clock() >= found[1] else found[0]

    def look_up(self, shown: Shown, engine: Engine) -> Admission | None:
        """Who comes with it by the record; None where it does not hold.

        Raises
        ------
        sqlalchemy.exc.OperationalError
            The database is away: nobody is let in on what was true before.
        """
        with engine.begin() as connection:
            began = self._clock()
            if shown.is_key:
                found = accounts.by_key(connection, shown.token)
            else:
                found = accounts.by_session(connection, shown.token, idle=self._idle)
        with self._lock:
            self._known.pop(shown.digest, None)
            if found is not None:
                lasts = min(_BELIEVED, found.expires_at.timestamp() - time())
                self._known[shown.digest] = (found, began + lasts)
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return found

    def forget(self, shown: Shown) -> None:
        """Ask the record when it is shown next: what it may do has just been changed here."""
        with self._lock:
            self._known.pop(shown.digest, None)
