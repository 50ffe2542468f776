"""Which other hosts the service may call: an exact list, and none by an address it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gisgrid.errors import Forbidden, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.parse import SplitResult

__all__ = ["AllowedHosts"]

_LONGEST = 2_000
_SETTING = "whoever runs the server lists hosts in GISGRID_WEBHOOK_HOSTS"


@dataclass(frozen=True)
class AllowedHosts:
    """Hosts that may be called, and the private networks that they may lie in.

    Attributes
    ----------
    names : frozenset of str
        Names and addresses exactly as they stand in a URL, in small letters.
    networks : tuple of networks
        A listed name may lead to an address in one of these, or to one of the open internet.
    """

    names: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> AllowedHosts:
        """Read ``hooks.example.gov``, ``127.0.0.1`` and ``10.0.0.0/8``.

        Raises
        ------
        InputError
            An entry is a URL, a pattern, or no network.
        """
        names, networks = set(), []
        for entry in entries:
            try:
                network = ip_network(entry)
            except ValueError:
                if not _is_name(entry):
                    raise InputError(
                        "this is neither a host nor a network",
                        where=f"GISGRID_WEBHOOK_HOSTS: {entry[:100]!r}",
                        fix="list hosts as in hooks.example.gov,10.2.0.0/16",
                    ) from None
                names.add(entry.lower())
            else:
                networks.append(network)
                if network.num_addresses == 1:
                    names.add(str(network.network_address))
        return cls(frozenset(names), tuple(networks))

    def check_url(self, url: str) -> SplitResult:
        """The parts of a URL that may be called.

        Raises
        ------
        InputError
            It is no URL, holds a password, or is not https; only to a listed address of this
            machine may it be http.
        Forbidden
            Its host is not listed.
        """
        parts = _parts(url)
        host = (parts.hostname or "").lower()
        if host not in self.names:
            raise Forbidden("this host may not be called", where=host[:200], fix=_SETTING)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
            raise InputError(
                "webhooks are sent over https only", where=host[:200], fix="begin it with https://"
            )
        return parts

    def check_address(self, address: str) -> None:
        """That a name does not lead into a network that is not listed.

        Raises
        ------
        Forbidden
            The address is private, or of this machine, and in no listed network.
        """
        found = ip_address(address.partition("%")[0])
        if found.is_global and not found.is_multicast:
            return
        if not any(found in one for one in self.networks):
            raise Forbidden("the host lies in a network that is not listed", fix=_SETTING)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        fits = parts.port is None or parts.port > 0
    except ValueError:
        fits = False
    if (
        not fits
        or len(url) > _LONGEST
        or not parts.hostname
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise InputError("this is no URL", fix="give one such as https://hooks.example.gov/cases")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError(
            "a webhook's URL holds no password and no fragment",
            fix="every message is signed; check its signature instead",
        )
    return parts


def _is_name(entry: str) -> bool:
    letters = entry.replace("-", "").replace(".", "")
    return letters.isascii() and letters.isalnum() and not entry.startswith(("-", "."))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
