"""Backup and restore of any database with ``pg_dump`` and ``pg_restore``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from gisgrid.errors import Conflict, DatabaseError, FileError
from gisgrid.store.server.binaries import find_client
from gisgrid.store.server.contents import (
    installed_extensions,
    what_it_holds,
    without_extensions,
)
from gisgrid.store.server.target import Target, connect

__all__ = ["backup", "restore"]

MAGIC = b"PGDMP"


def backup(url: str | URL, file: Path) -> None:
    """Write a whole database to one file, in PostgreSQL's custom format.

    The file appears, with mode 0600, only when it is complete.

    Parameters
    ----------
    url : str or sqlalchemy.URL
        SQLAlchemy or libpq URL of the database.
    file : Path
        The file to write; an existing one is replaced.

    Raises
    ------
    DatabaseError
        If the database does not answer or cannot be dumped.
    FileError
        If the file cannot be written.
    """
    target, connection = connect(url)
    connection.close()
    try:
        handle, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=file.name + ".")
    except OSError as error:
        raise FileError(
            f"the backup cannot be written: {error.strerror}", where=str(file)
        ) from error
    os.close(handle)
    try:
        _run(
            target,
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
            *(f"--file={name}", f"--dbname={target.dsn}"),
        )
        with Path(name).open("rb") as written:
            os.fsync(written.fileno())
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def restore(url: str | URL, file: Path, *, force: bool = False) -> None:
    """Fill a database from a file that `backup` wrote: wholly, or not at all.

    Parameters
    ----------
    url : str or sqlalchemy.URL
        SQLAlchemy or libpq URL of an existing database.
    file : Path
        The backup.
    force : bool, optional
        Drop what the database holds first, in the same transaction.

    Raises
    ------
    FileError
        If the file is missing or is no backup.
    Conflict
        If the database is not empty and ``force`` is not given.
    DatabaseError
        If the database does not answer or refuses the backup; it is as it was then.
    """
    _require_backup(file)
    target, connection = connect(url)
    try:
        drops = what_it_holds(connection)
        extensions = installed_extensions(connection)
    finally:
        connection.close()
    if drops and not force:
        raise Conflict(
            f"the database is not empty: it holds {len(drops)} tables and other objects",
            where=target.name,
            fix="restore into an empty database, or add --force to replace what it holds",
        )
    with tempfile.TemporaryDirectory(prefix="gisgrid-") as folder:
        listing = Path(folder) / "list"
        listing.write_text(
            without_extensions(extensions, _run(target, "pg_restore", "--list", str(file)))
        )
        _replay(target, file, listing, drops)


def _replay(target: Target, file: Path, listing: Path, drops: list[str]) -> None:
    """Pour the script of the backup into one transaction, committed only when both sides ended."""
    reader = [find_client("pg_restore", target.major), "--file=-", f"--use-list={listing}"]
    # Else the script itself commits after the large objects, whatever comes after them.
    reader += ["--single-transaction", "--no-owner", "--no-privileges", str(file)]
    writer = [find_client("psql", target.major), "--no-psqlrc", "--quiet", "--no-password"]
    writer += ["--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--dbname={target.dsn}"]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        psql = subprocess.Popen(
            writer, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told, env=target.env
        )
        script = subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=said, env=target.env)
        assert psql.stdin is not None and script.stdout is not None
        try:
            start = ["SET client_min_messages = error", "BEGIN", *drops]
            psql.stdin.write("".join(f"{line};\n" for line in start).encode())
            shutil.copyfileobj(script.stdout, psql.stdin)
            if script.wait() == 0:
                psql.stdin.write(b"\nCOMMIT;\n")
            psql.stdin.close()
        except BrokenPipeError:
            script.kill()  # psql stopped at an error, which it told
        finally:
            script.stdout.close()
            script.wait()
            if psql.wait() != 0 or script.returncode != 0:
                raise DatabaseError(
                    f"the backup cannot be restored: {_reason(told) or _reason(said)}",
                    where=str(file),
                    fix="the database is as it was",
                )


def _run(target: Target, program: str, *args: str) -> str:
    path = find_client(program, target.major)
    done = subprocess.run(
        [path, *args], capture_output=True, text=True, check=False, env=target.env
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise DatabaseError(
            f"{program} failed: {lines[0] if lines else 'no message'}", where=target.name
        )
    return done.stdout


def _require_backup(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            magic = stream.read(len(MAGIC))
    except OSError as error:
        raise FileError(f"the backup cannot be read: {error.strerror}", where=str(file)) from error
    if magic != MAGIC:
        raise FileError(
            "this is no backup", where=str(file), fix="give a file that `gisgrid db backup` wrote"
        )


def _reason(stream: IO[bytes]) -> str:
    stream.seek(0)
    lines = stream.read().decode("utf-8", errors="replace").splitlines()
    loud = [line for line in lines if "ERROR" in line or "error:" in line]
    return re.sub(r"^psql:\S+ *", "", (loud or lines or [""])[0])
