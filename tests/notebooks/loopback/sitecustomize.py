"""On PYTHONPATH, this closes the network to a Python process and to those that it starts.

Loopback and local sockets stay open; whatever else is tried is refused, and noted in a file, since
a program may carry on after the refusal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _is_here(name: str) -> bool:
    return name in ("", "localhost", "::1") or name.startswith("127.")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        # Local sockets have a path instead.
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if not _is_here(name):
        with Path(os.environ["REFUSED_CONNECTIONS"]).open("a") as log:
            log.write(f"{event} {name}\n")
        raise PermissionError(f"the network is closed: {event} {name}")


sys.addaudithook(_watch)
