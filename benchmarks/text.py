"""Reading text: how well short texts are classified, and how fast texts are encoded, told apart by language, and split.

`python -m benchmarks text DIR`: files of labelled texts, CSV or JSONL, with a text and its label (`text`, and `label`, `category`, `intent`
or `class`), and perhaps a `split` of `train` and `test`; else files named train and test. All settings stand in the code and were chosen on
parts of training data; the test is asked once, at the end. Without DIR only speed is measured. `--rows NUMBER` learns from fewer texts.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.report import SEED, Row
from hanse.ai.text import compounds, encoder, languages, words
from hanse.ai.text.classifying import Blend, by_meaning, by_words, by_words_and_meaning, measuring
from hanse.ai.text.e5 import model
from hanse.ai.text.encoder import Encoder, Vectors

LABELS = ("label", "category", "intent", "class")
QUERY = "Akkuschrauber mit zwei Akkus und Koffer, 18 Volt"
PASSAGE = "Der Akkuschrauber liefert 18 V und 60 Nm Drehmoment, mit Koffer und zwei Akkus. " * 6
COMPOUNDS = "Kaffeemaschine Schraubendreher Akkubohrschrauber Werkzeugkoffer Gartenschlauch Handschuhe Staubsaugerbeutel Winkelschleifer"
PIECES = "kaffee maschine schraube dreher akku bohr schrauber werkzeug koffer garten schlauch hand schuhe staub sauger beutel winkel schleifer"
LEAST_ACCURACY = 0.927
"""For BANKING77: what a blend of the same encoder and TF-IDF gave before."""


@dataclass(frozen=True)
class Labelled:
    """Texts and their labels."""

    texts: list[str]
    labels: list[str]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--rows", type=int, default=0, metavar="NUMBER", help="learn from so many texts only")


def measure(paths: list[Path], options: argparse.Namespace) -> list[Row]:
    """Measure speed, then, where there are labelled texts, the classifiers."""
    rows = [*_encoding(), *_reading()]
    for path in paths:
        rows += _classifying(path, options.rows)
    return rows


def _encoding() -> Iterator[Row]:
    for threads in (1, 2):
        method = f"{model.MODEL}, {threads} thread{'s' * (threads > 1)}"
        for name, (value, unit) in _apart(threads).items():
            yield Row(data="product texts", method=method, measure=name, value=value, unit=unit)


def _apart(threads: int) -> Mapping[str, tuple[float, str]]:
    """Measure in a process of its own, whose threads and memory can be told."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_speeds, threads).result()


def _speeds(threads: int) -> Mapping[str, tuple[float, str]]:
    before = _memory()
    ours = model.E5(threads)
    ours.encode_queries([QUERY])
    short, long = [f"{QUERY} {place}" for place in range(64)], [f"{PASSAGE} {place}" for place in range(16)]
    return {
        "one query": (1000 * statistics.median(_seconds(lambda: ours.encode_queries([QUERY])) for _ in range(20)), "ms"),
        "queries of 15 tokens": (64 / _seconds(lambda: ours.encode_queries(short)), "texts/s"),
        "passages of 150 tokens": (16 / _seconds(lambda: ours.encode_passages(long)), "texts/s"),
        "memory it adds": (_memory() - before, "MB"),
    }


def _reading() -> Iterator[Row]:
    german = COMPOUNDS.split()
    shop = compounds.Compounds(dict.fromkeys(PIECES.split(), 10) | {f"{word.lower()}{place}": 1 for word in german for place in range(5_000)})
    done: tuple[tuple[str, Callable[[str], Any], Sequence[str]], ...] = (
        ("language of three words", languages.identify, ["Akkuschrauber mit Koffer", "cordless drill driver"] * 200),
        ("language of a sentence", languages.identify, [PASSAGE[:80], "The pump makes a loud noise when it starts to run"] * 200),
        ("splitting a compound", shop.split, german * 100),
        ("tokens of a product text", lambda text: list(words.tokens(text)), [PASSAGE] * 100),
    )
    for name, function, texts in done:
        before = _memory()
        function(texts[0])
        loaded, taken = _memory() - before, _seconds(lambda function=function, texts=texts: [function(text) for text in texts])  # type: ignore[misc]  # bound at once
        yield Row(data="product texts", method=name, measure="time", value=1e6 * taken / len(texts), unit="µs")
        yield Row(data="product texts", method=name, measure="memory it adds at first", value=loaded, unit="MB")


