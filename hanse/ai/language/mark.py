"""The mark of a generated text, for machines: Regulation (EU) 2024/1689, Art. 50(2), asks for one, and (4) for telling people.

It says by the words of the IPTC (NewsCodes, digital source type) that a model made a text, which one, and when; it is written as JSON,
schema.org's JSON-LD, HTML, or a header, and read back. Whoever shows a text says it to people besides, in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape, unescape
from typing import Any, Self
from uuid import UUID

import msgspec

from hanse.base.digital_source import Source

HEADER = "AI-Disclosure"
"""Name of the header, of HTTP and of mail; a structured dictionary (RFC 9651) as draft-abaris-aicdh proposes it, with keys of our own."""
META = "digital-source-type"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Says that a model made a text. It names no person, and neither the question nor the answer."""

    source: Source = Source.GENERATED
    model: str = ""
    """Name of the model in Hanse."""
    template: str = ""
    template_version: str = ""
    call_id: UUID | None = None
    """Its row in the record, where what was asked can be seen as long as it is kept."""
    made_at: datetime | None = None

    def edited(self) -> Self:
        """Return the mark of the text after a person has changed it."""
        return msgspec.structs.replace(self, source=Source.EDITED)

    def plain(self) -> dict[str, str]:
        """Return it for a JSON answer."""
        return {"digital_source_type": self.source.uri, **self._facts()}

    def json_ld(self) -> dict[str, Any]:
        """Return the properties that a `CreativeWork` of schema.org gets."""
        made: dict[str, Any] = {"digitalSourceType": self.source.schema_org}
        if self.made_at:
            made["dateCreated"] = self.made_at.isoformat()
        if self.call_id:
            made["identifier"] = f"urn:uuid:{self.call_id}"
        if self.model:
            made["creator"] = {"@type": "SoftwareApplication", "name": self.model}
        if self.template:
            made["isBasedOn"] = {"@type": "CreativeWork", "name": self.template, "version": self.template_version}
        return made

    def attributes(self) -> str:
        """Return attributes for the HTML element that holds the text."""
        facts = " ".join(f'data-{_dashed(name)}="{escape(value)}"' for name, value in self.plain().items())
        return f"data-ai-generated {facts}"

    def meta(self) -> str:
        """Return an element for the head of an HTML page of which the text is the main part."""
        return f'<meta name="{META}" content="{self.source.uri}"{"".join(f" data-{_dashed(k)}={_quoted(v)}" for k, v in self._facts().items())}>'

    def header(self) -> str:
        """Return the value of the header `AI-Disclosure`, for mails and for answers of HTTP."""
        facts = {"digital-source-type": self.source.uri, **{_dashed(name): value for name, value in self._facts().items()}}
        return ", ".join(("mode=ai-originated", *(f"{name}={_string(value)}" for name, value in facts.items())))

    def _facts(self) -> dict[str, str]:
        facts = {
            "model": self.model,
            "template": self.template,
            "template_version": self.template_version,
            "call_id": str(self.call_id or ""),
            "made_at": self.made_at.isoformat() if self.made_at else "",
        }
        return {name: value for name, value in facts.items() if value}


def read(written: str | Mapping[str, Any]) -> Mark | None:
    """Return the mark in plain data, JSON-LD, the value of a header, or HTML; null where there is none that is whole."""
    facts = _said(written) if isinstance(written, str) else _of_data(written)
    uri = facts.pop("digital_source_type", "")
    source = next((each for each in Source if uri in {each.uri, each.schema_org}), None)
    try:
        return msgspec.convert({"source": source, **facts}, Mark, strict=False) if source else None
    except msgspec.ValidationError:
        return None


_ATTRIBUTE = re.compile(r'\sdata-(digital-source-type|model|template|template-version|call-id|made-at)="([^"]*)"')
_META = re.compile(rf'<meta name="{META}" content="([^"]*)"')
_KEY = re.compile(r'(?:^|,)\s{0,3}(digital-source-type|model|template|template-version|call-id|made-at)="((?:[^"\\]|\\.)*)"')


def _said(written: str) -> dict[str, Any]:
    """Return what a text of HTML or of a header says."""
    found = {_underlined(name): unescape(value) for name, value in _ATTRIBUTE.findall(written)}
    if meta := _META.search(written):
        found["digital_source_type"] = unescape(meta[1])
    return found or {_underlined(name): re.sub(r"\\(.)", r"\1", value) for name, value in _KEY.findall(written)}


def _of_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what plain data or JSON-LD says."""
    if "digitalSourceType" not in data:
        return {name: data[name] for name in ("digital_source_type", *Mark.__struct_fields__[1:]) if name in data}
    creator, based, identifier = _part(data, "creator"), _part(data, "isBasedOn"), str(data.get("identifier", ""))
    facts = {
        "digital_source_type": data["digitalSourceType"],
        "model": creator.get("name"),
        "template": based.get("name"),
        "template_version": based.get("version"),
        "call_id": identifier.removeprefix("urn:uuid:") if identifier.startswith("urn:uuid:") else None,
        "made_at": data.get("dateCreated"),
    }
    return {name: value for name, value in facts.items() if value}


def _part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _string(value: str) -> str:
    """Return a string of a structured field: visible ASCII, with its marks escaped."""
    kept = "".join(each if " " <= each <= "~" else "?" for each in value)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _underlined(name: str) -> str:
    return name.replace("-", "_")
