"""The kinds of files, and the first look at one before a reader opens it."""

from __future__ import annotations

from pathlib import Path

from gisgrid.errors import FileError

__all__ = ["KINDS", "kind_of", "require_file", "written_kind"]

# By extension; the first of a kind is the one that is written.
KINDS = {
    "csv": (".csv", ".csv.gz"),
    "geojson": (".geojson", ".json"),
    "gpkg": (".gpkg",),
    "shp": (".shp",),
    "zip": (".zip",),
    "fgb": (".fgb",),
    "parquet": (".parquet", ".geoparquet"),
}
NAMES = {
    "csv": "CSV",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
    "zip": "zip",
    "fgb": "FlatGeobuf",
    "parquet": "Parquet",
}
# GDAL goes by content: without this look, a file named .geojson could be a list of other files
# or addresses for it to open.
_STARTS = {
    "gpkg": b"SQLite format 3\0",
    "shp": b"\x00\x00\x27\x0a",
    "zip": b"PK",
    "fgb": b"fgb\x03",
    "parquet": b"PAR1",
}


_NOT_WRITTEN = (".csv.gz", ".zip")


def kind_of(path: Path) -> str:
    """Tell the kind of a file from its extension.

    Raises
    ------
    FileError
        When it is none of `KINDS`.
    """
    kind = _by_ending(path)
    if kind is None:
        known = ", ".join(ending for endings in KINDS.values() for ending in endings)
        raise FileError("the kind of file is not known", where=str(path), fix=f"known are {known}")
    return kind


def written_kind(path: Path) -> str:
    """Tell the kind of a file that is to be written from its extension.

    Raises
    ------
    FileError
        When it is none of `KINDS`, or one that is read only.
    """
    kind = _by_ending(path)
    if kind is None or path.name.lower().endswith(_NOT_WRITTEN):
        endings = (ending for several in KINDS.values() for ending in several)
        known = ", ".join(ending for ending in endings if ending not in _NOT_WRITTEN)
        what = "the kind of file is not known" if kind is None else "it is read, not written"
        raise FileError(what, where=str(path), fix=f"written are {known}")
    return kind


def _by_ending(path: Path) -> str | None:
    name = path.name.lower()
    return next((kind for kind, endings in KINDS.items() if name.endswith(endings)), None)


def require_file(path: Path) -> str:
    """Look at a file before it is opened.

    Returns
    -------
    str
        Its kind, one of `KINDS`.

    Raises
    ------
    FileError
        When it is not there, is a folder, has 0 bytes, is of an unknown kind, or its content
        is not what its extension says.
    """
    where = str(path)
    if path.is_dir():
        raise FileError("this is a folder", where=where, fix="name a file in it")
    if not path.is_file():
        raise FileError("there is no such file", where=where)
    kind = kind_of(path)
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise FileError(f"the file cannot be opened: {error.strerror}", where=where) from None
    if not start:
        raise FileError("the file has 0 bytes", where=where)
    if not start.startswith(_STARTS.get(kind, b"")):
        raise FileError(f"the content is not {NAMES[kind]}", where=where)
    return kind
