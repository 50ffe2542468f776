"""The kinds of files, and the first look at one before a reader opens it."""

from __future__ import annotations

from pathlib import Path

from gisgrid.errors import FileError

__all__ = ["KINDS", "kind_of", "require_file"]

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


def kind_of(path: Path) -> str:
    """Tell the kind of file from its extension.

    Raises
    ------
    FileError
        When it is none of `KINDS`.
    """
    name = path.name.lower()
    for kind, endings in KINDS.items():
        if name.endswith(endings):
            return kind
    known = ", ".join(ending for endings in KINDS.values() for ending in endings)
    raise FileError("the kind of file is not known", where=str(path), fix=f"known are {known}")


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
