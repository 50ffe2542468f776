"""Cells of a spreadsheet made safe: the one place where text is kept from running as a formula."""

from __future__ import annotations

import re

__all__ = ["safe_cell"]

# A spreadsheet also looks past blanks, and takes the full-width signs for the plain ones.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)


def safe_cell(value: object) -> object:
    """Make one value safe to stand in a CSV that a spreadsheet opens.

    Text that begins with ``= + - @``, a tab or a line break, would run as a formula: it gets an
    apostrophe before it, which spreadsheets take for "this is text". Numbers stay numbers, also
    when they are text such as ``-3.5``. None becomes the empty cell.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    if _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value
