"""Whose address it is: a household has one of IPv4, and a whole network of IPv6."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

__all__ = ["address_of", "household"]

_NETWORK: Final = 64


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, one of IPv4 also within IPv6; None for any other."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def household(address: IPv4Address | IPv6Address | None) -> str:
    """What is counted in the place of an address; all whose address is not known count as one."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NETWORK), strict=False))
    return str(address or "")
