"""What ``postmaster.pid`` says, and whether it can be believed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gisgrid.errors import ServerError
from gisgrid.store.server.account import Account

__all__ = ["Postmaster", "disown", "end_orphans", "read_pidfile", "settled"]

# Above any pid that Linux hands out (at most 2**22), so no process ever has it.
NOBODYS_PID = 2**31 - 1


@dataclass(frozen=True)
class Postmaster:
    """A running server, as its ``postmaster.pid`` describes it."""

    pid: int
    port: int
    listen: str
    ready: bool


def read_pidfile(data: Path) -> Postmaster | None:
    """Find the server that runs on ``data``, or None.

    A pid file outlives ``kill -9`` and its number may belong to another process by now, so the
    process is asked whether it works in this very folder, as every postmaster does.
    """
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _works_in(pid, data):
        return None
    lines += [""] * (8 - len(lines))
    return Postmaster(
        pid=pid,
        port=int(lines[3]) if lines[3].isdigit() else 0,
        listen=lines[5].strip(),
        ready=lines[7].strip() == "ready",
    )


def settled(data: Path, *, patience: float = 300.0) -> Postmaster | None:
    """Find the server that runs on ``data`` once it has ended starting or stopping, or None.

    A killed ``gisgrid db up`` leaves a server behind that still replays its log.

    Raises
    ------
    ServerError
        If it does neither within ``patience`` seconds.
    """
    end = time.monotonic() + patience
    while (found := read_pidfile(data)) is not None and not found.ready:
        if time.monotonic() > end:
            raise ServerError(
                f"the server has been neither up nor down for {patience:.0f} s",
                where=str(data),
                fix="see its log",
            )
        time.sleep(0.05)
    return found


def disown(data: Path) -> None:
    """Make a stale ``postmaster.pid`` harmless when its pid now is somebody else's.

    PostgreSQL would take that process for a live server and refuse to start. The file is not
    removed: its shared memory key guards against backends that outlive their postmaster.
    Call it only when `read_pidfile` found no server, under the lock.
    """
    file = data / "postmaster.pid"
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return
    if not lines or not lines[0].strip().lstrip("-").isdigit():
        file.unlink()
        return
    # In place: a new file would belong to root when root calls.
    with file.open("r+", encoding="utf-8") as stream:
        stream.write("\n".join([str(NOBODYS_PID), *lines[1:]]) + "\n")
        stream.truncate()


def end_orphans(data: Path, account: Account, *, patience: float = 10.0) -> None:
    """End backends that outlived the postmaster of ``data``, as the postmaster would have done.

    Call it only when `read_pidfile` found no server, under the lock. The signals are sent with
    the rights of ``account``, never with root's: the kernel then guards everybody else.
    """
    end = time.monotonic() + patience
    while (orphans := list(_processes_in(data))) and time.monotonic() < end:
        # The shell's own kill: the program of that name need not be installed.
        account.run(["sh", "-c", 'kill -s QUIT "$@"', "sh", *map(str, orphans)])
        time.sleep(0.05)


def _processes_in(data: Path) -> Iterator[int]:
    owner = data.stat().st_uid
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if pid > 1 and _works_in(pid, data) and _owner(pid) == owner:
            yield pid


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def _works_in(pid: int, data: Path) -> bool:
    try:
        folder = Path(f"/proc/{pid}/cwd").readlink()
        program = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # gone, a zombie, or another account's: then it cannot be ours
        return False
    return program.startswith("postgres") and folder == data.resolve()
