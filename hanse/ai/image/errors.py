"""What can go wrong with looking at pictures, for those who can do something about it."""

from __future__ import annotations

from hanse.base.errors import HanseError


class ImageEncoderMissing(HanseError):
    """Pictures cannot be looked at: {reason}. Install what that needs: pip install 'hanse[vision]'."""

    status = 503
    exit_code = 6


class NotAPicture(HanseError):
    """This is no picture that can be looked at: {reason}. Give a JPEG, PNG, WebP, GIF or TIFF file of at most 50 megapixels."""

    status = 422
    exit_code = 2
