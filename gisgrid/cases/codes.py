"""The code by which somebody without an account follows their own report."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

__all__ = ["code_hash", "new_code"]

# Bytes: 160 random bits.
_SIZE: Final = 20


def new_code() -> str:
    """A code that nobody can guess; it is said once and only its hash is kept."""
    return secrets.token_urlsafe(_SIZE)


def code_hash(code: str) -> bytes:
    """What is kept of a code. It is long and random, so that a plain hash gives nothing away."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
