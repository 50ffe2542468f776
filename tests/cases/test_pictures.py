"""Pictures that people send: what is kept of them, and which are refused."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin

from gisgrid.cases.pictures import LONGEST_SIDE, clean_picture
from gisgrid.errors import GisgridError, InputError, LimitExceeded

LIMIT = 8 * 1024 * 1024
SECRET = b"1600 Somewhere Road"


def drawn(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red at the top left, blue elsewhere."""
    image = Image.new(mode, (width, height), "blue")
    ImageDraw.Draw(image).rectangle((0, 0, width // 3, height // 3), fill="red")
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seen(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def located(orientation: int = 1) -> Image.Exif:
    """Metadata with a place, a maker and a thumbnail's worth of words."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "maker " + SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 22.0, 33.3), 3: "E", 4: (121.0, 15.0, 1.0)})
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_pixels_stay_and_nothing_else(kind: str) -> None:
    options: dict[str, Any] = {"exif": located(), "icc_profile": SECRET * 20, "xmp": SECRET}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "PNG":
        del options["xmp"]
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET.decode())
    given_bytes = saved(drawn(), kind, **options)
    assert SECRET in given_bytes
    found = clean_picture(given_bytes, limit_bytes=LIMIT)
    image = seen(found.jpeg)
    assert (image.format, image.size) == ("JPEG", (60, 40))
    assert SECRET not in found.jpeg
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert image.getpixel((2, 2))[0] > 200 > 80 > image.getpixel((50, 35))[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(orientation: int) -> None:
    """As Pillow's own turning does it, which is told by another way."""
    from PIL import ImageOps

    data = saved(drawn(), exif=located(orientation), quality=95)
    wanted = ImageOps.exif_transpose(seen(data))
    found = seen(clean_picture(data, limit_bytes=LIMIT).jpeg)
    assert found.size == wanted.size
    corners = [(2, 2), (2, found.height - 3), (found.width - 3, 2)]
    assert [found.getpixel(one)[0] > 128 for one in corners] == [
        wanted.getpixel(one)[0] > 128 for one in corners
    ]


def test_a_large_one_is_made_smaller() -> None:
    found = clean_picture(saved(drawn(3200, 800)), limit_bytes=LIMIT)
    assert (found.width, found.height) == (LONGEST_SIDE, 400) == seen(found.jpeg).size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_of_colour_is_read(mode: str) -> None:
    image = drawn().convert(mode if mode != "I;16" else "L")
    if mode == "I;16":
        image = image.convert("I;16")
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert seen(clean_picture(saved(image, kind), limit_bytes=LIMIT).jpeg).mode == "RGB"


def test_what_was_transparent_is_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert (
        min(seen(clean_picture(saved(clear, "PNG"), limit_bytes=LIMIT).jpeg).getpixel((9, 9))) > 250
    )


def test_the_first_of_a_telephones_two_pictures_is_taken() -> None:
    two = saved(drawn(), "MPO", save_all=True, append_images=[drawn(30, 30)])
    found = clean_picture(two, limit_bytes=LIMIT)
    assert (found.width, found.height) == (60, 40)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_one_is_refused(kind: str) -> None:
    moving = saved(drawn(), kind, save_all=True, append_images=[drawn().rotate(90)])
    with pytest.raises(InputError, match="moves"):
        clean_picture(moving, limit_bytes=LIMIT)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(side: int) -> bytes:
    """A PNG of some kilobytes that says it has so many pixels a side, and would have them."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * 64), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("side", "most"), [(5_100, "25,000,000"), (12_000, "50,000,000"), (60_000, "50,000,000")]
)
def test_a_bomb_is_refused_before_it_is_decoded(side: int, most: str) -> None:
    with pytest.raises(LimitExceeded, match=f"{most} pixels"):
        clean_picture(bomb(side), limit_bytes=LIMIT)


@pytest.mark.parametrize(
    ("mode", "kind", "side"),
    [("RGBA", "PNG", 5_000), ("RGBA", "WEBP", 5_000), ("CMYK", "JPEG", 7_000)],
)
def test_the_largest_take_no_more_than_is_said(mode: str, kind: str, side: int) -> None:
    """In a process of its own, which knows the most that it ever took."""
    large = saved(Image.new(mode, (side, side)), kind)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from gisgrid.cases.pictures import clean_picture\n"
        "clean_picture(sys.stdin.buffer.read(), limit_bytes=10**9)\n"
        "said = Path('/proc/self/status').read_text().split('VmHWM:')[1]\n"
        "print(said.split()[0])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], input=large, stdout=subprocess.PIPE, check=True
    )
    assert int(ended.stdout) < 550 * 1024


def test_a_long_text_in_a_png_is_no_bomb_either() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("x", "y" * 30_000_000, zip=True)
    data = saved(drawn(), "PNG", pnginfo=info)
    assert len(data) < 100_000
    with pytest.raises(InputError):
        clean_picture(data, limit_bytes=LIMIT)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        SVG,
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><svg>&e;</svg>",
        saved(drawn(), "GIF"),
        saved(drawn(), "GIF", save_all=True, append_images=[drawn().rotate(90)]),
        saved(drawn(), "TIFF"),
        saved(drawn(), "BMP"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage",
        b"PK\x03\x04" + bytes(200),
        saved(drawn())[: len(saved(drawn())) // 2],
        saved(drawn(400, 400), "PNG")[:300],
    ],
)
def test_what_is_no_photograph_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        clean_picture(data, limit_bytes=LIMIT)


def test_what_hides_behind_a_picture_is_left_behind() -> None:
    """A file that is a picture to one program and a page or an archive to another."""
    tail = b"<html><script>alert(1)</script></html>PK\x03\x04" + SECRET
    for kind in ("JPEG", "PNG", "WEBP"):
        found = clean_picture(saved(drawn(), kind) + tail, limit_bytes=LIMIT)
        assert b"script" not in found.jpeg and SECRET not in found.jpeg


def test_one_that_is_too_long_is_not_even_opened() -> None:
    with pytest.raises(LimitExceeded, match="1,000 bytes"):
        clean_picture(bytes(1001), limit_bytes=1000)


BASES = [saved(drawn(), kind) for kind in ("JPEG", "PNG", "WEBP")]


@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_whatever_is_changed_it_is_cleaned_or_refused(
    base: bytes, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(base)
    for place, value in changes:
        data[place % len(data)] = value
    try:
        found = clean_picture(bytes(data), limit_bytes=LIMIT)
    except GisgridError:
        return
    assert seen(found.jpeg).size == (found.width, found.height)
