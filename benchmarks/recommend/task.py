"""What is asked of a recommender: a log to learn from and questions about what came after; kept in a folder of arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.questions import Kind, Questions


@dataclass(frozen=True)
class Task:
    """One data set, split; the test is asked once, everything is chosen by a part of the log."""

    name: str
    kind: Kind
    protocol: str
    """Which measures are usual: the kind, or `ratings` for the split of rated films."""
    log: Histories
    test: Questions
    note: str
    """How it was split, and what was left out, in words."""

    @property
    def size(self) -> str:
        """Return how much there is, in words."""
        histories, answers = f"{len(self.log):,} histories, {len(self.log.item):,} interactions", len(self.test.answer)
        known = len(np.unique(self.log.item))
        return f"{histories}, {known:,} items ({self.log.items - known:,} more in the test alone); {len(self.test):,} questions, {answers:,} answers"

    def save(self, folder: Path) -> None:
        """Write it as arrays that any NumPy reads."""
        folder.mkdir(parents=True, exist_ok=True)
        save_histories(folder, "log", self.log)
        save_questions(folder, "test", self.test)
        facts = {"name": self.name, "kind": self.kind.value, "protocol": self.protocol, "items": self.log.items, "note": self.note}
        (folder / "task.json").write_text(json.dumps(facts))

    @classmethod
    def load(cls, folder: Path) -> Task:
        """Read what `save` wrote."""
        facts = json.loads((folder / "task.json").read_text())
        log, asked = _histories(folder, "log", facts["items"]), _histories(folder, "test", facts["items"])
        test = Questions(asked, np.load(folder / "test_answer_start.npy"), np.load(folder / "test_answer.npy"))
        return cls(facts["name"], Kind(facts["kind"]), facts["protocol"], log, test, facts["note"])


def save_histories(folder: Path, name: str, histories: Histories) -> None:
    """Write the arrays of histories, each to a file of its own."""
    for part in ("start", "item", "group", "at"):
        np.save(folder / f"{name}_{part}.npy", getattr(histories, part))


def save_questions(folder: Path, name: str, asked: Questions) -> None:
    """Write questions and their answers."""
    save_histories(folder, name, asked.histories)
    np.save(folder / f"{name}_answer_start.npy", asked.start)
    np.save(folder / f"{name}_answer.npy", asked.answer)


def _histories(folder: Path, name: str, items: int) -> Histories:
    start, item, group, at = (np.load(folder / f"{name}_{part}.npy") for part in ("start", "item", "group", "at"))
    return Histories(start, item, group, at, items)
