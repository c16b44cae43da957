"""Imports of files, and dead letters: what could not be taken in, kept to be repaired and replayed."""

from hanse.data.imports.schemas import DeadLetter, DeadLetterFilter, DeadLetterGroup, DeadLetterPage, ImportRecord
from hanse.data.imports.store import (
    add_dead_letters,
    begin,
    close_dead_letter,
    count_open,
    dead_letter,
    dead_letter_groups,
    dismiss,
    fail,
    fail_abandoned,
    find,
    finish,
    hold,
    list_dead_letters,
    list_imports,
)

__all__ = [
    "DeadLetter",
    "DeadLetterFilter",
    "DeadLetterGroup",
    "DeadLetterPage",
    "ImportRecord",
    "add_dead_letters",
    "begin",
    "close_dead_letter",
    "count_open",
    "dead_letter",
    "dead_letter_groups",
    "dismiss",
    "fail",
    "fail_abandoned",
    "find",
    "finish",
    "hold",
    "list_dead_letters",
    "list_imports",
]
