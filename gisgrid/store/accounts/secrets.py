"""Secrets: made at random, kept as digests."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

__all__ = ["digest", "new_secret"]

_BYTES: Final = 32


def new_secret() -> str:
    """256 random bits, in characters that an address or a header may hold."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of a secret: a fast hash is enough where nothing can be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
