"""Cases as CSV: out, narrowed as a list is, and in, each row taken or named."""

from __future__ import annotations

import csv
import hashlib
from io import TextIOWrapper
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Body, Query, Request, Response

from api.access import allowed
from api.answers import PRIVATE, json_bytes, matches
from api.batch.outgoing import Outgoing
from api.cases.models import CasesQuery, ImportAnswer, ImportQuery
from api.cases.naming import require_naming
from api.cases.reading import Worker, answers, wanted_cases
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.writing import changing
from gisgrid.access import Right, Viewer
from gisgrid.errors import InputError
from gisgrid.exports.cases import write_cases
from gisgrid.files import open_source
from gisgrid.imports import CASE_COLUMNS, CaseFile, import_cases
from gisgrid.store import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["cases"], route_class=ShortBody)

# Bytes: of a table that is held in memory, and that are sent at once.
_IN_MEMORY: Final = 4 * 1024 * 1024
_PIECE: Final = 1 << 16


@router.get(
    "/cases.csv",
    summary="Cases as a table",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **{status: {"model": Problem} for status in (404, 422)},
    },
)
def table(
    request: Request,
    query: Annotated[CasesQuery, Query()],
    service: CurrentService,
    viewer: Worker,
) -> Response:
    """All cases in one's scope, of one snapshot: `limit` and `after` mean nothing here."""
    # Written down before it is sent: a slow reader shall hold no connection.
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - `_pieces` closes it
    try:
        with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
            wanted = wanted_cases(query, reading, service)
            found = cases.every_case(reading.connection, wanted, order=query.order)
            codes = {key: ref.code for key, ref in service.served.refs.items()}
            _write(file, found, codes, service)
        tag = f'"r{reading.revision}-{_digest(file)}"'
    except BaseException:
        file.close()
        raise
    headers = {"ETag": tag, "Cache-Control": PRIVATE}
    if matches(request.headers.get("if-none-match"), tag):
        file.close()
        return Response(status_code=304, headers=headers)
    return Outgoing(_pieces(file), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/cases/import",
    summary="Report the cases of a table",
    responses=answers(ImportAnswer, 403, 413, 422),
)
def bring(
    query: Annotated[ImportQuery, Query()],
    body: Annotated[bytes, Body(media_type="text/csv", description="UTF-8, with a header row.")],
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.REPORT)],
) -> Response:
    """Columns: id, category, and lon with lat, or address; reported_at, severity, description,
    place, name and telephone where there are any. A row whose id was taken before stays."""
    require_naming(viewer, query.source, "id")
    with TemporaryDirectory() as folder:
        path, rejects = Path(folder) / "cases.csv", Path(folder) / "rejects.csv"
        path.write_bytes(body)
        read = new = 0
        try:
            file = _described(path, rejects, query, service)
            with changing(service, viewer, Right.REPORT) as connection:
                report = import_cases(
                    connection,
                    file,
                    actor=viewer.actor,
                    calendar=service.calendar,
                    zone=service.settings.zone,
                )
            read, new = report.rows_read, report.inserted
        except InputError as error:
            if not rejects.exists():
                # The caller gave no file of that name.
                where = error.where.replace(str(path), "body")
                raise InputError(error.what, where=where, fix=error.fix) from None
        refused = _rows(rejects)
    content = {
        "revision": service.served.revision,
        # Where no row can be used, each of them is named.
        "read": read or len(refused),
        "taken": max(read - len(refused), 0),
        "new": new,
        "rejected": len(refused),
        "rejects": refused,
    }
    return Response(
        json_bytes(content), media_type="application/json", headers={"Cache-Control": PRIVATE}
    )


def _described(path: Path, rejects: Path, query: ImportQuery, service: Service) -> CaseFile:
    """The body as a file of cases: its columns are known by their names."""
    with open_source(path) as source:
        there = set(source.columns)
    return CaseFile(
        path=path,
        rejects=rejects,
        id="id" if "id" in there else None,
        columns={name: name for name in CASE_COLUMNS if name in there},
        lon="lon" if "lon" in there else None,
        lat="lat" if "lat" in there else None,
        address="address" if "address" in there else None,
        crs=query.crs,
        source=query.source,
        channel=query.channel,
        prefix=service.settings.case_prefix,
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a rejects file; none where nothing was rejected."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "row": int(row["row"])} for row in csv.DictReader(file)]


def _write(
    file: IO[bytes], found: Iterable[cases.Case], codes: Mapping[int, str], service: Service
) -> None:
    out = TextIOWrapper(file, encoding="utf-8", newline="")
    write_cases(out, found, codes, service.settings.zone)
    out.detach()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in _read(file):
        digest.update(piece)
    return digest.hexdigest()[:20]


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
