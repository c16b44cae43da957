"""Opening the sample shop: a public key for its pages, kept beside the data so that it lasts, and told to the servers by their environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hanse.base.errors import Conflict
from hanse.data.access import keys, proofs
from hanse.serve.runtime import Runtime

KEY = "HANSE_SAMPLE_SHOP_KEY"
"""Environment variable that has the key; without it there are no pages."""
FILE = "sample-shop.key"
NAME = "sample-shop"


def key() -> str:
    """Return the key of the pages; empty where the shop is closed."""
    return os.environ.get(KEY, "").partition(" ")[2]


def secret(home: Path) -> str:
    """Return the secret with which a shop's server proves who is signed in."""
    return proofs.secret(home, os.environ.get(KEY, "").partition(" ")[0])


async def environment(running: Runtime) -> Mapping[str, str]:
    """Return what servers are told, with a key that is made where there is none any more."""
    file = running.settings.home / FILE
    async with running.context() as context:
        connection, now = await context.connection(), context.clock.now()
        kept = file.read_text().strip() if file.exists() else ""
        found = await keys.find(connection, kept, now=now) if kept else None
        if found is not None:
            return {KEY: f"{found.name} {kept}"}
        made = await _make(running)
    file.touch(mode=0o600)
    file.write_text(made.key)
    return {KEY: f"{made.name} {made.key}"}


async def _make(running: Runtime) -> keys.NewKey:
    """Make a key under the first name that nobody had; names of revoked keys stay taken."""
    number = 1
    while True:
        name = NAME if number == 1 else f"{NAME}-{number}"
        try:
            async with running.context() as context:
                return await keys.create(await context.connection(), name, [keys.STOREFRONT], created_by="demo", now=context.clock.now())
        except Conflict:
            number += 1
