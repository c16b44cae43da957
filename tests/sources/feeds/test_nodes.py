"""XML is read as a flat stream with exact lines, and what could hurt is refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from hanse.sources.feeds import nodes
from hanse.sources.feeds.errors import HostileFeed
from hanse.sources.feeds.nodes import Break, Node, Opening, Part, Remark
from tests.sources.conftest import Write


def parts(path: Path) -> list[Part]:
    return list(nodes.read(path, ("P",), openings=("T",)))


def test_elements_come_whole_in_order_and_with_their_lines(write: Write) -> None:
    found = parts(write("x.xml", '<R>\n<T v="1">\n<P a="b">\n<N>one</N>\n<N><![CDATA[<two>]]></N>\n</P>\n</T>\n<P/>\n</R>'))
    root, opening, first, second = found
    assert isinstance(root, Opening)
    assert isinstance(opening, Opening)
    assert (root.name, opening.name, opening.attributes, opening.line) == ("R", "T", {"v": "1"}, 2)
    assert isinstance(first, Node)
    assert isinstance(second, Node)
    assert (first.line, first.attributes, [(each.text, each.line) for each in first.children]) == (3, {"a": "b"}, [("one", 4), ("<two>", 5)])
    assert (second.line, list(second.children)) == (8, [])


def test_lines_are_exact_beyond_what_libraries_count_in_two_bytes(write: Write) -> None:
    (_, node) = parts(write("x.xml", "<R>" + "\n" * 70_000 + "<P/></R>"))
    assert isinstance(node, Node)
    assert node.line == 70_001


def test_namespaces_are_passed_over(write: Write) -> None:
    (_, node) = parts(write("x.xml", '<b:R xmlns:b="http://www.bmecat.org/bmecat/2005"><b:P><b:N>1</b:N></b:P></b:R>'))
    assert isinstance(node, Node)
    assert node.said("N") == "1"


def test_entities_are_named_and_never_expanded(write: Write) -> None:
    declared = '<!DOCTYPE R [<!ENTITY own "secret"><!ENTITY ext SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://localhost/x"> %p;]>'
    found = parts(write("x.xml", f"{declared}<R><P><N>&own;&ext;&auml;&nowhere;</N></P></R>"))
    (node,) = [each for each in found if isinstance(each, Node)]
    assert node.said("N") == "&own;&ext;ä&nowhere;"
    assert [each.facts["entity"] for each in found if isinstance(each, Remark)] == ["&own;", "&ext;", "&nowhere;"]


def test_a_doctype_is_not_fetched(write: Write) -> None:
    found = parts(write("x.xml", '<!DOCTYPE R SYSTEM "http://localhost:1/bmecat.dtd"><R><P/></R>'))
    assert isinstance(found[-1], Node)


def bomb(levels: int = 10) -> str:
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, levels))
    return f'<!DOCTYPE R [<!ENTITY l0 "lol">{entities}]><R><P><N>&l{levels - 1};</N></P></R>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bomb(), "made of other entities"),
        (f'<!DOCTYPE R [<!ENTITY a "{"x" * 5_000}">]><R a="{"&a;" * 1000}"><P/></R>', "too long"),
        ("<R>" + "<P>" * 1_000_000, "64 deep"),
        ("<R>" + "<X>" * 1_000_000, "64 deep"),
        ("<R><P>" + "<N/>" * 250_000, "200,000 elements"),
        ("<R><!--" + "x" * 5_000_000, "4 million bytes"),
        ('<R><P a="' + "x" * 5_000_000, "4 million bytes"),
        ("<R><P>" + f"<N>{'x' * 900_000}</N>" * 30, "20,000,000 characters"),
    ],
    ids=["billion laughs", "quadratic", "nested where read", "nested elsewhere", "too many children", "comment", "attribute", "too much text"],
)
def test_what_could_hurt_is_refused(write: Write, content: str, reason: str) -> None:
    with pytest.raises(HostileFeed, match=reason):
        parts(write("x.xml", content))


def test_a_long_text_is_cut_and_told(write: Write) -> None:
    found = parts(write("x.xml", f"<R><P><N>{'x' * 3_000_000}</N></P></R>"))
    (node,) = [each for each in found if isinstance(each, Node)]
    assert len(node.said("N")) <= nodes.LONGEST_TEXT
    assert [each.code for each in found if isinstance(each, Remark)] == ["text_cut"]


@pytest.mark.parametrize("content", ["", "   ", "no xml", "<R><P></R>", "<R><P>1</P>", "<R>\x01<P/></R>"])
def test_broken_xml_ends_with_its_line(write: Write, content: str) -> None:
    last = parts(write("x.xml", content))[-1]
    assert isinstance(last, Break)
    assert (last.line, bool(last.reason)) == (1, True)


def test_what_came_before_the_break_is_there(write: Write) -> None:
    found = parts(write("x.xml", "<R>\n<P><N>1</N></P>\n<P><N>2</N>"))
    assert [type(each) for each in found] == [Opening, Node, Break]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-8", "utf-8"), ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("UTF-16", "utf-16"), ("UTF-8", "utf-8-sig")],
)
def test_encodings_are_read_as_declared(write: Write, declared: str, encoding: str) -> None:
    (_, node) = parts(write("x.xml", f'<?xml version="1.0" encoding="{declared}"?><R><P><N>Größe</N></P></R>'.encode(encoding)))
    assert isinstance(node, Node)
    assert node.said("N") == "Größe"


def test_a_file_that_is_not_what_it_says_is_read_as_windows_1252(write: Write) -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<R>\n<P><N>Größe – 5 €</N></P>\n' + "<P><N>ß</N></P>\n" * 20_000 + "</R>"
    found = parts(write("x.xml", text.encode("cp1252")))
    read = [each.said("N") for each in found if isinstance(each, Node)]
    assert (read[0], set(read[1:])) == ("Größe – 5 €", {"ß"})
    assert [(each.code, each.line) for each in found if isinstance(each, Remark)] == [("wrong_encoding", 3)]


def test_a_character_across_two_chunks_is_one(write: Write) -> None:
    space = "x" * (nodes.CHUNK_BYTES - len("<R><!---->") - 1)
    (_, node) = parts(write("x.xml", f"<R><!--{space}--><P><N>{'ä' * nodes.CHUNK_BYTES}</N></P></R>"))
    assert isinstance(node, Node)
    assert set(node.said("N")) == {"ä"}


def test_memory_stays_flat(write: Write) -> None:
    """Ten megabytes of elements, one at a time."""
    path = write("x.xml", "<R>" + f"<P><N>{'0123456789' * 80}</N><N>1</N></P>\n" * 12_000 + "</R>")
    tracemalloc.start()
    count = sum(isinstance(each, Node) for each in nodes.read(path, ("P",)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 12_000
    assert peak < 5_000_000
