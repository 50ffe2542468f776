"""Making, starting and stopping the cluster with ``initdb`` and ``pg_ctl``; under the lock."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from gisgrid.errors import ServerError
from gisgrid.store.server.account import Account, pick_account
from gisgrid.store.server.binaries import find_binaries
from gisgrid.store.server.certificate import ensure_certificate
from gisgrid.store.server.configuration import ACCESS_MARK, access_rules, server_settings
from gisgrid.store.server.layout import ROLE, Layout
from gisgrid.store.server.pidfile import disown, end_orphans

__all__ = ["make_cluster", "start_cluster", "stop_cluster"]

SETTINGS_FILE = "gisgrid.conf"
LONGEST_LOG = 10_000_000
START_PATIENCE = 300  # seconds: recovery after a crash replays up to 2 GB of log
STOP_PATIENCE = 60


def make_cluster(layout: Layout, *, throwaway: bool) -> None:
    """Make the data folder beside its place and move it there, so that half of one never counts.

    The role ``gisgrid`` is the superuser of this cluster: PostGIS is not a trusted extension,
    so only a superuser can create it in the databases that gisgrid makes here.

    Raises
    ------
    ServerError
        If PostgreSQL or PostGIS is missing or ``initdb`` fails.
    """
    binaries = find_binaries()
    account = pick_account(layout.data)
    new = layout.home / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    account.make_folder(new)
    _require_reach(account, new, layout)
    password = layout.read_password() or layout.write_password()
    with tempfile.TemporaryDirectory(dir=layout.home, prefix="init.") as folder:
        secret = Path(folder) / "password"
        secret.write_text(password + "\n", encoding="ascii")
        for path in (secret, Path(folder)):
            if account.is_other:
                os.chown(path, account.uid, account.gid)
        args = [
            *(binaries.path("initdb"), "--pgdata", str(new), "--username", ROLE),
            *("--pwfile", str(secret), "--auth", "scram-sha-256", "--data-checksums"),
            *("--encoding", "UTF8", "--lc-collate", "C", "--lc-ctype", _character_type()),
            *("--lc-messages", "C", "--lc-monetary", "C", "--lc-numeric", "C", "--lc-time", "C"),
        ]
        done = account.run([*args, "--no-sync"] if throwaway else args)
    if done.returncode != 0:
        raise ServerError(
            f"initdb failed: {_last_line(done.stderr)}", where=str(new), fix="see the message"
        )
    (new / "pg_hba.conf").write_text(access_rules(network=False), encoding="ascii")
    with (new / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write(f"\ninclude '{SETTINGS_FILE}'\n# Settings of your own go below this line.\n")
    if throwaway:
        layout.throwaway_mark.touch()
    else:
        layout.throwaway_mark.unlink(missing_ok=True)
    new.rename(layout.data)


def start_cluster(layout: Layout, *, host: str, port: int) -> None:
    """Start the server on a data folder that none runs on, and wait until it answers.

    Raises
    ------
    ServerError
        If it does not start, with the reason from its log.
    """
    made_by = (layout.data / "PG_VERSION").read_text(encoding="ascii").strip()
    binaries = find_binaries(int(made_by))
    account = pick_account(layout.data)
    _require_reach(account, layout.data, layout)
    if layout.read_password() is None:
        raise ServerError(
            "the server's password file is missing",
            where=str(layout.passfile),
            fix="put it back, or move the data folder away and restore a backup",
        )
    end_orphans(layout.data, account)
    disown(layout.data)
    _prepare_folders(layout, account)
    if host:
        ensure_certificate(layout, account, host)
    settings = server_settings(
        socket=layout.socket,
        port=port,
        host=host,
        certificate=layout.certificate if host else None,
        key=layout.key if host else None,
        throwaway=layout.throwaway_mark.exists(),
    )
    _write(account, layout.data / SETTINGS_FILE, settings)
    access = layout.data / "pg_hba.conf"
    if access.read_text(encoding="utf-8", errors="replace").startswith(ACCESS_MARK):
        _write(account, access, access_rules(network=bool(host)))
    start = layout.log.stat().st_size if layout.log.exists() else 0
    done = _pg_ctl(layout, account, binaries.path("pg_ctl"), "start", START_PATIENCE)
    if done.returncode != 0:
        raise ServerError(
            f"the private server does not start: {_reason(layout.log, start) or done.stderr}",
            where=str(layout.log),
            fix="see the log",
        )


def stop_cluster(layout: Layout) -> None:
    """Stop the running server, ending its sessions.

    Raises
    ------
    ServerError
        If it does not stop within a minute.
    """
    made_by = (layout.data / "PG_VERSION").read_text(encoding="ascii").strip()
    pg_ctl = find_binaries(int(made_by)).path("pg_ctl")
    done = _pg_ctl(layout, pick_account(layout.data), pg_ctl, "stop", STOP_PATIENCE)
    if done.returncode != 0:
        raise ServerError(
            f"the private server does not stop: {_last_line(done.stderr)}",
            where=str(layout.log),
            fix="see the log",
        )


def _pg_ctl(
    layout: Layout, account: Account, pg_ctl: str, action: str, patience: int
) -> subprocess.CompletedProcess[str]:
    args = [pg_ctl, action, "--pgdata", str(layout.data), "--wait", "--timeout", str(patience)]
    if action == "start":
        args += ["--log", str(layout.log)]
    else:
        # "fast" ends open sessions and writes everything; what is thrown away need not be written.
        args += ["--mode", "immediate" if layout.throwaway_mark.exists() else "fast"]
    return account.run(args, timeout=patience + 30)


def _write(account: Account, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    if account.is_other:
        os.chown(file, account.uid, account.gid)


def _prepare_folders(layout: Layout, account: Account) -> None:
    account.make_folder(layout.log.parent)
    account.make_folder(layout.socket)
    if layout.log.exists() and layout.log.stat().st_size > LONGEST_LOG:
        layout.log.replace(layout.log.with_suffix(".1.log"))
    # No server runs on this data, so whatever lies here was left by a killed one.
    for file in layout.socket.glob(".s.PGSQL.*"):
        file.unlink(missing_ok=True)


def _require_reach(account: Account, folder: Path, layout: Layout) -> None:
    if account.is_other and account.run(["test", "-w", str(folder)]).returncode != 0:
        raise ServerError(
            f"the account {account.name}, which runs the server for root, cannot enter the folder",
            where=str(layout.home),
            fix="set GISGRID_HOME to a folder outside /root, as /var/lib/gisgrid",
        )


def _character_type() -> str:
    """Find a UTF-8 locale, which trigram search of Chinese text needs; sorting is by code point."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    names = [n for n in known.split() if re.search(r"utf-?8$", n, flags=re.IGNORECASE)]
    return min(names, key=lambda n: (not n.startswith("C."), n), default="C")


def _reason(log: Path, start: int) -> str:
    try:
        with log.open("rb") as stream:
            stream.seek(start)
            lines = stream.read().decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    loud = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|WARNING):", line)]
    return re.sub(r"^.*?\] ", "", "; ".join(loud[:2]) or _last_line("\n".join(lines)))


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