def _classifying(path: Path, count: int) -> Iterator[Row]:
    train, test = _parts(path)
    if count:
        train = _some(train, count)
    known = Once(encoder.of_people())
    yield Row(
        data=path.name,
        method="encoder",
        measure="encoding all texts",
        value=_seconds(lambda: known.encode_queries(train.texts + test.texts)),
        unit="s",
    )
    methods: dict[str, Blend] = {"TF-IDF": by_words(), "encoder": by_meaning(known), "both": by_words_and_meaning(known)}
    for name, method in methods.items():
        begin = time.perf_counter()
        made = method.fit(train.texts, train.labels, SEED)
        yield Row(data=path.name, method=name, measure="training, texts encoded before", value=time.perf_counter() - begin, unit="s")
        for measure_name, value in made.findings.measures.items():
            low, high = made.findings.intervals.get(measure_name, (None, None))
            yield Row(data=f"{path.name}, held out of training", method=name, measure=measure_name, value=value, unit="", low=low, high=high)
        probabilities = made.probabilities(test.texts)
        codes = np.array([made.labels.index(label) if label in made.labels else -1 for label in test.labels])
        inside = codes >= 0
        for measure_name, value in measuring.measures(probabilities[inside], codes[inside], made.calibration.least_probability).items():
            limit = f"≥ {LEAST_ACCURACY:g}" if measure_name == "accuracy" and path.name == "banking77" and not count and name == "both" else ""
            yield Row(data=f"{path.name}, test", method=name, measure=measure_name, value=value, unit="", limit=limit)


class Once:
    """An encoder that encodes each text once, so that methods are compared and not the encoder's speed."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder."""
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        self.model, self.dimensions, self.is_outside = encoder.model, encoder.dimensions, encoder.is_outside

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors, of new texts by the encoder."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known |= dict(zip(new, self._encoder.encode_queries(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.empty((0, self.dimensions), np.float32)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors by the encoder."""
        return self._encoder.encode_passages(texts)


def _parts(path: Path) -> tuple[Labelled, Labelled]:
    """Return the texts to learn from and those to be tested on: of files, of a column, or every fifth text."""
    found: dict[str, Labelled] = {}
    for file in sorted(path.glob("*.csv")) + sorted(path.glob("*.jsonl")):
        for row in _rows(file):
            label = next((str(row[name]) for name in LABELS if row.get(name)), None)
            if label is not None and row.get("text"):
                part = found.setdefault(str(row.get("split") or file.stem), Labelled([], []))
                part.texts.append(str(row["text"]))
                part.labels.append(label)
    if not found:
        raise SystemExit(f"{path} has no CSV or JSONL file with a column text and one of {', '.join(LABELS)}.")
    if {"train", "test"} <= found.keys():
        return found["train"], found["test"]
    whole = Labelled([text for part in found.values() for text in part.texts], [label for part in found.values() for label in part.labels])
    place = np.random.default_rng(SEED).permutation(len(whole.texts)) % 5
    return _chosen(whole, place > 0), _chosen(whole, place == 0)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines) if file.suffix == ".csv" else (msgspec.json.decode(line) for line in lines if line.strip())


def _chosen(whole: Labelled, places: Any) -> Labelled:
    return Labelled([whole.texts[place] for place in np.flatnonzero(places)], [whole.labels[place] for place in np.flatnonzero(places)])


def _some(whole: Labelled, count: int) -> Labelled:
    return _chosen(whole, np.random.default_rng(SEED).permutation(len(whole.texts)) < count)


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
