"""Folders and ports for servers that live for a test or a session."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path


def new_folder() -> Path:
    """Make a folder that every account may pass: pytest's own are closed to all but the caller."""
    # A cluster is a thousand small files; in memory a busy disk does not slow each of them.
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 << 30
    folder = Path(tempfile.mkdtemp(prefix="gg", dir=memory if roomy else "/tmp"))
    folder.chmod(0o755)
    return folder


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
