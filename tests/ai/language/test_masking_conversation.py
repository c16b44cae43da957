"""Placeholders: what was masked comes back as it was, whatever a model does to them, and never as somebody else's."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hanse.ai.language.masking import Conversation

PIECES = st.sampled_from(
    [
        "Frau Pohl ",
        "anna@example.org",
        "<PERSON_1>",
        "PERSON_1",
        "&lt;EMAIL_2&gt;",
        "\\<PERSON\\_1\\>",
        "IBAN DE89370400440532013000 ",
        "<",
        ">",
        "_1",
        "PERSON",
        "0341 158929 ",
        "&lt;",
        "\\",
        "b",
        "\n",
        "R&ouml;mer ",
        "\u200b",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS)
def test_what_is_put_back_equals_the_original(text: str) -> None:
    conversation = Conversation()
    assert conversation.restore(conversation.mask(text)) == text


@given(TEXTS, st.lists(st.integers(0, 400), max_size=6))
def test_wherever_a_stream_is_cut_the_answer_is_the_same(text: str, cuts: list[int]) -> None:
    conversation = Conversation()
    masked = conversation.mask(text)
    places = [0, *sorted(min(cut, len(masked)) for cut in cuts), len(masked)]
    stream = conversation.stream()
    said = "".join(stream.feed(masked[start:end]) for start, end in pairwise(places)) + stream.end()
    assert said == text


def test_a_stream_says_what_it_can() -> None:
    conversation = Conversation()
    conversation.mask("Frau Pohl")
    stream = conversation.stream()
    assert [stream.feed(piece) for piece in ("Guten Tag, Frau <PER", "SON", "_1>, Ihr")] == ["Guten Tag, Frau ", "", "Pohl, "]
    assert stream.end() == "Ihr"


def test_a_model_may_change_case_mark_up_and_endings() -> None:
    conversation = Conversation()
    assert conversation.mask("Frau Pohl, anna@example.org") == "Frau <PERSON_1>, <EMAIL_1>"
    answers = {
        "<PERSON_1>s Paket": "Pohls Paket",
        "**<person_1>**": "**Pohl**",
        "PERSON_1 und PERSON_1s Paket": "Pohl und Pohls Paket",
        "\\<PERSON\\_1\\>": "Pohl",
        "&lt;PERSON_1&gt;": "Pohl",
        "[EMAIL_1](mailto:<EMAIL_1>)": "[anna@example.org](mailto:anna@example.org)",
        "<PERSON_01>": "Pohl",
    }
    assert {answer: conversation.restore(answer) for answer in answers} == answers


def test_what_a_model_makes_up_is_nobody() -> None:
    conversation = Conversation()
    conversation.mask("Frau Pohl, anna@example.org")
    for invented in ("<PERSON_2>", "<EMAIL_11>", "<PHONE_1>", "PERSON_12", "<PERSON_1_2>", "XPERSON_1"):
        assert conversation.restore(invented) == invented
    assert conversation.strangers("<PERSON_1> und <PERSON_7>") == ["<PERSON_7>"]


def test_placeholders_of_the_text_itself_stay_what_they_were() -> None:
    conversation = Conversation()
    masked = conversation.mask("Frau Pohl schrieb <PERSON_1> in die Mail")
    assert masked == "Frau <PERSON_1> schrieb <LITERAL_1> in die Mail"
    assert conversation.restore(masked) == "Frau Pohl schrieb <PERSON_1> in die Mail"


def test_what_a_model_wrote_keeps_its_placeholders_and_nothing_else() -> None:
    conversation = Conversation()
    conversation.mask("Frau Pohl, anna@example.org")
    said = conversation.mask_reply("Frau <PERSON_1>, &lt;EMAIL_1&gt; und <PERSON_7> oder Herr Gunpf")
    assert said == "Frau <PERSON_1>, &lt;EMAIL_1&gt; und <LITERAL_1> oder Herr <PERSON_2>"
    assert conversation.restore(said) == "Frau Pohl, anna@example.org und <PERSON_7> oder Herr Gunpf"


def test_one_value_has_one_number_in_all_texts_and_each_spelling_its_letter() -> None:
    conversation = Conversation()
    assert [conversation.mask(text) for text in ("Frau Pohl", "FRAU POHL", "Herr Pohl", "Herr Gunpf")] == [
        "Frau <PERSON_1>",
        "FRAU <PERSON_1b>",
        "Herr <PERSON_1>",
        "Herr <PERSON_2>",
    ]


def test_true_values_come_back_inside_structures_and_stay_inside() -> None:
    conversation = Conversation()
    masked = conversation.mask_all({"to": ["anna@example.org"], "count": 2, "note": ("Frau Pohl",)})
    assert masked == {"to": ["<EMAIL_1>"], "count": 2, "note": ("Frau <PERSON_1>",)}
    assert conversation.restore_all(masked) == {"to": ["anna@example.org"], "count": 2, "note": ("Frau Pohl",)}
