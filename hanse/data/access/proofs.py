"""Proof of who somebody is, where a key stands open in a web page: the shop's server signs the customer number with the secret of the key.

Anybody can read a public key, and guess or know a customer number. So with such a key a number counts only with its HMAC-SHA256, which
only the server of the shop can make. The secret is made from a key file in the home folder and the name of the key: nothing to store,
nothing in a backup of the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

from hanse.base import errors, keyfile

FILE = "public.key"


class UnprovenPerson(errors.HanseError):
    """With a public key, {field} counts only where it is proved. Have the server of the shop sign the customer number and send it as `user_hash`."""

    status = 403
    exit_code = 3


def secret(home: Path, key_name: str) -> str:
    """Return the secret of a key, for the server of the shop; the same every time."""
    own = base64.urlsafe_b64decode(keyfile.read(home / FILE))
    return hmac.digest(own, key_name.encode(), "sha256").hex()


def sign(key_secret: str, user_id: str) -> str:
    """Return the proof of a customer number, as the server of the shop makes it.

    >>> sign("a secret", "4711")[:16]
    'f9b1bfce2f2177be'
    """
    return hmac.new(key_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def holds(home: Path, key_name: str, user_id: str, proof: str) -> bool:
    """Return whether a proof is that of a customer number, in a time that tells nothing of it."""
    return hmac.compare_digest(sign(secret(home, key_name), user_id).encode(), proof.strip().lower().encode())
