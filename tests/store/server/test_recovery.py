"""After crashes, and when several start the server at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import extensions
from sqlalchemy.engine import make_url

from gisgrid.store.server import PrivateServer
from gisgrid.store.server.pidfile import read_pidfile


def connect(server: PrivateServer) -> extensions.connection:
    url = make_url(server.url("postgres")).set(drivername="postgresql")
    return psycopg2.connect(url.render_as_string())


def kill(server: PrivateServer) -> int:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while server.status().running and time.monotonic() < end:
        time.sleep(0.01)
    return pid


@contextmanager
def process_of(uid: int) -> Iterator[int]:
    """Some process of the server's account that is no server."""
    other = uid if uid != os.geteuid() else None
    sleeper = subprocess.Popen(["sleep", "60"], cwd="/", user=other)
    yield sleeper.pid
    sleeper.kill()
    sleeper.wait()


def test_what_was_committed_survives_kill_9(ground: Path) -> None:
    server = PrivateServer(ground / "home")
    server.up()
    connection = connect(server)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    killed = kill(server)
    connection.close()
    assert (server.home / "data" / "postmaster.pid").exists()
    server.up()
    assert server.status().pid != killed
    again = connect(server)
    with again.cursor() as cursor:
        cursor.execute("SELECT sum(n) FROM kept")
        assert cursor.fetchone() == (500_500,)
    again.close()


def test_a_backend_that_outlives_its_postmaster_does_not_stop_the_next(
    server: PrivateServer,
) -> None:
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from sqlalchemy import create_engine, text\n"
            "with create_engine(sys.argv[1]).connect() as c:\n"
            "    c.execute(text('DO $$ BEGIN LOOP END LOOP; END $$'))",
            server.url("postgres"),
        ],
        stderr=subprocess.DEVNULL,
    )
    connection = connect(server)
    busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
    with connection.cursor() as cursor:
        end = time.monotonic() + 20
        while True:
            cursor.execute(busy)
            connection.commit()
            if cursor.fetchone() == (1,):
                break
            assert time.monotonic() < end
            time.sleep(0.05)
    kill(server)
    connection.close()
    server.up()
    connect(server).close()
    assert worker.wait(timeout=10) != 0


def test_a_stale_pid_file_does_not_stop_it(server: PrivateServer) -> None:
    file = server.home / "data" / "postmaster.pid"
    stale = file.read_bytes()
    owner = file.stat()
    server.down()
    file.write_bytes(stale)
    os.chown(file, owner.st_uid, owner.st_gid)
    assert not server.status().running
    server.up()
    connect(server).close()


def test_a_pid_that_now_is_another_process_s_does_not_stop_it(server: PrivateServer) -> None:
    data = server.home / "data"
    file = data / "postmaster.pid"
    lines = file.read_text().splitlines()
    lock = next(server.status().socket.glob(".s.PGSQL.*.lock"))
    owner = file.stat()
    server.down()
    with process_of(owner.st_uid) as pid:
        for stale in (file, lock):
            stale.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
            os.chown(stale, owner.st_uid, owner.st_gid)
        assert not server.status().running
        server.down()
        server.up()
        assert server.status().pid != pid
        assert Path(f"/proc/{pid}").exists()
    connect(server).close()


def test_a_pid_file_that_says_nothing_does_not_stop_it(server: PrivateServer) -> None:
    file = server.home / "data" / "postmaster.pid"
    owner = file.stat()
    for content in ("", "\n", "nonsense\n", "-7\n", "0\n", "1\n"):
        server.down()
        file.write_text(content)
        os.chown(file, owner.st_uid, owner.st_gid)
        assert read_pidfile(server.home / "data") is None
        server.up()
        connect(server).close()


def test_a_copied_home_is_a_server_of_its_own(server: PrivateServer, ground: Path) -> None:
    server.down()
    server.up()
    subprocess.run(["cp", "-a", str(server.home), str(ground / "copy")], check=True)
    copy = PrivateServer(ground / "copy")
    assert not copy.status().running
    copy.up()
    assert copy.status().pid != server.status().pid
    connect(copy).close()
    copy.down()
    connect(server).close()


def test_many_that_start_it_at_once_end_with_one_server(ground: Path) -> None:
    home = ground / "home"
    program = (
        "import sys; from pathlib import Path; from gisgrid.store.server import PrivateServer\n"
        "server = PrivateServer(Path(sys.argv[1])); server.up(throwaway=True)\n"
        "server.ensure_database('gisgrid'); print(server.status().pid)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [starter.communicate(timeout=60) for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 4, said
    assert {out.strip() for out, _ in said} == {str(PrivateServer(home).status().pid)}
