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
# For all steps of a message together: a receiver may speak byte by byte.
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
        status = _answer(_connection(parts, hosts), _target(parts), body, headers)
    except GisgridError as error:
        return None, error.what
    except (OSError, HTTPException) as error:
        # Its words may hold an address; its kind says enough to the one who runs the server.
        return None, type(error).__name__
    return status, "" if 200 <= status < 300 else f"answered {status}"


def _answer(
    connection: _CheckedHTTP | _CheckedHTTPS, target: str, body: bytes, headers: dict[str, str]
) -> int:
    """The status that comes back before the deadline of a connection."""
    try:
        connection.connect()
        # A socket waits so long for each byte, so that from here on somebody else looks at the
        # clock.
        watch = threading.Timer(_left(connection.until), _cut, [connection.sock])
        watch.start()
        try:
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            watch.cancel()
    finally:
        connection.close()


def _left(until: float) -> float:
    """Seconds up to a deadline."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cut(spoken: socket.socket) -> None:
    """End a conversation that takes too long, whatever it waits for."""
    with suppress(OSError):
        # Below TLS, whose own end takes away what the other thread reads with.
        socket.socket.shutdown(spoken, socket.SHUT_RDWR)


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connection(parts: SplitResult, hosts: AllowedHosts) -> _CheckedHTTP | _CheckedHTTPS:
    host, until = parts.hostname or "", time.monotonic() + _DEADLINE_S
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return _CheckedHTTPS(host, parts.port, hosts, until, context=context)
    return _CheckedHTTP(host, parts.port, hosts, until)


def _open(host: str, port: int, hosts: AllowedHosts, until: float) -> socket.socket:
    """A connection to the very address that was checked: a second look-up might tell another.

    What it waits for next ends with the deadline, too.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, target in found:
        hosts.check_address(str(target[0]))
    address = found[0][4]
    spoken = socket.create_connection((str(address[0]), port), timeout=_left(until))
    try:
        spoken.settimeout(_left(until))
    except TimeoutError:
        spoken.close()
        raise
    return spoken


class _CheckedHTTP(HTTPConnection):
    """Plain HTTP, to an address that was checked."""

    def __init__(self, host: str, port: int | None, hosts: AllowedHosts, until: float) -> None:
        super().__init__(host, port)
        self._hosts = hosts
        self.until = until

    def connect(self) -> None:
        """Connect."""
        self.sock = _open(self.host, self.port, self._hosts, self.until)


class _CheckedHTTPS(HTTPSConnection):
    """HTTPS, to an address that was checked, for the certificate of the name."""

    def __init__(
        self,
        host: str,
        port: int | None,
        hosts: AllowedHosts,
        until: float,
        *,
        context: ssl.SSLContext,
    ) -> None:
        super().__init__(host, port, context=context)
        self._hosts = hosts
        self._checked: Any = context
        self.until = until

    def connect(self) -> None:
        """Connect, and check the certificate."""
        plain = _open(self.host, self.port, self._hosts, self.until)
        # The handshake as a whole takes no longer than the socket waits.
        self.sock = self._checked.wrap_socket(plain, server_hostname=self.host)
