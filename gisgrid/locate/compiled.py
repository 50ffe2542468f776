"""How the loops of this package are compiled, and kept on disk."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_SOURCES: Final = _digest_of_sources()


class _Cache(FunctionCache):
    """numba's cache, for loops that call each other across modules.

    numba itself looks only at the module of a function: a change in another one, whose code is
    compiled in, would go unnoticed. Here whatever changes in the package makes all of it new,
    under other names, so that no process reads what another one is replacing.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        base = f"{self._impl.filename_base}-{_SOURCES[:16]}"
        file: Any = IndexDataCacheFile
        self._cache_file = file(self._cache_path, base, _SOURCES)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function where that is possible."""
        # If there is no room on the disk, say, it will be compiled again.
        with suppress(OSError), (Path(self._cache_path) / "gisgrid.lock").open("a") as lock:
            # Two processes that save at once could else name each other's code.
            fcntl.flock(lock, fcntl.LOCK_EX)
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop at its first call, keep it on disk, and let go of the GIL while it runs.

    It is kept in ``__pycache__`` or, where that cannot be written to, in the user's cache or in
    ``NUMBA_CACHE_DIR``; where there is no such place each process compiles for itself.

    Floating point stays as written (no ``fastmath``): the proofs of what is near a border count
    on every rounding.
    """
    made: Any = numba.njit(nogil=True, error_model="numpy")(function)
    # That is what numba raises when it finds no folder.
    with suppress(RuntimeError):
        made._cache = _Cache(function)
    return cast("Callable[P, R]", made)
