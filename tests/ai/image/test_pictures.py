"""Files of pictures become points, whole and on white; what is none, or could hurt, is refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from hanse.ai.image import pictures
from hanse.ai.image.errors import NotAPicture
from hanse.ai.image.network import SIDE
from tests.ai.image.conftest import drawn

WHITE = (255 - pictures.MEAN) / pictures.SPREAD


@pytest.mark.parametrize("form", pictures.FORMATS)
def test_every_form_gives_the_same_points(form: str) -> None:
    found = pictures.read(drawn("circle", "red", form=form))
    assert found.shape == (3, SIDE, SIDE)
    assert found[0, SIDE // 2, SIDE // 2] == pytest.approx(WHITE, abs=0.1)
    assert found[1, SIDE // 2, SIDE // 2] < -0.9


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "CMYK", "I;16"])
def test_every_kind_of_colours_is_read(mode: str) -> None:
    file = io.BytesIO()
    Image.new("L", (40, 30), 0).convert(mode).save(file, "TIFF")
    assert pictures.read(file.getvalue())[:, SIDE // 2, SIDE // 2].max() < 0


def test_what_is_see_through_is_white_and_what_is_wide_stays_whole() -> None:
    picture = Image.new("RGBA", (400, 100), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 20, 100))
    file = io.BytesIO()
    picture.save(file, "PNG")
    found = pictures.read(file.getvalue())
    assert found[:, 0, 0].tolist() == pytest.approx([WHITE] * 3)
    assert found[:, SIDE // 2, SIDE // 2].tolist() == pytest.approx([WHITE] * 3)
    assert found[:, SIDE // 2, 4].max() < -0.9


def test_a_picture_that_lies_on_its_side_is_turned() -> None:
    picture = Image.new("RGB", (100, 100), "white")
    picture.paste("black", (0, 0, 100, 50))
    notes = Image.Exif()
    notes[0x0112] = 3
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=notes)
    found = pictures.read(file.getvalue())
    assert found[0, 20, SIDE // 2] > 0.9
    assert found[0, SIDE - 20, SIDE // 2] < -0.9


def bomb(side: int) -> bytes:
    """Return a PNG that says that it is very large."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each)) + name + each + struct.pack(">I", zlib.crc32(name + each)) for name, each in parts
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "form is not known"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "form is not known"),
        (b"%PDF-1.7", "form is not known"),
        (drawn("circle", "red", form="JPEG")[:400], "broken"),
        (drawn("circle", "red")[:200], "broken"),
        (bomb(8_000), "8,000 by 8,000 points are too many"),
        (bomb(60_000), "broken|too many"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotAPicture, match=reason):
        pictures.read(data)
