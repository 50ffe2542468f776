"""Text that wants to run, and a database in which every text of a user is such."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, Table, Text, text

from gisgrid.store.tables import metadata

__all__ = ["ALL", "PAYLOADS", "PLACES_HEAD", "marked", "poison", "seen", "write_places"]

# Each would leave window.pwned, ask something, ask another host for something, change the page's
# look, or run in a spreadsheet. Rows take them in turn, so that grids have those of each kind.
PAYLOADS: Final = [
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</SCRIPT ><svg/onload=window.pwned=1>",
    "<!--<script>window.pwned=1//-->",
    "<img src=x onerror=window.pwned=1>",
    "${window.pwned=1}",
    "`${alert(1)}`",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    '＝HYPERLINK("//pwned.invalid")',
    "`+alert(1)+`",
    "'-alert(1)-'",
    '"onmouseover="alert(1)" x="',
    "';window.pwned=1;//",
    "\\';window.pwned=1;//",
    "{{7*7}}{% for x in [1] %}{{x}}{% endfor %}",
    "{{ this.__class__ }}{# gone #}",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "a\u2028window.pwned=1\u2029b",
    "]]><script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<style>*{display:none}</style>",
    "__proto__",
    "constructor",
    "</title><script>alert(1)</script>",
    "</style><style>@import '//pwned.invalid/a.css';</style>",
    "</textarea></select></svg></math><img src=//pwned.invalid/b onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus tabindex='1",
    "` onclick=`alert(1)` style=`background:url(//pwned.invalid/c)",
    "data:text/html,<script>alert(1)</script>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "x'); alert(1); ('",
    "x\u202e</script><script>window.pwned=1</script>\u2069",
]

# Words of our own: the tables' checks and the code allow no others.
_OURS: Final = {
    ("address_alias", "ended_by"),
    ("address_alias", "kind"),
    ("address_review", "reason"),
    ("address_review", "state"),
    ("address_review", "status"),
    ("audit_event", "action"),
    ("audit_event", "actor_ref"),
    ("audit_event", "digest"),
    ("audit_event", "subject"),
    ("campaign_evidence", "sha256"),
    ("campaign_evidence", "stage"),
    ("department", "kind"),
    ("draft_edit", "kind"),
    ("hazard", "state"),
    ("import_run", "crs"),
    ("import_run", "noun"),
    ("level", "name_zh"),
    ("level", "name_en"),
    ("manual_assignment", "ended_why"),
    ("manual_assignment", "place_table"),
    ("patrol_stop", "why"),
    ("plan", "replaces"),
    ("plan", "state"),
    ("plan_planner", "planner"),
}
_OURS_EVERYWHERE: Final = {"assigned_how", "level"}
# A code or an id is the text of one row alone.
_SINGLE: Final = {"code", "source_id"}

ALL: Final = " ¶ ".join(PAYLOADS)
PLACES_HEAD: Final = ("<b>id</b>", "lon", "lat", "${category}", "time", "=text")


def seen(words: str) -> str:
    """Text as a reader sees it."""
    return " ".join(words.split())


def marked(column: str) -> str:
    """What the texts of a column, such as ``address.text``, end with."""
    return f"⟦{column}⟧"


def poison(connection: Connection) -> list[str]:
    """Make every text in the database hostile; what has become so, as ``table.column``.

    A text is one payload alone, in each second row all of them, beginning with another one each
    time, and the name of its column. Codes and ids are one payload, numbered where those end.
    """
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    done = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            if _is_users(table, column):
                _fill(connection, table, column)
                done.append(f"{table.name}.{column.name}")
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    return done


def _is_users(table: Table, column: Column[object]) -> bool:
    ours = (table.name, column.name) in _OURS or column.name in _OURS_EVERYWHERE
    return isinstance(column.type, Text) and not ours and table.name != "level"


def _fill(connection: Connection, table: Table, column: Column[object]) -> None:
    single = column.name in _SINGLE
    mark = marked(f"{table.name}.{column.name}")
    texts = PAYLOADS if single else list(_texts(mark))
    number = "(row_number() OVER (ORDER BY ctid) - 1)::int"
    more = f"CASE WHEN n < {len(texts)} THEN '' ELSE ' ' || n END" if single else "''"
    connection.execute(
        text(
            f'UPDATE {table.fullname} AS t SET "{column.name}" ='
            f" (CAST(:texts AS text[]))[1 + n % {len(texts)}] || {more}"
            f" FROM (SELECT ctid AS spot, {number} AS n FROM {table.fullname}) AS numbered"
            " WHERE t.ctid = numbered.spot"
        ),
        {"texts": texts},
    )


def _texts(mark: str) -> Sequence[str]:
    whole = [" ¶ ".join([*PAYLOADS[k:], *PAYLOADS[:k], mark]) for k in range(len(PAYLOADS))]
    return [one for pair in zip(whole, PAYLOADS, strict=True) for one in pair]


def write_places(path: Path, lon: float, lat: float) -> Path:
    """Write a CSV of places near a point, a payload in every column that is text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PLACES_HEAD)
        for k, payload in enumerate(PAYLOADS):
            said = f"{payload} {marked('csv.text')}"
            spot = (f"{lon + 1e-5 * k:.6f}", f"{lat:.6f}")
            writer.writerow(
                [f"{payload} csv", *spot, payload, f"2024-06-{1 + k % 28:02d} 21:30", said]
            )
    return path
