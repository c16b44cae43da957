"""Files of pictures as the network takes them: whole, on white, 224 by 224 points. What could hurt is refused before it is unpacked."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from hanse.ai.image.errors import NotAPicture
from hanse.ai.image.network import SIDE
from hanse.ai.image.weights import Floats

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")
MOST_POINTS = 50_000_000
WHITE = (255, 255, 255)
MEAN, SPREAD = 127.0, 128.0
"""What the network was taught with."""


def read(data: bytes) -> Floats:
    """Return a picture's 3 colours by 224 by 224 points, each from -1 to 1. Raises `NotAPicture`."""
    try:
        shown = _shown(data)
    except UnidentifiedImageError as error:
        raise NotAPicture(reason="its form is not known") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as error:
        raise NotAPicture(reason="it is broken") from error
    return np.ascontiguousarray(((np.asarray(shown, np.float32) - MEAN) / SPREAD).transpose(2, 0, 1))


def _shown(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_POINTS:
            raise NotAPicture(reason=f"{picture.width:,} by {picture.height:,} points are too many")
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a large JPEG is unpacked as small as it is needed
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    fitting = ImageOps.contain(upright, (SIDE, SIDE), Image.Resampling.BICUBIC)
    ground = Image.new("RGB", (SIDE, SIDE), WHITE)
    ground.paste(fitting, ((SIDE - fitting.width) // 2, (SIDE - fitting.height) // 2), fitting)
    return ground
