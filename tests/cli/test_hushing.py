"""A library that prints from C must not spoil what is piped into a program."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import ctypes
from gisgrid.cli.hushing import hushed

print("before")
with hushed():
    print("from Python")
    ctypes.CDLL(None).printf(b"from C\\n")
print("after")
"""


def test_results_alone_reach_a_pipe() -> None:
    # Where Python does not buffer, C does not either.
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, env=plain)
    assert (done.returncode, done.stdout, done.stderr) == (0, "before\nafter\n", "")
