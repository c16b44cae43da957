"""Pictures drawn for the tests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def drawn(shape: str, colour: str, *, side: int = 300, form: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture of a circle, a square or stripes in a colour."""
    picture = Image.new(mode, (side, side), "white")
    draw = ImageDraw.Draw(picture)
    near, far = side // 5, side - side // 5
    if shape == "circle":
        draw.ellipse((near, near, far, far), fill=colour)
    elif shape == "square":
        draw.rectangle((near, near, far, far), fill=colour)
    else:
        for place in range(near, far, side // 12):
            draw.line((place, near, place, far), fill=colour, width=side // 40)
    file = io.BytesIO()
    picture.save(file, form)
    return file.getvalue()
