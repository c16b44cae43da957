"""Reads data sets as they are published: sessions, sets, sequences and baskets. Files may be plain or packed, ids may be any words."""

from __future__ import annotations

import gzip
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from benchmarks.recommend import baskets
from benchmarks.recommend.task import Task
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind, Questions, each_step

SPLIT_SEED = 42
TEST_SHARE = 0.25
"""Of the ratings of each user, where a file has no test of its own."""
LOOKED_AT = 200
"""Lines of a test file that tell sessions from sets."""
IGNORED = ("readme", "license", "licence", "original")


class Numbering:
    """Numbers for the words that name items, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, words: Iterable[str]) -> list[int]:
        """Return the number of each word."""
        numbers = self._numbers
        return [numbers.setdefault(word, len(numbers)) for word in words]


class Rows:
    """Rows of items, put end to end as they come."""

    def __init__(self) -> None:
        self.start, self.item = array("q", [0]), array("i")

    def append(self, row: Sequence[int]) -> None:
        """Add one row."""
        self.item.extend(row)
        self.start.append(len(self.item))

    def histories(self, items: int, *, ordered: bool = True) -> Histories:
        """Return them as histories without times."""
        start, item = np.array(self.start, np.int64), np.array(self.item, np.int32)
        place = np.arange(len(item)) - np.repeat(start[:-1], np.diff(start))
        place = place if ordered else np.zeros_like(place)
        return Histories(start, item, place.astype(np.int32), place.astype(np.float64), items)


def tasks(path: Path, kind: Kind | None = None) -> Iterator[Task]:
    """Return the data sets of a folder or a file; the kind is found by the files where it is not told."""
    files = _files(path)
    train, test = _named(files, "train"), _named(files, "test")
    if kind is Kind.BASKET or (kind is None and any(".parquet" in each.name for each in files)):
        yield _baskets(path, files)
    elif train and test:
        found = kind or (Kind.SESSION if _are_sessions(train, test) else Kind.TOPN)
        yield _PAIRS[found](_name(path), train, test)
    elif rated := next((each for each in files if _stem(each).endswith(".inter")), None):
        yield _ratings(_name(path), rated)
    else:
        named = [each for each in files if ".txt" in each.name]
        if not named:
            raise SystemExit(f"No data set was found in {path}: wanted are train and test files, NAME.txt, NAME.inter or transactions.parquet.")
        yield from (_sequences(_stem(each).removesuffix(".txt"), each) for each in named)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise SystemExit(f"There is no folder {path}.")
    found = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
    return [each for each in found if not each.name.lower().startswith(IGNORED)]


def _named(files: Sequence[Path], word: str) -> Path | None:
    """Return the file whose name starts with a word, or else has it; item attributes and parquet are no such file."""
    texts = [each for each in files if ".json" not in each.name and ".parquet" not in each.name]
    return next((each for each in texts if each.name.lower().startswith(word)), next((each for each in texts if word in each.name.lower()), None))


def _name(path: Path) -> str:
    return _stem(path) if path.is_file() else path.resolve().name


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _open(path: Path) -> IO[str]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8", errors="replace") if packed else path.open(encoding="utf-8-sig", errors="replace")


def _lines(path: Path) -> Iterator[str]:
    with _open(path) as text:
        for line in text:
            if line.strip():
                yield line.rstrip("\r\n")


def _are_sessions(train: Path, test: Path) -> bool:
    """Sessions have a tab after the prefix, whose items stand apart by blanks, or a header that names them."""
    first = next(_lines(test), "")
    if "session" in train.name.lower() or ".tsv" in test.name or _header(first):
        return True
    looked = [line for line, _ in zip(_lines(test), range(LOOKED_AT), strict=False)]
    return any(" " in line.split("\t")[0].strip() for line in looked if "\t" in line)


def _header(line: str) -> bool:
    return {"sessionid", "itemid", "time"} <= set(line.lower().replace("_", "").split())


def _sessions(name: str, train: Path, test: Path) -> Task:
    if _header(next(_lines(train), "")):
        return _clicks(name, train, test)
    numbering, sessions, prefixes, answers, skipped = Numbering(), Rows(), Rows(), array("i"), 0
    for line in _lines(train):
        sessions.append(numbering.of(line.split()))
    for line in _lines(test):
        parts = line.split("\t")
        following = parts[1].split() if len(parts) > 1 else []
        if not following:
            skipped += 1
            continue
        prefixes.append(numbering.of(parts[0].split()))
        answers.extend(numbering.of(following[:1]))
    asked = Questions(prefixes.histories(len(numbering)), np.arange(len(answers) + 1), np.array(answers, np.int32))
    note = "the next item of each prefix is asked for, items of the session may be the answer" + (
        f"; {skipped} lines without an answer" * bool(skipped)
    )
    return Task(name, Kind.SESSION, "session", sessions.histories(len(numbering)), asked, note)


def _clicks(name: str, train: Path, test: Path) -> Task:
    """Read files of one click a line, with a header; every click of a test session but the first is asked for."""
    numbering = Numbering()
    logs = [_by_session(path, numbering) for path in (train, test)]
    known, asked = (Histories(each.start, each.item, each.group, each.at, len(numbering)) for each in logs)
    return Task(
        name, Kind.SESSION, "session", known, each_step(asked), "every item of a test session but the first is asked for, given those before it"
    )


def _by_session(path: Path, numbering: Numbering) -> Histories:
    lines = _lines(path)
    header = next(lines).lower().replace("_", "").split()
    columns = [header.index(each) for each in ("sessionid", "itemid", "time")]
    rows = [line.split() for line in lines]
    session = np.unique([row[columns[0]] for row in rows], return_inverse=True)[1]
    item = np.array(numbering.of(row[columns[1]] for row in rows), np.int32)
    at = np.array([float(row[columns[2]]) for row in rows]) / 86_400
    last = np.full(session.max(initial=-1) + 1, -np.inf)
    np.maximum.at(last, session, at)
    order = np.lexsort((at, session, last[session]))
    owner = session[order]
    start = np.append(np.flatnonzero(np.append(True, owner[1:] != owner[:-1])), len(owner)).astype(np.int64)
    place = np.arange(len(owner)) - np.repeat(start[:-1], np.diff(start))
    return Histories(start, item[order], place.astype(np.int32), at[order], len(numbering))


def _sets(name: str, train: Path, test: Path) -> Task:
    """Read files of a user and their items a line; a user may have several lines."""
    numbering = Numbering()
    known, wanted = (_by_user(path, numbering) for path in (train, test))
    log, asked, note = _asking_for_rest(known, wanted, len(numbering))
    return Task(name, Kind.TOPN, "topn", log, asked, "the rest of each set is asked for, items of the set are not answers" + note)


def _by_user(path: Path, numbering: Numbering) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in _lines(path):
        user, *words = line.split()
        found.setdefault(user, []).extend(numbering.of(words))
    return {user: list(dict.fromkeys(items)) for user, items in found.items()}


def _ratings(name: str, path: Path) -> Task:
    """Read a file of ratings of RecBole; a quarter of each user's, drawn by chance, is the test."""
    lines = _lines(path)
    header = [each.split(":")[0] for each in next(lines).split("\t")]
    user, item = header.index("user_id"), header.index("item_id")
    numbering, everything = Numbering(), dict[str, list[int]]()
    for row in (line.split("\t") for line in lines):
        everything.setdefault(row[user], []).extend(numbering.of([row[item]]))
    rng = np.random.default_rng(SPLIT_SEED)
    known, wanted = dict[str, list[int]](), dict[str, list[int]]()
    for owner, items in everything.items():
        drawn = rng.permutation(list(dict.fromkeys(items)))
        hidden = round(len(drawn) * TEST_SHARE)
        known[owner], wanted[owner] = drawn[hidden:].tolist(), drawn[:hidden].tolist()
    note = f"a quarter of each user's items, drawn with seed {SPLIT_SEED}, is asked for; ratings and times are not used"
    log, asked, strangers = _asking_for_rest(known, wanted, len(numbering))
    return Task(name, Kind.TOPN, "ratings", log, asked, note + strangers)


