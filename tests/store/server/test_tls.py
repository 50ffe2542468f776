"""Over the network: TLS or nothing."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest

from gisgrid.store.server import PrivateServer
from tests.folders import free_port

OLD_ACCESS = """\
# Written by gisgrid.
local  all  all       scram-sha-256
host   all  all  all  scram-sha-256
"""


def reach(server: PrivateServer, host: str, **options: str) -> None:
    """Connect over TCP and leave again."""
    found = server.status()
    password = (found.home / "passfile").read_text().strip().rsplit(":", 1)[1]
    known = {"user": "gisgrid", "dbname": "postgres", "password": password, "host": host}
    options = {"hostaddr": "127.0.0.1", "port": str(found.port), **known, **options}
    psycopg2.connect(**options).close()


def listen(server: PrivateServer, host: str = "127.0.0.1") -> Path:
    """Open the server; its certificate."""
    server.up(listen=f"{host}:{free_port()}")
    certificate = server.status().certificate
    assert certificate is not None
    return certificate


def test_only_tls_enters_and_the_certificate_names_the_host(server: PrivateServer) -> None:
    certificate = listen(server)
    with pytest.raises(psycopg2.OperationalError, match="no encryption"):
        reach(server, "127.0.0.1", sslmode="disable")
    reach(server, "127.0.0.1", sslmode="require")
    trusted = {"sslmode": "verify-full", "sslrootcert": str(certificate)}
    reach(server, "127.0.0.1", **trusted)
    reach(server, "localhost", **trusted)
    with pytest.raises(psycopg2.OperationalError, match="does not match host name"):
        reach(server, "example.org", **trusted)


def test_the_key_is_the_server_s_alone_and_both_are_kept(server: PrivateServer) -> None:
    certificate = listen(server)
    key = certificate.with_name("server.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.stat().st_uid == (server.home / "data").stat().st_uid
    before = certificate.read_bytes()
    listen(server)
    assert certificate.read_bytes() == before
    # A host that it does not name needs another.
    listen(server, "127.0.0.2")
    assert certificate.read_bytes() != before
    trusted = {"sslmode": "verify-full", "sslrootcert": str(certificate)}
    reach(server, "127.0.0.2", hostaddr="127.0.0.2", **trusted)
    server.down()
    server.up()
    assert server.status().certificate is None


def test_a_key_without_its_certificate_is_made_again(server: PrivateServer) -> None:
    certificate = listen(server)
    certificate.unlink()
    listen(server)
    reach(server, "127.0.0.1", sslmode="verify-full", sslrootcert=str(certificate))


def test_an_older_cluster_closes_to_plain_tcp_at_its_next_start(server: PrivateServer) -> None:
    access = server.home / "data" / "pg_hba.conf"
    server.down()
    access.write_text(OLD_ACCESS)
    listen(server)
    with pytest.raises(psycopg2.OperationalError, match="no encryption"):
        reach(server, "127.0.0.1", sslmode="disable")
    server.down()
    own = "# Ours.\n" + OLD_ACCESS.partition("\n")[2]
    access.write_text(own)
    listen(server)
    reach(server, "127.0.0.1", sslmode="disable")
    assert access.read_text() == own
    access.write_text(OLD_ACCESS)


def test_a_certificate_of_one_s_own_is_used(server: PrivateServer) -> None:
    conf = server.home / "data" / "postgresql.conf"
    before = conf.read_text()
    ours = listen(server)
    own, key = ours.with_name("own.crt"), ours.with_name("own.key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-new", "-nodes", "-newkey", "rsa:2048"),
            *("-keyout", key, "-out", own, "-subj", "/CN=grids.example"),
            *("-addext", "subjectAltName=DNS:grids.example"),
        ],
        check=True,
        capture_output=True,
    )
    owner = ours.stat()
    for file in (own, key):
        os.chown(file, owner.st_uid, owner.st_gid)
    conf.write_text(before + f"ssl_cert_file = '{own}'\nssl_key_file = '{key}'\n")
    try:
        listen(server)
        reach(server, "grids.example", sslmode="verify-full", sslrootcert=str(own))
    finally:
        conf.write_text(before)
