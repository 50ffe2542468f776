"""What GeoJSON needs beside GDAL: text that is UTF-8, and its ``crs`` member taken at its word."""

from __future__ import annotations

import codecs
import json
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from gisgrid.errors import CrsError, FileError
from gisgrid.files.encodings import codec_of, undecodable
from gisgrid.files.vector_source import VectorSource
from gisgrid.geometry.crs import Crs

__all__ = ["open_geojson"]

CHUNK = 1 << 20
LOOK = 1 << 16
_MEMBER = re.compile(r'"crs"\s*:\s*')


def open_geojson(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: Crs | None = None
) -> VectorSource:
    """Open a GeoJSON file.

    Without a ``crs`` member it is WGS 84 (RFC 7946); the older member is honoured; ``null``
    there means that the file does not say.
    """
    codec = codec_of(encoding or "utf-8", where=str(path))
    keep = None if codec.startswith("utf-8") else TemporaryDirectory(prefix="gisgrid-")
    opened = Path(keep.name) / path.name if keep else None
    try:
        head, tail = _checked(path, codec, opened)
        if not head.lstrip().startswith("{"):
            raise FileError("the content is not GeoJSON", where=str(path))
        source = VectorSource(path, "geojson", layer=layer, crs=crs, opened=opened, keep=keep)
        stated, member = _crs_member(head, tail)
        if stated:
            source.crs_text = None if member is None else _name_in(member)
            if crs is None:
                source.crs = None if member is None else _crs_of(_name_in(member), path)
    except BaseException:
        if keep is not None:
            keep.cleanup()
        raise
    return source


def _checked(path: Path, codec: str, copy: Path | None) -> tuple[str, str]:
    """Decode the whole file, write it to `copy` as UTF-8 if asked; return its head and tail."""
    decoder = codecs.getincrementaldecoder(codec)()
    head = tail = ""
    line = 1
    with path.open("rb") as file, (copy or Path(os.devnull)).open("wb") as out:
        while chunk := file.read(CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeError as error:
                start = getattr(error, "start", 0)
                line += chunk[:start].count(b"\n")
                raise undecodable(path, f"line {line}", codec) from None
            line += chunk.count(b"\n")
            if copy is not None:
                out.write(text.encode())
            if len(head) < LOOK:
                head += text[:LOOK]
            tail = (tail + text)[-LOOK:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        raise undecodable(path, f"line {line}", codec) from None
    return head, tail


def _crs_member(head: str, tail: str) -> tuple[bool, object]:
    """Find the top level's ``crs``: before the features or after them, as all writers place it."""
    before = head.split('"features"', 1)[0]
    after = tail.rsplit("]", 1)[-1]
    for text in (before, after):
        found = _MEMBER.search(text)
        if found is None:
            continue
        try:
            return True, json.JSONDecoder().raw_decode(text, found.end())[0]
        except ValueError:
            continue
    return False, None


def _name_in(member: object) -> str:
    """The name in a ``crs`` member; the whole member where it has none."""
    if isinstance(member, dict) and isinstance(member.get("properties"), dict):
        name = member["properties"].get("name")
        if isinstance(name, str):
            return name
    return json.dumps(member, ensure_ascii=False)


def _crs_of(name: str, path: Path) -> Crs:
    try:
        return Crs.of_file(name)
    except CrsError:
        raise CrsError(
            "the crs member of the GeoJSON cannot be read",
            where=str(path),
            fix="state it with --crs",
        ) from None
