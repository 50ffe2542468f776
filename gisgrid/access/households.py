"""Whose address it is: a household has one of IPv4, and a whole network of IPv6."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

__all__ = ["household"]

_NETWORK: Final = 64


def household(address: IPv4Address | IPv6Address | None) -> str:
    """What is counted in the place of an address; all whose address is not known count as one."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NETWORK), strict=False))
    return str(address or "")
