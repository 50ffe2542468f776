"""Who the private server runs as: oneself, or an unprivileged account when root starts it."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import ServerError

__all__ = ["Account", "pick_account"]


@dataclass(frozen=True)
class Account:
    """The account that owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether it is not the caller's own account."""
        return self.uid != os.geteuid()

    def run(self, args: list[str], *, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, in ``/`` and with none of the caller's ``PG…`` settings.

        Raises
        ------
        ServerError
            If the program does not end in time.
        """
        # PGDATA, PGPORT, PGHOST … of the caller may name another cluster.
        env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        env.update(LC_ALL="C", HOME="/", USER=self.name, LOGNAME=self.name)
        try:
            return subprocess.run(
                args,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=timeout,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=env,
                umask=0o077,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=[] if self.is_other else None,
            )
        except subprocess.TimeoutExpired as late:
            raise ServerError(
                f"{Path(args[0]).name} did not end within {timeout:.0f} s", fix="try again"
            ) from late

    def make_folder(self, folder: Path) -> None:
        """Make ``folder`` with mode 0700 for this account, or refuse one that is not its own.

        Raises
        ------
        ServerError
            If the folder exists and belongs to somebody else, or is a link.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in (self.uid, os.geteuid()):
            raise ServerError(
                f"the folder does not belong to {self.name}", where=str(folder), fix="remove it"
            )
        if self.is_other:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        folder.chmod(0o700)


def pick_account(data: Path) -> Account:
    """Choose the account to run the server as.

    Root gives way to the owner of an existing data folder, else to ``postgres``, else to the
    account that called sudo, else to ``nobody``: PostgreSQL refuses to run as root.

    Parameters
    ----------
    data : Path
        The data folder, which need not exist.

    Raises
    ------
    ServerError
        If root has no unprivileged account to give way to, or the data is another account's.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        me = _by_uid(os.geteuid())
        if owner not in (None, me.uid):
            raise ServerError(
                "the server's data belongs to another account",
                where=str(data),
                fix="set GISGRID_HOME to a folder of your own",
            )
        return me
    if owner:
        return _by_uid(owner)
    for name in ("postgres", os.environ.get("SUDO_USER"), "nobody"):
        try:
            found = pwd.getpwnam(name or "")
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise ServerError(
        "PostgreSQL refuses to run as root and there is no other account",
        fix="run: sudo useradd --system postgres",
    )


def _by_uid(uid: int) -> Account:
    try:
        found = pwd.getpwuid(uid)
    except KeyError:  # a container may run as a number without a name
        return Account(str(uid), uid, os.getegid())
    return Account(found.pw_name, found.pw_uid, found.pw_gid)
