"""What an entry says where nobody has worded it: one line by its kind, in English and German; the German stands in `de.po`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanse.base import translation

SUBJECTS = {
    "consent_changed": "Consent: {purpose}, {state}",
    "note_added": "Note by {author}",
    "note_removed": "A note was removed",
    "profile_merged": "Two customers were merged",
    "profile_unmerged": "A merge was taken back",
    "profile_rectified": "Customer data was set right",
    "processing_restricted": "Processing is restricted (Art. 18 DSGVO)",
    "restriction_lifted": "The restriction was lifted",
    "privacy_export": "Customer data was given to the person",
    "privacy_erase": "Erasure was asked for",
    "trait_changed": "Traits changed",
    "profile_erased": "The customer was erased (Art. 17 DSGVO)",
}
VALUES = {
    "granted": "granted",
    "denied": "denied",
    "withdrawn": "withdrawn",
    "requested": "requested",
    "confirmed": "confirmed",
    "advertising": "advertising",
    "personalisation": "personalisation",
    "statistics": "statistics",
}


def say(text: str, language: str) -> str:
    """Return a text in a language."""
    return translation.say(__package__, text, language)


def subject(kind: str, facts: Mapping[str, Any], language: str) -> str:
    """Return one line for a kind of entry: the kind itself where there are no words for it."""
    known = SUBJECTS.get(kind)
    if known is None:
        return kind.replace("_", " ").capitalize()
    worded = {name: say(VALUES.get(str(value), str(value)), language) for name, value in facts.items()}
    return say(known, language).format_map(_Missing(worded))


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
