"""Which texts the database can hold."""

from __future__ import annotations

__all__ = ["printable", "storable"]


def storable(text: str) -> str:
    """A text as it is, where the database can hold it."""
    if "\x00" in text:
        raise ValueError("NUL characters are not allowed")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("halves of characters are not allowed")
    return text


def printable(text: str) -> str:
    """A text as it is, where the database can hold it and it is one line of plain letters."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("control characters are not allowed")
    return storable(text)
