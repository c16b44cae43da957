"""What names a person wherever it may be written: the identities in the spellings that people and programs use.

Long or unmistakable marks (e-mail addresses, telephone numbers, ids of six signs or more) are found anywhere in a text, as a word of
their own. Short ones, such as the customer number 17, only count as the whole value of a field that names a person: otherwise the
quantities and prices of others would go with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
import phonenumbers

from hanse.data.lake.pseudonymisation import CONTACT_DATA, PEOPLE
from hanse.data.profiles import keys

GONE = "[erased]"
SHORTEST = 6
"""Signs of an id from which on it is taken to mean the same wherever it stands."""

WHOLE_VALUES = ('"{}"', ":{},", ":{}}}", ": {},", ": {}}}")
"""How a short mark looks in JSON as a whole value."""

_SIGNS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[+(0-9][0-9\s()/.‐‑–-]{5,24}[0-9]")


class Marks:
    """The marks of one person."""

    def __init__(self, identities: Iterable[tuple[str, str]], profile_ids: Iterable[UUID] = ()) -> None:
        """Take the identities by kind and value, and the ids of the profiles."""
        named = sorted({*identities, *(("profile_id", str(each)) for each in profile_ids)})
        self.values = sorted({value for _, value in named})
        """All of them as they are kept."""
        self._phones = {value for kind, value in named if kind == "phone" and value.startswith("+")}
        values = {value for _, value in named if value}
        self._short = {value.casefold() for value in values if len(value) < SHORTEST and "@" not in value}
        self._long = sorted(values - {value for value in values if value.casefold() in self._short}, key=len, reverse=True)
        spelled = [spelling for value in self._long for spelling in _spellings(value)]
        self._pattern = re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, spelled))})(?![\w-]|\.\w)", re.IGNORECASE) if spelled else None

    @property
    def patterns(self) -> list[str]:
        """Return patterns of LIKE, one of which small letters that may name the person fit."""
        texts = {spelling.lower() for value in self._long for spelling in _spellings(value)}
        values = {form.format(msgspec.json.encode(value)[1:-1].decode()) for value in self._short for form in WHOLE_VALUES}
        return sorted(f"%{_like(text)}%" for text in texts | values)

    @property
    def digits(self) -> list[str]:
        """Return patterns of LIKE for the digits of a text alone, for telephone numbers however they are written."""
        return sorted(f"%{_national(phone)}%" for phone in self._phones)

    def names(self, value: Any, key: str = "") -> bool:
        """Return whether a value, or anything in it, names the person; `key` is the field it stands in."""
        if isinstance(value, Mapping):
            return any(self.names(name) or self.names(each, _key(name, key)) for name, each in value.items())
        if isinstance(value, list | tuple):
            return any(self.names(each, key) for each in value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        return self._in(str(value), key)

    def without(self, value: Any, key: str = "") -> Any:
        """Return a value in which nothing names the person any more."""
        if isinstance(value, Mapping):
            return {self.without(name): self.without(each, _key(name, key)) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without(each, key) for each in value]
        if isinstance(value, bool) or not isinstance(value, str | int) or not self._in(str(value), key):
            return value
        return self._masked(str(value))

    def _in(self, text: str, key: str) -> bool:
        if self._pattern and self._pattern.search(text):
            return True
        if self._phones and any(self._is_phone(match[0]) for match in _NUMBER.finditer(text)):
            return True
        return text.strip().casefold() in self._short and _names_people(key)

    def _masked(self, text: str) -> str:
        masked = self._pattern.sub(GONE, text) if self._pattern else text
        masked = _NUMBER.sub(lambda match: GONE if self._is_phone(match[0]) else match[0], masked) if self._phones else masked
        return GONE if masked == text else masked

    def _is_phone(self, text: str) -> bool:
        key = keys.key("phone", text)
        return key is not None and key[1] in self._phones


def of_traits(traits: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the addresses and numbers among the traits of a person, as they are written and in their one form."""
    found: set[tuple[str, str]] = set()
    for name, value in traits.items():
        kind = "email" if "mail" in name.lower() else "phone" if name.lower() in {"phone", "mobile", "telephone"} else None
        if kind and isinstance(value, str) and (key := keys.key(kind, value)):
            found |= {key, (kind, value.strip())}
    return found


def read(body: bytes) -> Any:
    """Return a document as it can be searched: JSON, or else its text."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")


def plain(name: object) -> str:
    """Return the name of a field without signs and capitals: `Kunden-Nr.` is `kundennr`."""
    return _SIGNS.sub("", str(name)).casefold()


def _spellings(value: str) -> set[str]:
    escaped = msgspec.json.encode(value)[1:-1].decode()
    found = {value, escaped, value.replace("@", "%40")}
    return found | ({value.removeprefix("+"), value.replace("+", "%2B")} if value.startswith("+") else set())


def _national(phone: str) -> str:
    return str(phonenumbers.parse(phone).national_number)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _key(name: Any, outer: str) -> str:
    """Return the field that a value stands in; the id of a customer is one of a person, whatever it is called inside."""
    own = plain(name)
    return outer if outer in PEOPLE and own in {"id", "number", "nr", "key"} else own


def _names_people(key: str) -> bool:
    return plain(key) in CONTACT_DATA or plain(key) in PEOPLE
