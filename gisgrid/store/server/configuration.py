"""The configuration files of the private cluster."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["ACCESS_MARK", "access_rules", "server_settings"]

ACCESS_MARK = "# Written by gisgrid."
MEGABYTE = 1 << 20


def access_rules(*, network: bool) -> str:
    """Text of ``pg_hba.conf``, rewritten at every start while it begins with `ACCESS_MARK`.

    Every way in asks for the password: there is no "trust" and no "peer".

    Parameters
    ----------
    network : bool
        Whether the server listens: then TLS enters, and nothing else does.
    """
    lines = [
        f"{ACCESS_MARK} Without this line it is yours, and gisgrid leaves it as it is.",
        "local    all  all       scram-sha-256",
    ]
    if network:
        lines.append("hostssl  all  all  all  scram-sha-256")
    return "\n".join(lines) + "\n"


def server_settings(
    *,
    socket: Path,
    port: int,
    host: str = "",
    certificate: Path | None = None,
    key: Path | None = None,
    throwaway: bool = False,
    memory: int | None = None,
) -> str:
    """Text of the configuration file, rewritten at every start.

    Query planning for maps (``jit = off``) is a matter of each query, not of the server.

    Parameters
    ----------
    socket : Path
        Folder of the unix socket.
    port : int
        Port, which also names the socket.
    host : str, optional
        Address to listen on; none by default.
    certificate, key : Path, optional
        Of TLS; without them there is none.
    throwaway : bool, optional
        Whether a crash of the machine may destroy the data: for tests.
    memory : int, optional
        Memory of the machine in bytes; asked from the system by default.
    """
    memory = memory or os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    buffers = min(max(memory // 16, 64 * MEGABYTE), 512 * MEGABYTE) // MEGABYTE
    settings: dict[str, str] = {
        "listen_addresses": host,
        "port": str(port),
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(memory // 2 // MEGABYTE, 128)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        # No replica reads this log, and COPY into a new table then writes it only once.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        # Statements and values of failed queries may name people.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_line_prefix": "%m [%p] ",
    }
    if certificate and key:
        settings |= {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
    if throwaway:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "# Rewritten by gisgrid at every start.\n" + "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
