"""Which codes a grid may be given. What is on record already may have others, and is read."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["UNADDRESSABLE", "fault_of"]

# A code is a part of addresses, where a stroke begins the next part and dots lead elsewhere.
UNADDRESSABLE: Final = r"/|^\.{1,2}$"


def fault_of(code: str) -> str:
    """Why a grid may not be given a code; empty where it may."""
    if not code.strip():
        return "a code cannot be blank"
    if code != code.strip():
        return "a code cannot begin or end with a blank"
    if re.search(UNADDRESSABLE, code):
        return "a code cannot hold a / or be made of dots: it stands in addresses"
    return ""
