"""Trying a connection before it is kept: one thing of each kind is asked for, with little patience, as somebody waits. The console calls this."""

from __future__ import annotations

import asyncio

import httpx2
import msgspec

from hanse.sources.connections import systems
from hanse.sources.source import Shop
from hanse.sources.source.errors import ShopUnavailable, Unmappable

PATIENCE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 0.2
NO_ANSWER = "no answer in time"


async def try_out(shop: Shop) -> tuple[str, ...]:
    """Ask a shop for one thing of each kind that polls read, and return the kinds; none where there are no keys to ask with.

    Raises `ShopUnavailable`, `ShopRefused`, `NotThere`, `AddressNotAllowed`, and `Unmappable` for an answer that is not as the system's.
    """
    source = systems.find(shop.system)
    if not source.can_ask(shop):
        return ()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), source.api(shop) as api:
            api.sleep = _briefly
            for kind in source.kinds:
                await source.look(api, kind)
    except TimeoutError as error:
        raise ShopUnavailable(host=shop.host, reason=NO_ANSWER) from error
    except httpx2.HTTPError as error:
        raise ShopUnavailable(host=shop.host, reason=type(error).__name__) from error
    except msgspec.MsgspecError as error:
        raise Unmappable(field="body", reason="this is not JSON") from error
    return source.kinds


async def _briefly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, LONGEST_PAUSE_SECONDS))
