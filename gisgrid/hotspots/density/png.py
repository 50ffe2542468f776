"""Pictures with a palette, as PNG (ISO/IEC 15948)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["palette_png"]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = 3
_BITS: Final = 8
# Levels above the first make tiles a fifth smaller and take three times as long.
_EFFORT: Final = 1


def palette_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """A picture whose pixels are positions in a palette.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width)
    palette : ndarray of uint8, shape (n, 4)
        Red, green, blue and opacity; at most 256.
    """
    height, width = pixels.shape
    # Each line begins with the filter that it was passed through: none.
    lines = np.zeros((height, width + 1), np.uint8)
    lines[:, 1:] = pixels
    head = struct.pack(">IIBBBBB", width, height, _BITS, _PALETTE, 0, 0, 0)
    return b"".join(
        [
            _SIGNATURE,
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", palette[:, :3].tobytes()),
            _chunk(b"tRNS", palette[:, 3].tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), _EFFORT)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
