"""Libraries that print: kept off stdout, which belongs to results."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hushed"]


@contextmanager
def hushed() -> Iterator[None]:
    """Drop what is printed to stdout by this process and those that it starts.

    METIS prints a line from C for each run that it finds odd; such runs are left out of the
    search anyway, and a line between results would spoil a document.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        sys.stdout.flush()
        # C buffers what it prints into a pipe, and would write it after the end.
        ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(nowhere)
        os.close(kept)
