"""How much one client may ask for: the one place that every route passes through."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Final

from gisgrid.access.households import address_of, household
from gisgrid.errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

__all__ = ["Limiter"]

# Addresses that are remembered; those beyond begin anew.
_REMEMBERED: Final = 10_000
# Asked by what watches over the service, which must not be shut out when it is busy: free as long
# as nothing has to be looked up for it.
_FREE: Final = frozenset({"/healthz", "/readyz", "/metrics"})


@lru_cache(maxsize=_REMEMBERED)
def _counted(host: str) -> str:
    """What is counted in the place of an address: a whole network of IPv6 asks as one."""
    address = address_of(host)
    return host if address is None else household(address)


class Limiter:
    """Lets one address make so many requests a second, and as many more in a burst.

    Parameters
    ----------
    per_second : int
        0 for no limit. Keys may have limits of their own beside it. Each worker counts for itself.
    clock : callable
        Gives seconds that never go back.
    """

    def __init__(self, per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_second = per_second
        self._clock = clock
        # What each address and each key may still ask for, and when that was so.
        self._left: dict[str, tuple[float, float]] = {}

    def admit(self, scope: Scope, *, shown: bool = False) -> None:
        """Count a request, unless it asks how the service is and shows nothing to get in by.

        Parameters
        ----------
        scope : Scope
        shown : bool
            It shows a key or a session, which has to be looked up on record.

        Raises
        ------
        TooManyRequests
            Its address has asked too often.
        """
        if self.per_second and (shown or scope["path"] not in _FREE):
            self._take(_counted((scope.get("client") or ("",))[0]), self.per_second)

    def admit_key(self, key_id: int | None, per_second: int) -> None:
        """Count a request made with an API key that has a limit of its own.

        Raises
        ------
        TooManyRequests
            It has been used too often.
        """
        self._take(f"key {key_id}", per_second)

    def _take(self, who: str, per_second: int) -> None:
        now = self._clock()
        left, before = self._left.pop(who, (2.0 * per_second, now))
        left = min(left + (now - before) * per_second, 2.0 * per_second)
        if len(self._left) >= _REMEMBERED:
            # The first of a dict is the one that was put in longest ago.
            self._left.pop(next(iter(self._left)))
        # What a refused request saved up stays: else whoever asks a little too often never gets in.
        self._left[who] = (left if left < 1.0 else left - 1.0, now)
        if left < 1.0:
            raise TooManyRequests(
                f"more than {per_second} requests a second",
                fix="ask again in a second",
                retry_after=(1.0 - left) / per_second,
            )
