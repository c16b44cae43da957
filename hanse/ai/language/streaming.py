"""Answers piece by piece: restored as they come, from the first model that begins to speak."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import httpx2

from hanse.ai.language import client, connections, door, failures
from hanse.ai.language.asking import ATTEMPTS, FAILED_CHECKS, UNUSABLE, Asking
from hanse.ai.language.failures import Failure
from hanse.ai.language.model import Model
from hanse.ai.language.replies import Gathering, Speech
from hanse.ai.language.understanding import Understood, Unusable

CHARACTERS_OF_A_TOKEN = 20
SLACK_CHARACTERS = 4_000


class Speaking:
    """One streamed answer."""

    def __init__(self, asking: Asking) -> None:
        """Start in silence."""
        self.asking = asking
        self.is_begun = False
        """Whether something was said: then no other model can take over."""
        self.found: tuple[Model, Understood] | None = None

    async def pieces(self, models: list[Model]) -> AsyncGenerator[str, None]:
        """Give what the first model says that begins to speak."""
        for place, model in enumerate(models):
            async with aclosing(self._of(model, is_last=place + 1 == len(models))) as pieces:
                async for piece in pieces:
                    yield piece
            if self.found or self.is_begun or self.asking.is_failed:
                return

    async def _of(self, model: Model, *, is_last: bool) -> AsyncGenerator[str, None]:
        """Give what one model says, after as many attempts as are worth it."""
        is_plain, failure = False, Failure(failures.LATE)
        for attempt in range(ATTEMPTS):
            async with connections.opened(self.asking.kept) as http:
                try:
                    async with aclosing(self._once(http, model, is_plain=is_plain)) as pieces:
                        async for piece in pieces:
                            self.is_begun = True
                            yield piece
                except Failure as error:
                    failure = error
                    self._charge(model, failure)
                else:
                    return
            if failure.is_too_much and not is_plain:
                is_plain = True
                continue
            wait = None if self.is_begun else self.asking.wait_seconds(attempt, failure, is_last=is_last)
            if wait is None or attempt + 1 == ATTEMPTS:
                break
            await self.asking.patience.sleep(wait)
        self.asking.note(model, failure.kind)

    async def _once(self, http: httpx2.AsyncClient, model: Model, *, is_plain: bool) -> AsyncGenerator[str, None]:
        asking, gathering, speech = self.asking, Gathering(), Speech()
        restoring = asking.request.conversation.stream()
        body = door.body(asking.prompt, asking.request, model, is_streamed=True, is_plain=is_plain)
        async with aclosing(client.pieces(http, model, body)) as data:
            while (piece := await self._next(data, model)) is not None:
                said = self._heard(gathering, piece)
                if asking.request.shape is None and (text := restoring.feed(speech.feed(said))):
                    yield text
        if asking.request.shape is None and (text := restoring.feed(speech.end()) + restoring.end()):
            yield text
        await self._ended(model, gathering)

    def _heard(self, gathering: Gathering, piece: bytes) -> str:
        """Take in a piece; raises `Failure` where an answer has no end."""
        if piece == client.END:
            gathering.is_over = True
            return ""
        said = gathering.add(piece)
        self.asking.last = gathering.completion
        if len(gathering.completion.text) > CHARACTERS_OF_A_TOKEN * self.asking.request.most_tokens + SLACK_CHARACTERS:
            raise Failure(client.ENDLESS, is_billed=True)
        return said

    async def _next(self, data: AsyncIterator[bytes], model: Model) -> bytes | None:
        """Return the next piece, null at the end; raises `Failure` where it does not come in time."""
        limit = client.QUIET_SECONDS if self.is_begun else model.timeout_seconds
        try:
            async with asyncio.timeout(max(0.0, min(limit, self.asking.left_seconds))):
                return await anext(data, None)
        except TimeoutError:
            raise Failure(failures.LATE, is_billed=True) from None

    def _charge(self, model: Model, failure: Failure) -> None:
        """Add what an answer cost that stopped in the middle, or that never began."""
        asking = self.asking
        if failure.kind in {UNUSABLE, FAILED_CHECKS}:  # it is counted already
            return
        if self.is_begun and asking.last is not None:
            asking.count(model, asking.prompt, asking.last)
        else:
            asking.charge(model, asking.prompt, failure)

    async def _ended(self, model: Model, gathering: Gathering) -> None:
        asking = self.asking
        completion = gathering.finished()
        asking.count(model, asking.prompt, completion)
        try:
            self.found = model, await asking.understood(completion)
            asking.note(model, "answered")
        except Unusable as error:
            raise Failure(FAILED_CHECKS if error.is_checked else UNUSABLE) from None
