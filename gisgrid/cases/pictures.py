"""Pictures that people send: decoded within bounds, and made anew from their pixels alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from gisgrid.errors import GisgridError, InputError, LimitExceeded

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["LONGEST_SIDE", "Picture", "clean_picture"]

LONGEST_SIDE: Final = 1600
# A telephone takes 12 to 50 million. Only a JPEG is made smaller as it is decoded, the others once
# all of their pixels are there: measured, none takes more than 450 MB.
_MOST_PIXELS: Final = 50_000_000
_MOST_WHOLE: Final = 25_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 85
_ORIENTATION: Final = 0x0112
_FIX: Final = "send a photograph as JPEG, PNG or WebP"


@dataclass(frozen=True)
class Picture:
    """A picture without anything that its file said beside its pixels.

    Attributes
    ----------
    jpeg : bytes
    width, height : int
        In pixels, at most `LONGEST_SIDE`.
    """

    jpeg: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.jpeg).hexdigest()


def clean_picture(data: bytes, *, limit_bytes: int) -> Picture:
    """A picture as it may be kept: turned upright, made small enough, stripped of all metadata.

    Parameters
    ----------
    data : bytes
        A file as somebody sent it: JPEG, PNG or WebP, by its content and not by its name.
    limit_bytes : int
        The longest that is read.

    Raises
    ------
    LimitExceeded
        It is too long, or would take too much memory when decoded.
    InputError
        It is no such picture, is cut off or broken, or moves.
    """
    if len(data) > limit_bytes:
        raise LimitExceeded(
            f"the picture is longer than {limit_bytes:,} bytes", fix="send a smaller one"
        )
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    try:
        return _made_anew(data)
    except GisgridError:
        raise
    except (DecompressionBombError, DecompressionBombWarning):
        raise _too_many_pixels(_MOST_PIXELS) from None
    # What a file made to do harm brings a decoder to raise is in nobody's list.
    except Exception:
        raise InputError("the picture cannot be read", fix=_FIX) from None


def _made_anew(data: bytes) -> Picture:
    from PIL import Image

    with Image.open(BytesIO(data), formats=_FORMATS) as found:
        _require_modest(found)
        # A JPEG is decoded at a half or a quarter where that is still large enough.
        found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        found.load()
        upright = _turned(_opaque(_small(found)), found.getexif().get(_ORIENTATION))
    # A new image: whatever the file said beside its pixels stays behind with the old one.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    jpeg = BytesIO()
    clean.save(jpeg, "JPEG", quality=_QUALITY)
    return Picture(jpeg.getvalue(), clean.width, clean.height)


def _require_modest(found: Image) -> None:
    """Refuse before anything is decoded what would take too much, or moves."""
    whole = found.format in ("PNG", "WEBP")
    most = _MOST_WHOLE if whole else _MOST_PIXELS
    if found.width * found.height > most:
        raise _too_many_pixels(most)
    # Telephones put a second picture behind the first of a JPEG; only the first is taken.
    if whole and getattr(found, "is_animated", False):
        raise InputError("the picture moves", fix=_FIX)


def _too_many_pixels(most: int) -> LimitExceeded:
    return LimitExceeded(f"the picture has more than {most:,} pixels", fix="send a smaller one")


def _small(found: Image) -> Image:
    """In colours and small enough, before anything else is made of it that would be large too."""
    mode = "RGBA" if found.has_transparency_data else "RGB"
    drawn = found if found.mode == mode else found.convert(mode)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return drawn


def _opaque(drawn: Image) -> Image:
    """With white where it was transparent."""
    from PIL import Image

    if drawn.mode == "RGB":
        return drawn
    white = Image.new("RGBA", drawn.size, "white")
    return Image.alpha_composite(white, drawn).convert("RGB")


def _turned(found: Image, orientation: int | None) -> Image:
    """As it was seen, by the orientation that the camera noted (1 to 8)."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation or 1)
    return found if turn is None else found.transpose(turn)
