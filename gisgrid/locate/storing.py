"""Arrays in one file, laid out so that processes can share it by mapping it into memory."""

from __future__ import annotations

import json
import mmap
import secrets
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gisgrid.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["broken", "read_arrays", "write_arrays"]

# A version of its own for every change of what the arrays mean.
_MAGIC: Final = b"gisgrid coverage index 1\n"
_ALIGNED: Final = 64


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to a file; one that is there is replaced when the new one is complete.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    table: dict[str, Any] = {}
    offset = 0
    for name, array in arrays.items():
        table[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        offset = _aligned(offset + array.nbytes)
    header = _MAGIC + json.dumps({"bytes": offset, "arrays": table}).encode() + b"\n"
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            with part.open("wb") as file:
                file.write(header.ljust(_aligned(len(header)), b"\n"))
                for array in arrays.values():
                    file.write(np.ascontiguousarray(array).data)
                    file.write(bytes(_aligned(array.nbytes) - array.nbytes))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"cannot be written: {error.strerror}", where=str(path)) from None


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Map the arrays of a file into memory, read-only.

    Raises
    ------
    FileError
        There is no such file, it is of another kind or version, or it is cut short.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise FileError(
                    "is no coverage index of this version",
                    where=str(path),
                    fix="make it anew: CoverageIndex(polygons, codes).save(path)",
                )
            described = file.readline()
            begin = _aligned(file.tell())
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", where=str(path)) from None
    try:
        table = json.loads(described)
        if begin + table["bytes"] != len(mapped):
            raise ValueError("another length")
        return {
            name: np.frombuffer(
                mapped,
                dtype=entry["dtype"],
                count=int(np.prod(entry["shape"], dtype=np.int64)),
                offset=begin + entry["offset"],
            ).reshape(entry["shape"])
            for name, entry in table["arrays"].items()
        }
    except (ValueError, KeyError, TypeError):
        raise broken(path) from None


def broken(path: Path) -> FileError:
    """What is wrong with a file that does not hold what it should."""
    return FileError(
        "is cut short or broken",
        where=str(path),
        fix="make it anew: CoverageIndex(polygons, codes).save(path)",
    )


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
