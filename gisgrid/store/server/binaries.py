"""Which PostgreSQL and PostGIS are installed, and whether they are new enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import ServerError, UnsupportedVersion

__all__ = [
    "INSTALL",
    "MINIMUM_POSTGIS",
    "MINIMUM_POSTGRES",
    "Binaries",
    "find_binaries",
    "find_client",
    "parse_version",
    "require_supported",
]

MINIMUM_POSTGRES = (14, 0)
MINIMUM_POSTGIS = (3, 2)
INSTALL = "run: sudo apt-get install postgresql postgresql-postgis"
SYSTEM_FOLDERS = "/usr/lib/postgresql/*/bin"

Version = tuple[int, int]


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL.

    Parameters
    ----------
    folder : Path
        Folder that holds ``postgres``, ``initdb`` and ``pg_ctl``.
    postgres : tuple of int
        Major and minor version, such as ``(15, 18)``.
    postgis : tuple of int or None
        Major and minor version of the PostGIS that belongs to it; None when it has none.
    """

    folder: Path
    postgres: Version
    postgis: Version | None

    def path(self, name: str) -> str:
        """Full path of one program, such as ``initdb``."""
        return str(self.folder / name)


def parse_version(text: str) -> Version:
    """Read major and minor version, such as ``(3, 3)`` of ``3.3.2`` or ``(16, 0)`` of ``16``.

    Raises
    ------
    UnsupportedVersion
        If no number is in the text.
    """
    found = re.search(r"(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise UnsupportedVersion(f"{text!r} names no version", fix=INSTALL)
    return int(found[1]), int(found[2] or 0)


def require_supported(postgres: Version, postgis: Version | None, *, where: str) -> None:
    """Refuse a PostgreSQL or PostGIS that is too old.

    Parameters
    ----------
    postgres, postgis : tuple of int
        Major and minor versions. ``postgis`` None means that it is missing.
    where : str
        The folder or the database that has these versions, for the message.

    Raises
    ------
    UnsupportedVersion
        If PostgreSQL is older than 14 or PostGIS older than 3.2.
    ServerError
        If there is no PostGIS.
    """
    if postgres < MINIMUM_POSTGRES:
        raise UnsupportedVersion(
            f"PostgreSQL {_text(postgres)} is too old: gisgrid needs {MINIMUM_POSTGRES[0]}",
            where=where,
            fix=INSTALL,
        )
    if postgis is None:
        raise ServerError(
            f"PostgreSQL {_text(postgres)} has no PostGIS",
            where=where,
            fix=f"run: sudo apt-get install postgresql-{postgres[0]}-postgis-3",
        )
    if postgis < MINIMUM_POSTGIS:
        raise UnsupportedVersion(
            f"PostGIS {_text(postgis)} is too old: gisgrid needs {_text(MINIMUM_POSTGIS)}",
            where=where,
            fix=f"run: sudo apt-get install postgresql-{postgres[0]}-postgis-3",
        )


def find_binaries(major: int | None = None) -> Binaries:
    """Find the newest PostgreSQL on this machine that gisgrid can run.

    ``GISGRID_PG_BIN`` names the only folder to look in; without it the folders under
    ``/usr/lib/postgresql`` and those on ``PATH`` are looked at.

    Parameters
    ----------
    major : int, optional
        The only major version that will do: the one that made an existing data folder.

    Raises
    ------
    ServerError
        If there is none, or none with PostGIS, or none of that major version.
    UnsupportedVersion
        If all there are are too old.
    """
    found = sorted(_installed("postgres"), key=lambda b: b.postgres, reverse=True)
    if not found:
        raise ServerError("PostgreSQL is not installed", where=_places(), fix=INSTALL)
    if major is not None:
        found = [b for b in found if b.postgres[0] == major]
        if not found:
            raise ServerError(
                f"the data folder was made by PostgreSQL {major}, which is not installed",
                where=_places(),
                fix=f"run: sudo apt-get install postgresql-{major} postgresql-{major}-postgis-3",
            )
    refusals = []
    for binaries in found:
        try:
            require_supported(binaries.postgres, binaries.postgis, where=str(binaries.folder))
        except (ServerError, UnsupportedVersion) as refusal:
            refusals.append(refusal)
        else:
            return binaries
    raise refusals[0]


def find_client(program: str, server: int) -> str:
    """Find a client program (``pg_dump``, …) that can serve a server of this major version.

    A program of the server's own version is best: an older one refuses to dump, a newer one
    writes settings that the server may not know.

    Raises
    ------
    ServerError
        If none of that version or newer is installed.
    """
    found = sorted(_installed(program), key=lambda b: b.postgres)
    for binaries in found:
        if binaries.postgres[0] >= server:
            return binaries.path(program)
    raise ServerError(
        f"no {program} for PostgreSQL {server} or newer is installed",
        where=_places(),
        fix=f"run: sudo apt-get install postgresql-client-{server}",
    )


def _installed(program: str) -> Iterator[Binaries]:
    seen: set[Path] = set()
    for folder in _folders():
        file = folder / program
        if not os.access(file, os.X_OK):
            continue
        # Debian links programs on PATH to a wrapper; only a folder with the real ones counts.
        real = file.resolve().parent
        if real in seen or not os.access(real / program, os.X_OK):
            continue
        seen.add(real)
        version = _ask(real / program, "--version")
        if version:
            yield Binaries(real, parse_version(version), _postgis(real))


def _folders() -> Iterable[Path]:
    named = os.environ.get("GISGRID_PG_BIN")
    if named:
        return [Path(named)]
    system = sorted(Path("/").glob(SYSTEM_FOLDERS.lstrip("/")))
    on_path = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p]
    asked = shutil.which("pg_config")
    bindir = [Path(text)] if asked and (text := _ask(Path(asked), "--bindir")) else []
    return [*system, *bindir, *on_path]


def _postgis(folder: Path) -> Version | None:
    shared = _ask(folder / "pg_config", "--sharedir") if (folder / "pg_config").exists() else ""
    # Without pg_config: where Debian and Ubuntu keep it, /usr/lib/… beside /usr/share/….
    share = Path(shared) if shared else Path("/usr/share/postgresql") / folder.parent.name
    control = share / "extension" / "postgis.control"
    if not control.exists():
        return None
    line = re.search(
        r"^default_version\s*=\s*'([^']+)'", control.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    return parse_version(line[1]) if line else None


def _ask(program: Path, option: str) -> str:
    try:
        done = subprocess.run(
            [str(program), option], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _places() -> str:
    return os.environ.get("GISGRID_PG_BIN") or f"{SYSTEM_FOLDERS} and PATH"


def _text(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
