"""The private server: made when missing, started when down, found again after a crash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import URL

from gisgrid.errors import InputError, ServerError
from gisgrid.store.server.control import make_cluster, start_cluster, stop_cluster
from gisgrid.store.server.layout import ROLE, Layout
from gisgrid.store.server.pidfile import read_pidfile, settled

__all__ = ["PrivateServer", "ServerStatus"]

SOCKET_PORT = 5432


@dataclass(frozen=True)
class ServerStatus:
    """What is known of the private server without asking it.

    ``version`` is PostgreSQL's major version, None before the cluster is made; ``listen`` is
    ``HOST:PORT``, None when only the unix socket is open; ``certificate`` is the file by which
    clients know a server that listens.
    """

    running: bool
    pid: int | None
    version: str | None
    socket: Path
    port: int
    listen: str | None
    home: Path
    certificate: Path | None


@dataclass(frozen=True)
class PrivateServer:
    """A PostgreSQL + PostGIS of gisgrid's own below one home folder.

    It answers on a unix socket, asks for a password always, and runs as an unprivileged
    account when root starts it. Only files below ``home`` (and, for a long path, one socket
    folder in ``/tmp``) are touched, so no other cluster ever is.

    Parameters
    ----------
    home : Path
        Folder of the server; made by `up`.
    """

    home: Path

    @property
    def _layout(self) -> Layout:
        return Layout(self.home.expanduser().absolute())

    def up(self, *, listen: str | None = None, throwaway: bool = False) -> None:
        """Make the cluster when there is none, start it when it is down, wait until it answers.

        Parameters
        ----------
        listen : str, optional
            ``HOST:PORT`` to open beside the socket, by TLS only, until the server stops next; a
            server that runs otherwise is restarted. Without it a running server is left as it is.
        throwaway : bool, optional
            Trade safety on a crash for speed; only for a cluster that is made by this call or
            was made so.

        Raises
        ------
        ServerError
            If PostgreSQL or PostGIS is missing, or the server does not start.
        UnsupportedVersion
            If PostgreSQL is older than 14 or PostGIS older than 3.2.
        InputError
            If ``listen`` is not ``HOST:PORT``.
        """
        host, port = _parse_listen(listen) if listen else ("", SOCKET_PORT)
        layout = self._layout
        layout.make_home()
        with layout.locked():
            running = settled(layout.data)
            if running is not None:
                if not listen or (running.listen, running.port) == (host, port):
                    return
                stop_cluster(layout)
            if not (layout.data / "PG_VERSION").exists():
                make_cluster(layout, throwaway=throwaway)
            elif throwaway and not layout.throwaway_mark.exists():
                raise ServerError(
                    "the cluster was not made to be thrown away",
                    where=str(layout.home),
                    fix="choose another folder",
                )
            start_cluster(layout, host=host, port=port)

    def down(self) -> None:
        """Stop the server; nothing happens when it is down.

        Raises
        ------
        ServerError
            If it does not stop.
        """
        layout = self._layout
        if not layout.data.exists():
            return
        with layout.locked():
            if read_pidfile(layout.data) is not None:
                stop_cluster(layout)

    def status(self) -> ServerStatus:
        """Whether it runs, and where."""
        layout = self._layout
        running = read_pidfile(layout.data)
        try:
            version = (layout.data / "PG_VERSION").read_text(encoding="ascii").strip()
        except OSError:
            version = None
        return ServerStatus(
            running=running is not None,
            pid=running.pid if running else None,
            version=version,
            socket=layout.socket,
            port=running.port if running else SOCKET_PORT,
            listen=f"{running.listen}:{running.port}" if running and running.listen else None,
            home=layout.home,
            certificate=layout.certificate if running and running.listen else None,
        )

    def url(self, database: str = ROLE) -> str:
        """SQLAlchemy URL of one of its databases; it names the password's file, no password.

        Raises
        ------
        ServerError
            If the caller may not read the password file, or there is none yet.
        """
        layout = self._layout
        if layout.read_password() is None:
            raise ServerError(
                "the private server was never started",
                where=str(layout.home),
                fix="run: gisgrid db up",
            )
        parameters = {
            "host": str(layout.socket),
            "port": str(self.status().port),
            "passfile": str(layout.passfile),
        }
        return URL.create(
            "postgresql+psycopg2", username=ROLE, database=database, query=parameters
        ).render_as_string(hide_password=False)

    def ensure_database(self, name: str) -> None:
        """Create a UTF-8 database owned by the role ``gisgrid`` unless it exists.

        Raises
        ------
        InputError
            If ``name`` cannot name a database.
        ServerError
            If the server does not answer.
        """
        if not 0 < len(name.encode()) <= 63 or "\0" in name:
            raise InputError(f"{name!r} cannot name a database", fix="use 1 to 63 bytes")
        layout = self._layout
        try:
            connection = psycopg2.connect(
                host=str(layout.socket),
                port=self.status().port,
                user=ROLE,
                dbname="postgres",
                password=layout.read_password(),
            )
        except psycopg2.OperationalError as error:
            raise ServerError(
                f"the private server does not answer: {_first_line(error)}",
                where=str(layout.home),
                fix="run: gisgrid db up",
            ) from error
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation):
            return  # another process made it in between
        finally:
            connection.close()


def _parse_listen(listen: str) -> tuple[str, int]:
    found = re.fullmatch(r"\[?([^\[\]\s,'\"\\]+?)\]?:(\d{1,5})", listen)
    if found is None or not 0 < int(found[2]) < 65536:
        raise InputError(
            f"{listen!r} is not an address to listen on", fix="give HOST:PORT, as 127.0.0.1:5433"
        )
    return found[1], int(found[2])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
