"""The certificate with which the private server shows itself to clients over the network."""

from __future__ import annotations

import ipaddress
import shutil
import socket
from pathlib import Path
from typing import Final

from gisgrid.errors import ServerError
from gisgrid.store.server.account import Account
from gisgrid.store.server.layout import Layout

__all__ = ["ensure_certificate"]

_DAYS: Final = 3650
# Made anew when it ends within this time, at the next start that listens.
_LEFT_SECONDS: Final = 30 * 24 * 3600
_EVERYWHERE: Final = ("*", "0.0.0.0", "::", "0")


def ensure_certificate(layout: Layout, account: Account, host: str) -> None:
    """Make a self-signed certificate, unless there is one that names the host for long enough.

    Its key has mode 0600 and is the server's account's own. Whoever has a certificate of their own
    names it in ``postgresql.conf``, below the settings that gisgrid writes; then this one is idle.

    Parameters
    ----------
    host : str
        The address that the server is told to listen on, as clients call it.

    Raises
    ------
    ServerError
        If the program ``openssl`` is missing or fails.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise ServerError(
            "the program openssl is missing, which makes the server's certificate",
            fix="run: sudo apt-get install openssl",
        )
    account.make_folder(layout.tls)
    there = layout.certificate.exists() and layout.key.exists()
    if there and _serves(openssl, account, layout.certificate, host):
        return
    new_key, new_certificate = layout.tls / "new.key", layout.tls / "new.crt"
    done = account.run(
        [
            *(openssl, "req", "-x509", "-new", "-nodes", "-days", str(_DAYS)),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-keyout", str(new_key), "-out", str(new_certificate)),
            *("-subj", "/O=gisgrid/CN=gisgrid"),
            *("-addext", f"subjectAltName={','.join(_names(host))}"),
        ]
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise ServerError(f"openssl failed: {lines[-1]}", where=str(layout.tls))
    # A key alone is harmless: without its certificate both are made again.
    layout.certificate.unlink(missing_ok=True)
    new_key.replace(layout.key)
    new_certificate.replace(layout.certificate)


def _serves(openssl: str, account: Account, certificate: Path, host: str) -> bool:
    """Whether a certificate names a host and does not end soon."""
    ask = [openssl, "x509", "-noout", "-in", str(certificate)]
    if account.run([*ask, "-checkend", str(_LEFT_SECONDS)]).returncode != 0:
        return False
    known = account.run([*ask, "-ext", "subjectAltName"]).stdout.replace("IP Address:", "IP:")
    named = {name.strip() for line in known.splitlines() for name in line.split(",")}
    return {_shown(name) for name in _names(host)} <= named


def _names(host: str) -> list[str]:
    """What clients may call a server that listens on a host."""
    called = [] if host in _EVERYWHERE else [host]
    called += [socket.gethostname(), "localhost", "127.0.0.1"]
    return [f"IP:{name}" if _is_address(name) else f"DNS:{name}" for name in dict.fromkeys(called)]


def _shown(name: str) -> str:
    """A name as openssl prints it: addresses of IP version 6 unabridged."""
    kind, _, value = name.partition(":")
    if kind == "DNS" or "." in value:
        return name
    groups = ipaddress.IPv6Address(value).exploded.split(":")
    return "IP:" + ":".join(f"{int(group, 16):X}" for group in groups)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
