"""A batch from its request to its answer.

The body is read as it arrives and only its points are kept, 20 bytes each, or its addresses, with
the ids and the faults of rows that have one; the answer is looked up and sent in blocks. All rows
are counted before the first goes out, so that a batch past a limit, or one that breaks off, gets a
problem document and not half an answer.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import numpy as np
from anyio import CapacityLimiter, to_thread

from api.answers import PRIVATE
from api.batch.address_rows import AddressBatch, addresses_written
from api.batch.arrow_points import read_arrow
from api.batch.asked import Asked, AskedAddresses, BatchQuery
from api.batch.csv_points import read_csv
from api.batch.incoming import Incoming, open_body
from api.batch.json_points import read_json
from api.batch.kinds import ARROW, CSV, JSON, answer_kind, request_kind
from api.batch.outgoing import Outgoing
from api.batch.rows import Batch, written
from api.reading import asked_instant, open_reading
from api.served import Served
from gisgrid.errors import InputError
from gisgrid.geometry.crs import WGS84, Crs, to_wgs84, valid_lonlat
from gisgrid.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request
    from numpy.typing import NDArray

    from api.service import Service
    from gisgrid.access import Actor

__all__ = ["resolve_batch"]

_NOT_ON_EARTH: Final = "does not lie on the globe: give lon and lat in that order"
_READERS: Final = {JSON: read_json, CSV: read_csv, ARROW: read_arrow}


async def resolve_batch(
    request: Request, query: BatchQuery, service: Service, actor: Actor
) -> Outgoing:
    """The answer to a batch; its rows are looked up while it is sent.

    Called by a request that holds one of the places for batches.

    Raises
    ------
    MediaTypeError
        The body is of a kind that is not read.
    InputError, CrsError
        The batch as a whole cannot be read.
    LimitExceeded
        It holds more points or bytes than the settings allow.
    """
    kind = request_kind(
        request.headers.get("content-type", ""), request.headers.get("content-encoding", "")
    )
    wanted = answer_kind(request.headers.get("accept", ""), kind)
    incoming = Incoming(request, service.settings.body_limit_bytes)
    # A thread of its own, so that slow senders take none from other routes.
    batch, state = await to_thread.run_sync(
        partial(_read, incoming, kind, query, service, actor), limiter=CapacityLimiter(1)
    )
    said = f"{wanted} {sorted(batch.head.items())} {query!r} {state}".encode()
    digest = hashlib.sha256(incoming.digest.digest() + said).hexdigest()[:20]
    headers = {f"Gisgrid-{name.title()}": quote(str(batch.head[name])) for name in batch.head}
    headers |= {
        # The same bytes asked of the same boundaries and addresses get the same bytes.
        "ETag": f'"r{batch.served.revision}-{digest}"',
        "Cache-Control": PRIVATE,
    }
    rows = written(batch, wanted) if isinstance(batch, Batch) else addresses_written(batch, wanted)
    return Outgoing(rows, media_type=wanted, headers=headers)


def _read(
    incoming: Incoming, kind: str, query: BatchQuery, service: Service, actor: Actor
) -> tuple[Batch | AddressBatch, str]:
    """A batch, and what it is answered from beside the boundaries."""
    with open_body(incoming) as body:
        asked = _READERS[kind](body, service.settings.batch_limit)
    served, head = _boundaries(service, _stated("at", query.at, asked.at))
    if isinstance(asked, AskedAddresses):
        return _of_addresses(asked, query, service, served, head)
    stated = _stated("crs", query.crs, asked.crs)
    crs = Crs.parse("wgs84" if stated is None else stated)
    if crs.is_offset:
        _note_conversion(service, crs, incoming.digest.hexdigest(), actor)
    lon, lat = to_wgs84(asked.x, asked.y, crs)
    reasons, reason = _reasons(asked, valid_lonlat(lon, lat))
    # A point that cannot be read is nowhere, so no level owns it.
    lon[reason >= 0] = np.nan
    head = {**head, "crs": crs.name}
    return Batch(lon, lat, reasons, reason, asked.ids, served, head), ""


def _note_conversion(service: Service, crs: Crs, digest: str, actor: Actor) -> None:
    """Put in the log that shifted coordinates are turned back: once for a batch, by its digest."""
    with service.engine.begin() as connection:
        note(connection, actor, f"crs.{crs.name}", "batch:resolve", digest)


def _of_addresses(
    asked: AskedAddresses,
    query: BatchQuery,
    service: Service,
    served: Served,
    head: Mapping[str, Any],
) -> tuple[AddressBatch, str]:
    if query.crs is not None:
        raise InputError("is for points", where="crs", fix="leave it out")
    present = service.addresses.present
    head = {**head, "crs": WGS84.name}
    batch = AddressBatch(asked.texts, asked.faults, asked.ids, present.book, served, head)
    return batch, present.state


def _stated(name: str, in_query: str | None, in_body: str | None) -> str | None:
    if in_query is not None and in_body is not None:
        raise InputError("is stated twice", where=name, fix="state it in the address or the body")
    return in_body if in_query is None else in_query


def _boundaries(service: Service, at: str | None) -> tuple[Served, Mapping[str, Any]]:
    """The boundaries of the present, or those of a past day, read once and kept."""
    if asked_instant(at, service.settings.zone) is None:
        served = service.served
        return served, served.head
    with open_reading(service, at) as reading:
        key = (reading.revision, reading.asked, reading.notice)
        return service.past.get(key, lambda: Served.read(reading)), reading.head


def _reasons(asked: Asked, on_earth: NDArray[np.bool_]) -> tuple[list[str], NDArray[np.int32]]:
    """The different reasons why rows are errors, and which each row has; -1 for none."""
    reasons = [_NOT_ON_EARTH, *dict.fromkeys(asked.faults.values())]
    number = {text: position for position, text in enumerate(reasons)}
    reason = np.where(on_earth, -1, 0).astype(np.int32)
    if asked.faults:
        rows = np.fromiter(asked.faults.keys(), dtype=np.int64)
        reason[rows] = [number[text] for text in asked.faults.values()]
    return reasons, reason
