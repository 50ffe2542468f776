"""People as documents: who they are to the staff, without our own numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gisgrid.store.people import Person

__all__ = ["person_document"]


def person_document(one: Person) -> dict[str, Any]:
    """Somebody by their code; whether there is a telephone number, and never the number."""
    told = asdict(one)
    del told["id"]
    return told
