"""What a Shapefile needs beside GDAL: its sister files, its code page, its zip."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from gisgrid.errors import FileError
from gisgrid.files.encodings import codec_of
from gisgrid.files.vector_source import VectorSource
from gisgrid.geometry.crs import Crs

__all__ = ["open_shapefile", "open_zip"]

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# Of the code pages that a .dbf can name, only those that nothing else writes by habit.
CODE_PAGES = {0x4D: "gbk", 0x7A: "gbk", 0x4F: "big5", 0x78: "big5"}
MOST_BYTES = 8 * 1024**3
MOST_MEMBERS = 10_000
# Blanks pack well, but no Shapefile packs like a file of nothing else, which is made to fill disks.
MOST_RATIO, SMALL_BYTES = 250, 64 * 1024**2


def open_shapefile(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: Crs | None = None,
    shown: Path | None = None, keep: TemporaryDirectory[str] | None = None,
) -> VectorSource:  # fmt: skip
    """Open a Shapefile, once its parts are there and whole.

    Its text is read in the stated encoding, else in that of its ``.cpg``, else in that of its
    ``.dbf`` where this names a Chinese code page, else in UTF-8.
    """
    named = shown or path
    _require_whole(path, named)
    codec = codec_of(encoding or _written_encoding(path), where=str(named))
    return VectorSource(named, "shp", layer=layer, codec=codec, crs=crs, opened=path, keep=keep)


def open_zip(
    path: Path, *, layer: str | None = None, encoding: str | None = None, crs: Crs | None = None
) -> VectorSource:
    """Open the one Shapefile inside a zip; `layer` names one of several."""
    keep = TemporaryDirectory(prefix="gisgrid-")
    try:
        inside = _extracted(path, layer, Path(keep.name))
        return open_shapefile(inside, encoding=encoding, crs=crs, shown=path, keep=keep)
    except BaseException:
        keep.cleanup()
        raise


def _extracted(path: Path, layer: str | None, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise FileError(
                    f"the zip holds more than {MOST_MEMBERS:,} files",
                    where=str(path),
                    fix="unzip it",
                )
            files = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            stems = [name[:-4] for name in files if name.lower().endswith(".shp")]
            if layer is not None:
                stems = [stem for stem in stems if Path(stem).name == layer]
            if len(stems) != 1:
                what = "several Shapefiles" if stems else "no Shapefile"
                listed = ", ".join(Path(stem).name for stem in stems)
                fix = f"--layer: {listed}" if stems else "zip its .shp, .shx, .dbf and .prj"
                raise FileError(f"the zip holds {what}", where=str(path), fix=fix)
            parts = {
                name: info
                for name, info in files.items()
                if name[:-4] == stems[0] and name[-4:].lower() in PARTS
            }
            _require_modest(path, parts.values())
            for name, info in parts.items():
                # A name of our own: those in a zip can climb out of the folder.
                target = folder / f"layer{name[-4:].lower()}"
                with archive.open(info) as source, target.open("wb") as copy:
                    while chunk := source.read(1 << 20):
                        copy.write(chunk)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise FileError(f"the zip cannot be read: {error}", where=str(path)) from None
    return folder / "layer.shp"


def _require_modest(path: Path, parts: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse before anything is unpacked what would be too much.

    No part unpacks to more than its entry says: `zipfile` reads so much and looks at the checksum.
    """
    sizes = [(one.file_size, one.compress_size) for one in parts]
    unpacked, packed = map(sum, zip(*sizes, strict=True))
    if unpacked > MOST_BYTES:
        raise FileError("the zip holds more than 8 GB", where=str(path), fix="unzip it")
    if unpacked > max(SMALL_BYTES, MOST_RATIO * packed):
        raise FileError(
            f"the zip unpacks to {unpacked:,} bytes from {packed:,}", where=str(path),
            fix="unzip it, if you know where it comes from",
        )  # fmt: skip


def _sister(path: Path, ending: str) -> Path | None:
    for candidate in (path.with_suffix(ending), path.with_suffix(ending.upper())):
        if candidate.is_file():
            return candidate
    return None


def _require_whole(path: Path, shown: Path) -> None:
    """Check the parts: GDAL itself gives a truncated Shapefile with empty shapes, in silence."""
    for ending in (".dbf", ".shx"):
        part = _sister(path, ending)
        if part is None:
            raise FileError(
                f"the Shapefile lacks its {ending}", where=str(shown), fix="put it beside the .shp"
            )
        if part.stat().st_size == 0:
            raise FileError(f"the Shapefile's {ending} has 0 bytes", where=str(shown))
    with path.open("rb") as file:
        start = file.read(28)
    if len(start) < 28 or 2 * struct.unpack(">i", start[24:28])[0] > path.stat().st_size:
        raise FileError("the Shapefile is cut off", where=str(shown), fix="copy it again")
    table = _sister(path, ".dbf")
    assert table is not None
    with table.open("rb") as file:
        start = file.read(12)
    if len(start) < 12:
        raise FileError("the Shapefile's .dbf is cut off", where=str(shown), fix="copy it again")
    count, header, record = struct.unpack("<IHH", start[4:12])
    if header + count * record > table.stat().st_size:
        raise FileError("the Shapefile's .dbf is cut off", where=str(shown), fix="copy it again")


def _written_encoding(path: Path) -> str:
    code_page = _sister(path, ".cpg")
    if code_page is not None:
        text = code_page.read_text(encoding="ascii", errors="replace").strip()
        if text:
            return text
    table = _sister(path, ".dbf")
    if table is not None:
        with table.open("rb") as file:
            start = file.read(30)
        if len(start) == 30 and start[29] in CODE_PAGES:
            return CODE_PAGES[start[29]]
    return "utf-8"