def _asking_for_rest(known: Mapping[str, list[int]], wanted: Mapping[str, list[int]], items: int) -> tuple[Histories, Questions, str]:
    """Return the known sets, questions for the wanted ones, and how many ask without having a known one."""
    log, histories, answers = Rows(), Rows(), Rows()
    for row in known.values():
        log.append(row)
    for user, row in wanted.items():
        if row:
            histories.append(known.get(user, []))
            answers.append(row)
    strangers = sum(1 for user, row in wanted.items() if row and not known.get(user))
    asked = Questions(histories.histories(items, ordered=False), np.array(answers.start, np.int64), np.array(answers.item, np.int32))
    return log.histories(items, ordered=False), asked, f"; {strangers} users have nothing to go by" * bool(strangers)


def _sequences(name: str, path: Path) -> Task:
    """Read a file of a user and their items in order a line; the last is the test."""
    numbering, log, answers, asked = Numbering(), Rows(), array("i"), array("q")
    for line in _lines(path):
        items = numbering.of(line.split()[1:])
        if len(items) >= 3:
            asked.append(len(log.start) - 1)
            answers.append(items.pop())
        log.append(items)
    known = log.histories(len(numbering))
    test = Questions(known.pick(np.array(asked, np.int64)), np.arange(len(answers) + 1), np.array(answers, np.int32))
    note = "leave-one-out: the last item of those with three or more is asked for, among all but their earlier ones; settings are chosen by the one before"
    return Task(name, Kind.SEQUENCE, "sequence", known, test, note + "; attributes of items are not used")


def _baskets(path: Path, files: Sequence[Path]) -> Task:
    log, test, note = baskets.read(files)
    return Task(_name(path), Kind.BASKET, "basket", log, test, note)


def _either(name: str, train: Path, test: Path) -> Task:
    raise SystemExit(f"{name} has a train and a test file, {train.name} and {test.name}; a sequence is one file.")


_PAIRS: Mapping[Kind, Callable[[str, Path, Path], Task]] = {Kind.SESSION: _sessions, Kind.TOPN: _sets, Kind.SEQUENCE: _either}
