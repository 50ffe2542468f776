"""What is written to the log: one line per request, and the end of what went wrong.

A line has the path and never the query: a query holds where somebody is. The code of a report,
which opens it to whoever has it, is left out of the path. Errors are logged by their type and the
places in the code, without their message, which may hold what was asked.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import traceback
from functools import lru_cache
from typing import IO, Any, Final

import orjson
from sqlalchemy.exc import DBAPIError

from gisgrid.cases.codes import CODE_LENGTH
from gisgrid.errors import GisgridError

__all__ = ["Log", "describe", "shown_path"]

_MOMENT: Final = 0.05  # seconds
# What stands in the place of a code, and whatever has as many of its characters in a row: however
# a path is mangled, a code in it is not written down.
_SECRET: Final = re.compile(
    r"(?<=/v1/reports/)[^/]+|(?<=/report/)[^/]+|(?<=/open311/v2/tokens/)[^/]+"
    rf"|[A-Za-z0-9_-]{{{CODE_LENGTH},}}"
)


class Log:
    """JSON lines to stderr; the process' own logging is left as it is.

    Lines of requests are gathered for a moment and written together, for a write costs as much
    as a look-up; those of errors are written at once.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: list[str] = []

    def request(
        self, method: str, path: str, status: int, seconds: float, error: Exception | None = None
    ) -> None:
        """Note a request that was answered; called on the event loop."""
        path = shown_path(path)
        if status >= 500 and error is not None:
            facts = {"method": method, "path": path, "status": status, "ms": round(seconds * 1000)}
            self.flush()
            self._write(_line("error", "request", {**facts, **describe(error)}))
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(_MOMENT, self.flush)
        facts = {"method": method, "path": path, "status": status, "ms": round(seconds * 1000, 2)}
        self._lines.append(_line("info", "request", facts))

    def error(self, event: str, error: Exception, **facts: Any) -> None:
        """Note at once what went wrong; from any thread."""
        self._write(_line("error", event, {**facts, **describe(error)}))

    def flush(self) -> None:
        """Write what was noted."""
        lines, self._lines = self._lines, []
        if lines:
            self._write("".join(lines))

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def shown_path(path: str) -> str:
    """A path as it may be written down: without the code of a report."""
    return _SECRET.sub("***", path)


def describe(error: Exception) -> dict[str, str]:
    """An error without what was asked: its type, the server's code, and where it rose."""
    facts = {"error": type(error).__name__}
    if isinstance(error, DBAPIError):
        facts["sqlstate"] = str(getattr(error.orig, "pgcode", None) or "")
    if isinstance(error, GisgridError):
        facts["what"] = str(error)
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    facts["at"] = " < ".join(f"{one.filename}:{one.lineno}" for one in reversed(frames))
    return facts


def _line(level: str, event: str, facts: dict[str, Any]) -> str:
    content = {**facts, "event": event, "level": level, "timestamp": _now()}
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE).decode()


def _now() -> str:
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return f"{_second(seconds)}.{nanoseconds // 1000:06d}Z"


@lru_cache(maxsize=1)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
