"""Asking models one after another until one gives what was wanted: repetitions, deadlines, one chance to mend, and what it all cost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2

from hanse.ai.language import client, connections, door, failures, tokens, understanding
from hanse.ai.language.checks import Fault, checking
from hanse.ai.language.checks.claims import Claims
from hanse.ai.language.connections import Connections
from hanse.ai.language.door import Body, Prompt
from hanse.ai.language.failures import Failure
from hanse.ai.language.model import Model
from hanse.ai.language.replies import Completion
from hanse.ai.language.requests import Request
from hanse.ai.language.understanding import Understood, Unusable

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 8.0
WAIT_BEFORE_ANOTHER_SECONDS = 2.0
"""How long one model is waited for where another one could be asked."""
GRACE_SECONDS = 1.0
"""After the deadline: each attempt ends at it by itself, and says so."""
UNUSABLE = "an answer of another shape"
FAILED_CHECKS = "an answer that failed the checks"


@dataclass(frozen=True)
class Patience:
    """How somebody waits; passed in, so that tests need not."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: random.Random = field(default_factory=random.Random)


PATIENCE = Patience()


@dataclass
class Asking:
    """One request on its way through the models."""

    request: Request
    prompt: Prompt
    ends_at: float
    """By the clock of the event loop."""
    patience: Patience = PATIENCE
    claims: Claims = field(default_factory=Claims)
    """What the shop does not want to be claimed."""
    kept: Connections | None = None
    """Connections that stay open."""
    tried: list[dict[str, Any]] = field(default_factory=list)
    """Which model was asked, and what came of it."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_minor: Decimal = Decimal(0)
    is_counted: bool = False
    """Whether we counted tokens ourselves."""
    last: Completion | None = None
    """What came last, for the record."""
    checked: list[list[Fault]] = field(default_factory=list)
    """What checks found in each answer that was checked."""

    @property
    def left_seconds(self) -> float:
        """Return how much time there is."""
        return self.ends_at - asyncio.get_running_loop().time()

    @property
    def is_unusable(self) -> bool:
        """Return whether the last model answered, but not what was asked for."""
        return bool(self.tried) and self.tried[-1]["came"] == UNUSABLE

    @property
    def is_failed(self) -> bool:
        """Return whether the answer that was checked last says what it may not."""
        return bool(self.checked and self.checked[-1])

    @property
    def reason(self) -> str:
        """Return which models failed and how."""
        return "; ".join(f"{each['model']}: {each['came']}" for each in self.tried)

    async def ask(self, model: Model, *, is_last: bool) -> Understood | None:
        """Ask one model for what is wanted, and once more where it is not that; null where it fails."""
        prompt, came = self.prompt, UNUSABLE
        async with connections.opened(self.kept) as http:
            for is_repaired in (False, True):
                completion = await self._complete(http, model, prompt, is_last=is_last)
                if completion is None:
                    return None
                try:
                    found = await self.understood(completion)
                except Unusable as error:
                    prompt = door.followed(prompt, self.request.conversation, *understanding.mending(completion, error, self.request))
                    came = FAILED_CHECKS if error.is_checked else UNUSABLE
                    continue
                self.note(model, "mended" if is_repaired else "answered")
                return found
        self.note(model, came)
        return None

    async def understood(self, completion: Completion) -> Understood:
        """Return what a completion means, once it has passed the checks; raises `Unusable`."""
        found = understanding.understand(completion, self.request)
        said = checking.texts(found.text, found.value)
        if self.request.checks is None or not said.strip():
            return found
        faults = await checking.find(said, self.request.checks, self.claims)
        self.checked.append(faults)
        if faults:
            raise Unusable(checking.problem(faults), is_checked=True)
        return found

    def note(self, model: Model, came: str) -> None:
        """Note what came of asking a model."""
        self.tried.append({"model": model.name, "came": came})

    def count(self, model: Model, prompt: Prompt, completion: Completion) -> None:
        """Add what an answer cost, by the endpoint's count where it can be believed."""
        ours_in, ours_out = prompt.tokens, tokens.count(completion.readable)
        tokens_in = tokens.believed_in(completion.said_in, ours_in)
        tokens_out = tokens.believed_out(completion.said_out, ours_out, self.request.most_tokens)
        self.is_counted = self.is_counted or (completion.said_in, completion.said_out) != (tokens_in, tokens_out)
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.cost_minor += model.cost_minor(tokens_in, tokens_out)
        self.last = completion

    def charge(self, model: Model, prompt: Prompt, failure: Failure) -> None:
        """Add what a question cost that was taken in without an answer that can be used."""
        if failure.is_billed:
            self.tokens_in += prompt.tokens
            self.cost_minor += model.cost_minor(prompt.tokens, 0)
            self.is_counted = True

    def wait_seconds(self, attempt: int, failure: Failure, *, is_last: bool) -> float | None:
        """Return how long to wait before the next attempt; null where it is not worth it."""
        if not failure.passes:
            return None
        # Full jitter (Brooker 2015, Exponential Backoff and Jitter): those who failed together do not come back together.
        jitter = self.patience.chance.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt))
        seconds = jitter + (failure.after_seconds or 0.0)
        most = self.left_seconds if is_last else min(self.left_seconds, WAIT_BEFORE_ANOTHER_SECONDS)
        return seconds if seconds < most else None

    async def _complete(self, http: httpx2.AsyncClient, model: Model, prompt: Prompt, *, is_last: bool) -> Completion | None:
        """Return an answer after as many attempts as are worth it; null where none comes."""
        is_plain, failure = False, Failure(failures.LATE)
        for attempt in range(ATTEMPTS):
            found = await self._once(http, model, door.body(prompt, self.request, model, is_plain=is_plain))
            if isinstance(found, Completion):
                self.count(model, prompt, found)
                return found
            failure = found
            self.charge(model, prompt, failure)
            if failure.is_too_much and not is_plain:
                is_plain = True
                continue
            wait = self.wait_seconds(attempt, failure, is_last=is_last)
            if wait is None or attempt + 1 == ATTEMPTS:
                break
            await self.patience.sleep(wait)
        self.note(model, failure.kind)
        return None

    async def _once(self, http: httpx2.AsyncClient, model: Model, body: Body) -> Completion | Failure:
        try:
            async with asyncio.timeout(max(0.0, min(model.timeout_seconds, self.left_seconds))):
                return await client.complete(http, model, body)
        except TimeoutError:
            return Failure(failures.LATE, is_billed=True)
        except Failure as failure:
            return failure


async def first(asking: Asking, models: list[Model]) -> tuple[Model, Understood] | None:
    """Return the first model that gives what is wanted, with what it gave; null where none does within the deadline."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, asking.left_seconds) + GRACE_SECONDS):
            for place, model in enumerate(models):
                if asking.left_seconds > 0 and (found := await asking.ask(model, is_last=place + 1 == len(models))):
                    return model, found
                if asking.is_failed:  # who asks has an answer that says nothing wrong, and need not wait for another model's
                    return None
    return None
