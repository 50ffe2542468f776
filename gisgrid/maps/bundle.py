"""The scripts and styles that pages carry inside themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gisgrid.errors import FileError

__all__ = ["ASSETS", "asset", "vendor_path"]

ASSETS = Path(__file__).parent / "assets"


def vendor_path(name: str) -> Path:
    """Return the path of a third party's file.

    Raises
    ------
    FileError
        The file was not fetched.
    """
    path = ASSETS / "vendor" / name
    if not path.is_file():
        raise FileError("front-end file is missing", where=name, fix="run: make setup")
    return path


@cache
def asset(name: str) -> str:
    """Return the text of one of our files, or of ``vendor/…``.

    Raises
    ------
    FileError
        A vendor's file was not fetched.
    """
    folder, _, rest = name.partition("/")
    path = vendor_path(rest) if folder == "vendor" else ASSETS / name
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
