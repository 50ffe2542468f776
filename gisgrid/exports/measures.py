"""Measures as documents and as CSV, always with what they mean."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gisgrid.cases.measures import MEASURES
from gisgrid.files.cells import safe_cell

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.store.measures import Measured, Measures

__all__ = ["measures_csv", "measures_document"]

_NAMES = ("key", "name_zh", "name_en")


def measures_document(told: Measures, zone: tzinfo) -> dict[str, Any]:
    """Measures for a program: the period, the definitions, the total and the rows."""
    return {
        "from": told.since.astimezone(zone).isoformat(),
        "to": told.until.astimezone(zone).isoformat(),
        "by": told.by,
        "level": told.level,
        "measures": [asdict(one) for one in MEASURES.values()],
        "total": _row(told.total),
        "rows": [_row(one) for one in told.rows],
    }


def measures_csv(told: Measures) -> str:
    """Measures for a spreadsheet: a head in two languages, the rows, and the total at the end.

    Texts are kept from running as formulas.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_NAMES, *MEASURES])
    writer.writerow(["编码", "名称", "English", *(one.zh for one in MEASURES.values())])
    for one in (*told.rows, told.total):
        writer.writerow([safe_cell(value) for value in _row(one).values()])
    return text.getvalue()


def _row(one: Measured) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _NAMES} | dict(one.figures)
