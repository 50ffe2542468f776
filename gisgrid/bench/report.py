"""The outcome of a bench as a document for programs, and as tables for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gisgrid.bench.results import BenchResult, Row

__all__ = ["Sheet", "as_document", "as_markdown", "machine_line", "sheets"]

_CASE, _SYSTEM = "案例 case", "系统 system"
_RATIO, _EQUAL, _DETAIL = "倍数 ratio", "一致 equal", "说明 detail"
_YES_NO: Final = {True: "是 yes", False: "否 NO", None: ""}


@dataclass(frozen=True)
class Sheet:
    """A table of text: rows that have the same measures.

    Attributes
    ----------
    titles : tuple of str, shape (columns,)
    numeric : tuple of bool, shape (columns,)
        Which columns hold numbers.
    rows : tuple of tuple of str, shape (rows, columns)
    """

    titles: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def as_document(result: BenchResult, machine: Mapping[str, Any]) -> dict[str, Any]:
    """The document that ``--json`` prints; ``ratio`` and ``equal`` are null where there is none."""
    return {
        "machine": dict(machine),
        "bench": result.name,
        "compared": result.compared,
        "rows": [_flat(result, row) for row in result.rows],
    }


def sheets(result: BenchResult) -> list[Sheet]:
    """One table for each set of measures, in the order of the rows."""
    together: dict[tuple[str, ...], list[Row]] = {}
    for row in result.rows:
        together.setdefault(tuple(row.measures), []).append(row)
    return [_sheet(result, measures, rows) for measures, rows in together.items()]


def as_markdown(result: BenchResult, machine: Mapping[str, Any]) -> str:
    """The tables for a page of the docs, under a line about the machine."""
    parts = [machine_line(machine)]
    for sheet in sheets(result):
        rule = tuple("---:" if numeric else "---" for numeric in sheet.numeric)
        lines = (sheet.titles, rule, *sheet.rows)
        parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    return "\n\n".join(parts)


def machine_line(machine: Mapping[str, Any]) -> str:
    """Machine and versions in one line."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    memory = machine["memory_bytes"] / 2**30
    return (
        f"{machine['cpu']}, {machine['cores']} 核 cores, {memory:.0f} GiB; {machine['system']}; "
        f"Python {machine['python']}; {versions}"
    )


def _flat(result: BenchResult, row: Row) -> dict[str, Any]:
    return {
        "system": row.system,
        "case": row.case,
        **row.measures,
        "ratio": result.ratio(row),
        "equal": row.equal,
        **row.detail,
    }


def _sheet(result: BenchResult, measures: tuple[str, ...], rows: list[Row]) -> Sheet:
    titles = [_CASE, _SYSTEM, *(name.replace("_", " ") for name in measures)]
    numeric = [False, False, *(True for _ in measures)]
    body = [[row.case, row.system, *map(_number, row.measures.values())] for row in rows]
    ratios = [result.ratio(row) for row in rows]
    if any(ratios):
        titles, numeric = [*titles, _RATIO], [*numeric, True]
        for cells, ratio in zip(body, ratios, strict=True):
            cells.append(f"{_number(ratio)} ×" if ratio else "")
    if any(row.equal is not None for row in rows):
        titles, numeric = [*titles, _EQUAL], [*numeric, False]
        for cells, row in zip(body, rows, strict=True):
            cells.append(_YES_NO[row.equal])
    if any(row.detail for row in rows):
        titles, numeric = [*titles, _DETAIL], [*numeric, False]
        for cells, row in zip(body, rows, strict=True):
            cells.append("; ".join(f"{name} {value}" for name, value in row.detail.items()))
    return Sheet(tuple(titles), tuple(numeric), tuple(tuple(cells) for cells in body))


def _number(value: float) -> str:
    """Three digits that count; whole numbers from a thousand on."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
