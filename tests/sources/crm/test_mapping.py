"""A mapping is checked when it is saved, and says which field is wrong; what it names comes with its type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.sources.crm import mapping as mappings
from hanse.sources.crm.errors import InvalidMapping
from hanse.sources.crm.schemas import Mapping

FACTS: dict[str, Any] = {
    "subject": "An answer",
    "text": "Done.",
    "occurred_at": datetime(2026, 6, 15, 12, tzinfo=UTC),
    "facts": {"amount": 12.5, "items": ["a", "b"], "deep": {"er": 1}, "na.me": "dotted"},
    "traits": {"lifetime_value": 900},
    "person": {"user_id": "4711"},
}


def mapping(**facts: Any) -> Mapping:
    return msgspec.convert(facts, Mapping)


def fields(**values: Any) -> Mapping:
    return mapping(entries=[{"kinds": ["*"], "fields": values}])


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{facts.amount}", 12.5),
        ("{facts.items}", ["a", "b"]),
        ("{facts.deep.er}", 1),
        ("{facts.na.me}", "dotted"),
        ("{facts.nothing}", None),
        ("Amount: {facts.amount} ({traits.lifetime_value})", "Amount: 12.5 (900)"),
        ("{person.user_id}", "4711"),
        ("{occurred_at}", "2026-06-15T12:00:00Z"),
        ("at {occurred_at}", "at 2026-06-15T12:00:00+00:00"),
        ("{{subject}}", "{subject}"),
        ("nothing: {facts.nothing}.", "nothing: ."),
        (3, 3),
        (None, None),
        (True, True),
        ({"a": ["{subject}", 1]}, {"a": ["An answer", 1]}),
    ],
)
def test_a_field_is_filled(template: Any, value: Any) -> None:
    mappings.check(fields(x=template))
    assert mappings.apply({"x": template}, FACTS) == {"x": value}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (fields(title="{foo}"), r"entries\[0\]\.fields\.title: there is no \{foo\}; there are entry_id, kind, .*facts\.NAME"),
        (fields(title="{subject"), r"entries\[0\]\.fields\.title: a brace stands alone; write \{\{"),
        (fields(title={"deep": ["}"]}), r"entries\[0\]\.fields\.title\.deep\[0\]: a brace stands alone"),
        (fields(title="{facts.}"), r"there is no \{facts\.\}"),
        (fields(title="{person.__class__}" * 400), "more than 5000 characters"),
        (fields(), r"entries\[0\]\.fields: there has to be at least one field"),
        (mapping(), "entries: there has to be a rule"),
        (mapping(traits=[{"trait": "a", "field": "x"}, {"trait": "b", "field": "x"}]), r"traits\[1\]\.field: two traits would go to x"),
    ],
)
def test_what_cannot_work_is_told_with_its_field(wrong: Mapping, words: str) -> None:
    with pytest.raises(InvalidMapping, match=words) as told:
        mappings.check(wrong)
    assert told.value.fields[0].field in str(told.value)


def test_the_first_rule_that_names_a_kind_counts() -> None:
    found = mapping(entries=[{"kinds": ["note_added"], "to": "note", "fields": {"a": 1}}, {"kinds": ["*"], "to": "other", "fields": {"a": 1}}])
    assert [mappings.rule_for(found, kind).to for kind in ("note_added", "order_answered")] == ["note", "other"]  # type: ignore[union-attr]  # both are named
    assert mappings.kinds(found) == ["*", "note_added"]


def test_only_traits_that_are_named_are_read() -> None:
    found = mapping(
        entries=[{"kinds": ["*"], "fields": {"a": "{traits.segment} {traits.city}"}}], traits=[{"trait": "lifetime_value", "field": "ltv"}]
    )
    assert mappings.read_traits(found) == {"segment", "city", "lifetime_value"}
    assert mappings.traits(found) == ["lifetime_value"]


@given(st.text(max_size=50), st.text(max_size=50))
def test_what_is_put_in_is_never_read_as_a_template(subject: str, other: str) -> None:
    assert mappings.apply({"x": "<{subject}>"}, {**FACTS, "subject": "{text}" + subject + other}) == {"x": "<{text}" + subject + other + ">"}
