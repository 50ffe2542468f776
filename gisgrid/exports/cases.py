"""Cases as a table: one row each, every cell safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final, TextIO

from gisgrid.files.cells import safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo

    from gisgrid.store.cases import Case

__all__ = ["COLUMNS", "case_table", "write_cases"]

COLUMNS: Final = (
    *("number", "source_id", "category", "category_zh", "severity", "source", "channel"),
    *("stage", "stage_zh", "escalated", "confidential", "found_by_staff", "overdue"),
    *("lon", "lat", "area", "unit", "micro", "police", "reported_at", "stage_since"),
    *("due_at", "closed_at", "lead_department", "rating", "place", "description"),
)


def case_table(cases: Iterable[Case], codes: Mapping[int, str], zone: tzinfo) -> str:
    """Cases as CSV; see `write_cases`."""
    out = io.StringIO()
    write_cases(out, cases, codes, zone)
    return out.getvalue()


def write_cases(out: TextIO, cases: Iterable[Case], codes: Mapping[int, str], zone: tzinfo) -> None:
    """Write cases as CSV, with a byte order mark so that a spreadsheet reads it right.

    Parameters
    ----------
    out : file of text
        Opened with ``newline=""``.
    codes : mapping of int to str
        Of the grids, by their ids.
    zone : tzinfo
        In which times are told.
    """
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for case in cases:
        row = _row(case, codes, zone)
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])


def _row(case: Case, codes: Mapping[int, str], zone: tzinfo) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(case, name, None) for name in COLUMNS}
    for name in ("reported_at", "stage_since", "due_at", "closed_at"):
        at: datetime | None = getattr(case, name)
        row[name] = at and at.astimezone(zone).isoformat(timespec="seconds")
    for level in ("area", "unit", "micro", "police"):
        row[level] = codes.get(case.grids.get(level, 0))
    return row | {
        "category": case.category.code,
        "category_zh": case.category.name_zh,
        "stage": case.stage.value,
        "stage_zh": case.stage.zh,
    }
