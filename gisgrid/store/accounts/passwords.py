"""Passwords: which are taken, and how they are kept (argon2id)."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

__all__ = ["LONGEST", "SHORTEST", "hashed", "matches", "require_good"]

SHORTEST: Final = 12
LONGEST: Final = 128
# Fewer different characters than this are a pattern, however long.
_DIFFERENT: Final = 5


def require_good(password: str, name: str) -> None:
    """Refuse a password that is guessed early; what it is made of is free.

    Parameters
    ----------
    password : str
    name : str
        Of the account.

    Raises
    ------
    InputError
        It is too short or too long, among those that everybody tries, a pattern, or little more
        than the account's name. The message never repeats it.
    """
    fault = _fault(_normal(password), name)
    if fault:
        raise InputError(
            f"the password {fault}",
            fix=f"take {SHORTEST} to {LONGEST} characters, such as a few words",
        )


def hashed(password: str) -> str:
    """The hash to keep of a password; it takes some tens of milliseconds and 64 MiB."""
    return _hasher().hash(_normal(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one of a hash; as long for None, which nothing matches."""
    found = _hasher().verify(_normal(password)[: 4 * LONGEST], kept or _nobodys())
    return found and kept is not None


def _normal(password: str) -> str:
    """The same on every keyboard and system."""
    return unicodedata.normalize("NFKC", password)


def _fault(password: str, name: str) -> str:
    plain = password.casefold()
    if len(password) < SHORTEST:
        return f"has fewer than {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"has more than {LONGEST} characters"
    if len(set(plain)) < _DIFFERENT:
        return "repeats a few characters"
    if plain in _common() or plain.rstrip("0123456789!.") in _common():
        return "is among those that are tried first"
    if name and len(plain.replace(name.casefold(), "")) < SHORTEST // 2:
        return "is little more than the account's name"
    return ""


@cache
def _common() -> frozenset[str]:
    text = files("gisgrid.store.accounts").joinpath("common_passwords.csv").read_text("utf-8")
    return frozenset(text.split())


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
