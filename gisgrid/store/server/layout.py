"""Where the files of the private server lie, and the lock that guards them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import ServerError

__all__ = ["Layout"]

ROLE = "gisgrid"
LONGEST_SOCKET = 107  # bytes in sockaddr_un.sun_path, without its closing zero
LOCK_PATIENCE = 300.0


@dataclass(frozen=True)
class Layout:
    """The files below one home folder."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log, in a folder of its own that the server's account owns."""
        return self.home / "log" / "server.log"

    @property
    def passfile(self) -> Path:
        """The password file of libpq, mode 0600, of the account that owns the home folder."""
        return self.passfile_of(ROLE)

    def passfile_of(self, role: str) -> Path:
        """The password file of another role that logs in."""
        return self.home / ("passfile" if role == ROLE else f"passfile.{role}")

    @property
    def tls(self) -> Path:
        """Folder of the certificate and its key, which the server's account owns."""
        return self.home / "tls"

    @property
    def certificate(self) -> Path:
        """The certificate, which clients may keep to know the server by."""
        return self.tls / "server.crt"

    @property
    def key(self) -> Path:
        """The certificate's key, mode 0600."""
        return self.tls / "server.key"

    @property
    def throwaway_mark(self) -> Path:
        """Exists when the cluster was made to be thrown away."""
        return self.home / "throwaway"

    @property
    def socket(self) -> Path:
        """Folder of the unix socket: below home, or a short one when home's path will not do."""
        folder = self.home / "run"
        longest = len(os.fsencode(folder / ".s.PGSQL.65535"))
        # libpq and the server split this setting at commas.
        if longest <= LONGEST_SOCKET and not re.search(r"[\s,'\"\\]", str(folder)):
            return folder
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"gisgrid-{digest}"

    def make_home(self) -> None:
        """Make the home folder, passable to the server's account when root makes it.

        Raises
        ------
        ServerError
            If it cannot be made, or its path is one that ``pg_ctl`` would misread.
        """
        # pg_ctl puts the path between double quotes into a shell command.
        if re.search(r'["$`\\\n]', str(self.home)):
            raise ServerError(
                "the path of the server's folder may not hold any of \" $ ` \\",
                where=repr(str(self.home)),
                fix="set GISGRID_HOME to another folder",
            )
        try:
            for folder in reversed([self.home, *self.home.parents]):
                if not folder.exists():
                    folder.mkdir(exist_ok=True)
                    # Whatever root's umask: the server's account passes through here.
                    folder.chmod(0o755)
        except OSError as error:
            raise ServerError(
                f"the server's folder cannot be made: {error.strerror}",
                where=str(self.home),
                fix="set GISGRID_HOME to a folder that can be written",
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home folder's lock, so that one process at a time starts or stops the server.

        Raises
        ------
        ServerError
            If the lock cannot be had, or not within five minutes.
        """
        try:
            handle = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ServerError(
                f"the server's folder cannot be used: {error.strerror}",
                where=str(self.home),
                fix="set GISGRID_HOME to a folder of your own",
            ) from error
        try:
            self.give_to_owner(self.home / "lock")
            _wait_for(handle, self.home)
            yield
        finally:
            os.close(handle)

    def read_password(self, role: str = ROLE) -> str | None:
        """Read a role's password from its password file, or None when there is none yet.

        Raises
        ------
        ServerError
            If the file is another account's, or is not one that gisgrid wrote.
        """
        passfile = self.passfile_of(role)
        try:
            line = passfile.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ServerError(
                "the server's password cannot be read",
                where=str(passfile),
                fix="use the account that started the server, or set GISGRID_HOME",
            ) from error
        if not re.fullmatch(rf"\*:\*:\*:{role}:\S+", line):
            raise ServerError("the password file is damaged", where=str(passfile), fix="restore it")
        return line.rsplit(":", 1)[1]

    def write_password(self, role: str = ROLE) -> str:
        """Generate a role's password and write its password file in one step."""
        password = secrets.token_hex(24)
        handle, name = tempfile.mkstemp(dir=self.home, prefix="passfile.")  # mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"*:*:*:{role}:{password}\n")
        self.give_to_owner(Path(name))
        Path(name).replace(self.passfile_of(role))
        return password

    def give_to_owner(self, file: Path) -> None:
        """Let the owner of home own a file that root made in it."""
        if os.geteuid() == 0:
            owner = self.home.stat()
            os.chown(file, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _wait_for(handle: int, home: Path) -> None:
    end = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise ServerError(
                    "another process has been starting or stopping the server for minutes",
                    where=str(home / "lock"),
                    fix="end that process",
                ) from None
            time.sleep(0.05)
        else:
            return
