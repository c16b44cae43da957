"""Masking: what is found of personal data in German messages, what of the business is masked by mistake, what leaks, and how long it takes.

`python -m benchmarks masking FILE`: messages as JSON, `[{id, text, spans: [{label, start, end, value}]}]`. Without a file, messages in
sentence patterns of our own: of the ones that were looked at, and of others that were first asked when the recognisers were done.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.masking import dialogues, sentences
from benchmarks.report import SEED, Row
from hanse.ai.language.masking import Conversation
from hanse.ai.language.masking.spans import Span

KINDS = {"LASTNAME": "PERSON", "KFZ": "PLATE", "DOB": "BIRTHDATE", "PLZ": "POSTCODE"}
LIMITS = {"PERSON": 0.9, "STREET": 0.95, "POSTCODE": 0.95, "CITY": 0.95, "BIRTHDATE": 0.95}
BUSINESS = re.compile(r"\b[A-Z]{1,4}[- ]?\d{3,}(?:-\d+)*\b|\b\d{5,}\b|\b\d+[.,]\d{2} ?€|\b\d{1,2}\.\d{1,2}\.20[12]\d\b")
"""Order, article and tracking numbers, prices and dates of deliveries: what is left of such outside of personal data is of the business."""
LENGTH = 500


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--dialogues", type=int, default=10_000, metavar="NUMBER", help="dialogues of known customers")


def measure(paths: list[Path], options: argparse.Namespace) -> list[Row]:
    """Measure kinds, business numbers, leaks and speed."""
    Conversation().find("Herr Müller wohnt in Berlin")
    files = {path.stem: msgspec.json.decode(path.read_bytes()) for path in paths} or {
        "own, looked at": list(sentences.messages(sentences.SEEN, 1_500, SEED)),
        "own, others": list(sentences.messages(sentences.UNSEEN, 1_500, SEED + 1)),
    }
    rows = [row for name, messages in files.items() for row in _graded(name, messages)]
    rows += _leaks(options.dialogues)
    return [*rows, *_speed(" ".join(message["text"] for messages in files.values() for message in messages))]


def _graded(name: str, messages: Sequence[dict[str, Any]]) -> Iterator[Row]:
    right: Counter[str] = Counter()
    told: Counter[str] = Counter()
    there: Counter[str] = Counter()
    business = masked = 0
    for message in messages:
        found = Conversation().find(message["text"])
        gold = {(each["start"], each["end"], KINDS.get(each["label"], each["label"])) for each in message["spans"]}
        ours = {(each.start, each.end, str(each.kind)) for each in found}
        for counted, spans in ((right, gold & ours), (told, ours), (there, gold)):
            counted.update(kind for _, _, kind in spans)
        numbers = _business(message["text"], gold)
        business, masked = business + len(numbers), masked + sum(_overlaps(each, found) for each in numbers)
    for kind in sorted(there):
        limit = f"at least {LIMITS.get(kind, 0.99)}"
        yield Row(data=name, method=kind, measure="F1", value=2 * right[kind] / max(told[kind] + there[kind], 1), unit="of exact spans", limit=limit)
    yield Row(
        data=name, method="numbers of the business", measure="masked", value=masked / max(business, 1), unit=f"of {business}", limit="at most 0.005"
    )


def _business(text: str, gold: set[tuple[int, int, str]]) -> list[tuple[int, int]]:
    found = [each.span() for each in BUSINESS.finditer(text)]
    return [(start, end) for start, end in found if not any(start < last and first < end for first, last, _ in gold)]


def _overlaps(piece: tuple[int, int], found: Sequence[Span]) -> bool:
    return any(piece[0] < each.end and each.start < piece[1] for each in found)


def _leaks(count: int) -> Iterator[Row]:
    leaked = wrong = 0
    for text, known, secrets in dialogues.dialogues(count, SEED):
        conversation = Conversation(known)
        masked = conversation.mask(text)
        leaked += any(re.search(rf"(?<!\w){re.escape(secret)}", masked) for secret in secrets)
        wrong += conversation.restore(masked) != text
    data = f"{count:,} dialogues of known customers"
    yield Row(data=data, method="masking", measure="leaks", value=leaked, unit="dialogues", limit="0")
    yield Row(data=data, method="masking", measure="put back wrongly", value=wrong, unit="dialogues", limit="0")


def _speed(text: str) -> Iterator[Row]:
    pieces = [text[place : place + LENGTH] for place in range(0, min(len(text) - LENGTH, 150_000), LENGTH)]
    known = next(dialogues.dialogues(1, SEED)).known
    for method, given in (("nobody known", None), ("a customer known", known)):
        took = []
        for piece in pieces:
            begin = time.perf_counter()
            Conversation(given).mask(piece)
            took.append((time.perf_counter() - begin) * 1_000)
        took.sort()
        low, high = took[len(took) // 20], took[-(len(took) // 20) - 1]
        yield Row(
            data=f"{LENGTH} characters", method=method, measure="time", value=statistics.median(took), low=low, high=high, unit="ms", limit="under 3"
        )
