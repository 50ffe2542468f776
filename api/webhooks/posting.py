"""One signed message to one listed host: no redirects, no other address, no long wait."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final

from gisgrid.errors import GisgridError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from gisgrid.access.hosts import AllowedHosts

__all__ = ["SIGNATURE", "post", "signature"]

SIGNATURE: Final = "X-Gisgrid-Signature"
# For one step of the network, and for all of them: a receiver may answer byte by byte.
_PATIENCE_S: Final = 10.0
_DEADLINE_S: Final = 15.0


def signature(secret: str, body: bytes, moment: int) -> str:
    """``t=…,v1=…``: when a message was sent, and an HMAC-SHA256 over that, a dot and the body."""
    signed = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def post(
    url: str, body: bytes, *, secret: str, delivery: int, hosts: AllowedHosts
) -> tuple[int | None, str]:
    """Send a message.

    Returns
    -------
    (int or None, str)
        The status of the answer, and what is wrong with it; None where there was no answer. What
        the answer says is not read.
    """
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "gisgrid",
        "X-Gisgrid-Delivery": str(delivery),
        SIGNATURE: signature(secret, body, int(time.time())),
    }
    try:
        parts = hosts.check_url(url)
        connection = _connection(parts, hosts)
        watch = threading.Timer(_DEADLINE_S, _cut, [connection])
        watch.start()
        try:
            connection.request("POST", _target(parts), body, headers)
            status = connection.getresponse().status
        finally:
            watch.cancel()
            connection.close()
    except GisgridError as error:
        return None, error.what
    except (OSError, HTTPException) as error:
        # Its words may hold an address; its kind says enough to the one who runs the server.
        return None, type(error).__name__
    return status, "" if 200 <= status < 300 else f"answered {status}"


def _cut(connection: HTTPConnection) -> None:
    """End a conversation that takes too long, whatever it waits for."""
    with suppress(OSError):
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connection(parts: SplitResult, hosts: AllowedHosts) -> HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return _CheckedHTTPS(host, parts.port, hosts, context=context)
    return _CheckedHTTP(host, parts.port, hosts)


def _open(host: str, port: int, hosts: AllowedHosts) -> socket.socket:
    """A connection to the very address that was checked: a second look-up might tell another."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, target in found:
        hosts.check_address(str(target[0]))
    address = found[0][4]
    return socket.create_connection((str(address[0]), port), timeout=_PATIENCE_S)


class _CheckedHTTP(HTTPConnection):
    """Plain HTTP, to an address that was checked."""

    def __init__(self, host: str, port: int | None, hosts: AllowedHosts) -> None:
        super().__init__(host, port, timeout=_PATIENCE_S)
        self._hosts = hosts

    def connect(self) -> None:
        """Connect."""
        self.sock = _open(self.host, self.port, self._hosts)


class _CheckedHTTPS(HTTPSConnection):
    """HTTPS, to an address that was checked, for the certificate of the name."""

    def __init__(
        self, host: str, port: int | None, hosts: AllowedHosts, *, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port, timeout=_PATIENCE_S, context=context)
        self._hosts = hosts
        self._checked: Any = context

    def connect(self) -> None:
        """Connect, and check the certificate."""
        plain = _open(self.host, self.port, self._hosts)
        self.sock = self._checked.wrap_socket(plain, server_hostname=self.host)
