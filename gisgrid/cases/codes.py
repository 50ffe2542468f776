"""The code by which somebody without an account follows their own report."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

__all__ = ["CODE_LENGTH", "code_hash", "mixed_code", "new_code"]

# Bytes: 160 random bits.
_SIZE: Final = 20
# Characters of A-Z, a-z, 0-9, - and _, six bits each.
CODE_LENGTH: Final = -(-_SIZE * 8 // 6)


def new_code() -> str:
    """A code that nobody can guess; it is said once and only its hash is kept."""
    return secrets.token_urlsafe(_SIZE)


def mixed_code(salt: bytes, key: str) -> str:
    """A code that can be told again by whoever has both parts, and guessed from neither.

    Parameters
    ----------
    salt : bytes
        At least `_SIZE` random ones.
    key : str
        Of the reporter's making.
    """
    mixed = hmac.digest(salt, key.encode(), "sha256")
    return urlsafe_b64encode(mixed[:_SIZE]).rstrip(b"=").decode("ascii")


def code_hash(code: str) -> bytes:
    """What is kept of a code. It is long and random, so that a plain hash gives nothing away."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
