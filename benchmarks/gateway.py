"""The door to language models: what the gateway adds to the endpoint's own time: masking, budget, record, checks of what comes back.

`python -m benchmarks gateway [QUESTIONS]` (default 2,000): mails of about 500 characters of known customers go to a fake model in a process of
its own, in turn through the gateway and posted as they are over one open connection. The difference is what the gateway takes itself until
it has answered; what it puts on record behind the answer is measured apart, and is over before the next question.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import httpx2
import msgspec

from benchmarks import scratch
from benchmarks.masking import dialogues
from benchmarks.report import SEED, Row
from hanse.ai.language import budgets, gateway, models
from hanse.ai.language.checks import Checks
from hanse.ai.language.endings import Endings
from hanse.ai.language.masking import Conversation, Known
from hanse.ai.language.requests import Answer, Message, Request
from hanse.ai.language.schemas import SaveBudget, SaveModel
from hanse.base.operation import Purpose
from hanse.serve import runtime
from hanse.serve.runtime import Runtime

QUESTIONS, WARM = 2_000, 100
LENGTH = 500
QUESTION = "Wo bleibt mein Paket?"
"""So short that masking it costs nothing: what is left is the gateway's own."""
MODEL = "import sys; from hanse.testing.language import FakeModel\nwith FakeModel() as fake: print(fake.url, flush=True); sys.stdin.read()"
POSTED, SHORT, ASKED, CHECKED, LIMITED = WAYS = (
    *("posted as it is", "gateway, a short question", "gateway"),
    *("gateway, answer checked", "gateway, within a budget"),
)
BEHIND = "behind the answer"


def measure(paths: list[Path]) -> list[Row]:
    """Ask in turn, and compare."""
    count = int(paths[0].name) if paths else QUESTIONS
    with _model() as url:
        took = asyncio.run(_ask(url, count))
    own = statistics.median(took[POSTED])
    data = f"{count:,} mails of {LENGTH} characters"
    behind = Row(data=data, method=BEHIND, measure="time", value=statistics.median(took[BEHIND]), unit="ms")
    return [*(row for way in WAYS for row in _rows(data, way, sorted(took[way]), own)), behind]


@contextmanager
def _model() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", MODEL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()


@asynccontextmanager
async def _running(url: str) -> AsyncIterator[Runtime]:
    with scratch.home() as (settings, conninfo):
        async with runtime.started(settings, conninfo) as running:
            async with running.context() as context:
                await models.save(context, SaveModel(name="fake", url=url, model="fake", in_house=True))
            yield running


async def _ask(url: str, count: int) -> dict[str, list[float]]:
    """Return the milliseconds of each question, in each way, and of what is done behind its answer."""
    took: dict[str, list[float]] = {way: [] for way in (*WAYS, BEHIND)}
    async with _running(url) as running, httpx2.AsyncClient() as http:
        for ways in ((POSTED, SHORT, ASKED, CHECKED), (POSTED, LIMITED)):
            if LIMITED in ways:
                async with running.context() as context:
                    await budgets.save(context, SaveBudget(capability="*", tokens_a_day=10**9))
            for number, (text, known) in enumerate(_mails(count + WARM)):
                for way in ways:
                    ask = partial(_post, http, url) if way == POSTED else partial(_through, running, way)
                    seconds, behind = await _timed(running, ask, (QUESTION if way == SHORT else text, known))
                    if number >= WARM:
                        took[way].append(1_000 * seconds)
                        took[BEHIND] += [1_000 * behind] if way == ASKED else []
    return took


async def _timed(running: Runtime, ask: Callable[[str, Known], Awaitable[None]], mail: tuple[str, Known]) -> tuple[float, float]:
    """Return the seconds until there is an answer, and those until it is on record after that."""
    begin = time.perf_counter()
    await ask(*mail)
    answered = time.perf_counter()
    await running.resources.get(Endings).finish()
    return answered - begin, time.perf_counter() - answered


def _mails(count: int) -> Iterator[tuple[str, Known]]:
    """Go through mails of known customers, each a dialogue filled up with what is not personal."""
    for dialogue in dialogues.dialogues(count, SEED):
        filled = f"{dialogue.text} " + "Der Bohrer mit 8 mm passt nicht in das Futter. " * (LENGTH // 40)
        yield filled[: max(LENGTH, len(dialogue.text))], dialogue.known


async def _post(http: httpx2.AsyncClient, url: str, text: str, known: Known) -> None:
    del known
    body = {"model": "fake", "max_tokens": 200, "messages": [{"role": "user", "content": text}]}
    (await http.post(f"{url}/chat/completions", content=msgspec.json.encode(body))).raise_for_status()


async def _through(running: Runtime, way: str, text: str, known: Known) -> None:
    request = Request(
        purpose=Purpose.CONTRACT,
        capability="benchmark",
        messages=(Message("user", text),),
        conversation=Conversation(known),
        most_tokens=200,
        checks=Checks() if way == CHECKED else None,
    )
    async with running.context() as context:
        found = await gateway.ask(context, request)
    assert isinstance(found, Answer), found


def _rows(data: str, way: str, took: list[float], own: float) -> Iterator[Row]:
    """Go through what a way took in the middle and at the 99th percentile, less what the endpoint takes itself."""
    peer, high = way == POSTED, took[int(0.99 * len(took))]
    yield Row(data=data, method=way, measure="time", value=statistics.median(took), low=took[0], high=took[-1], unit="ms", peer=peer)
    if not peer:
        yield Row(data=data, method=way, measure="own part, median", value=statistics.median(took) - own, unit="ms")
        yield Row(data=data, method=way, measure="own part, 99th percentile", value=high - own, unit="ms", limit="under 5")
