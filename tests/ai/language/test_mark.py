"""The mark of a generated text is written in every way and read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from hanse.ai.language import mark
from hanse.ai.language.mark import Mark
from hanse.base.digital_source import Source

MARK = Mark(
    model="house",
    template='letter "a" <b>',
    template_version="3",
    call_id=UUID("019ecb27-2200-707f-8163-043bedd2707d"),
    made_at=datetime(2026, 8, 2, 12, tzinfo=UTC),
)
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.mark.parametrize("made", [MARK, MARK.edited(), Mark()])
def test_a_mark_is_read_back_from_whatever_it_was_written_to(made: Mark) -> None:
    page = f"<html><head>{made.meta()}</head><body><p>No mark</p></body></html>"
    for written in (made.plain(), made.json_ld(), f"<p {made.attributes()}>Hello</p>", page, made.header()):
        assert mark.read(written) == made


def test_the_words_are_those_of_the_iptc_and_of_schema_org() -> None:
    assert MARK.plain()["digital_source_type"] == f"{IPTC}trainedAlgorithmicMedia"
    assert MARK.edited().source.uri == f"{IPTC}compositeWithTrainedAlgorithmicMedia"
    assert MARK.json_ld()["digitalSourceType"] == "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
    assert Source.EDITED.schema_org == "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource"
    assert MARK.header().startswith(f'mode=ai-originated, digital-source-type="{IPTC}trainedAlgorithmicMedia", model="house"')


def test_nothing_breaks_out_of_a_header_or_an_element() -> None:
    evil = Mark(model='x"><script>\r\nBcc: a@b.example')
    assert "<script>" not in evil.attributes() + evil.meta()
    assert "\n" not in evil.header()


@pytest.mark.parametrize(
    "written",
    ["", "<p>Hello</p>", {}, {"digital_source_type": "x"}, {"digitalSourceType": f"{IPTC}trainedAlgorithmicMedia", "identifier": "urn:uuid:1"}],
)
def test_what_is_no_whole_mark_is_none(written: Any) -> None:
    assert mark.read(written) is None
