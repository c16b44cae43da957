"""Requests of tracking clients become events; what cannot become one says which field is wrong, and never harms its neighbours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from hanse.data.events import Event, EventType, requests
from hanse.data.events.errors import UnreadableBody
from hanse.data.events.requests import Rejected

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
GOOD = b'{"type":"track","event":"Product Viewed","userId":"u-1","messageId":"good"}'


def read(body: bytes | dict[str, Any], kind: str | None = None) -> list[Event | Rejected]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    taken = requests.read(data, is_batch=kind is None)
    return taken.events(taken.envelope("shop", NOW, kind), 0, len(taken.items))


def only(body: bytes | dict[str, Any], kind: str = "track") -> Event:
    (found,) = read(body, kind)
    assert isinstance(found, Event), found
    return found


def rejected(body: bytes | dict[str, Any], kind: str = "track") -> tuple[str, str]:
    (found,) = read(body, kind)
    assert isinstance(found, Rejected), found
    assert found.unfit.remedy
    return found.unfit.field, found.unfit.reason


def plain(raw: dict[str, Any] | msgspec.Raw) -> dict[str, Any]:
    assert isinstance(raw, msgspec.Raw)
    decoded: dict[str, Any] = msgspec.json.decode(raw)
    return decoded


def test_a_track_call_is_an_event() -> None:
    found = only({"event": "Product Viewed", "userId": "u-1", "messageId": "m-1", "properties": {"price": 2.5}, "context": {"locale": "de"}})
    assert (found.type, found.name, found.user_id, found.message_id, found.source) == (EventType.TRACK, "Product Viewed", "u-1", "m-1", "shop")
    assert (plain(found.properties), plain(found.context)) == ({"price": 2.5}, {"locale": "de"})
    assert (found.occurred_at, found.received_at) == (NOW, NOW)


def test_the_address_decides_the_type() -> None:
    assert only({"type": "screen", "userId": "u-1"}, "page").type is EventType.PAGE


def test_a_message_without_an_id_gets_one_of_its_own() -> None:
    first, second = (only({"event": "a", "userId": "u-1"}) for _ in range(2))
    assert first.message_id != second.message_id


def test_spaces_around_ids_mean_nothing_and_empty_ones_are_none() -> None:
    found = only({"event": " a ", "userId": " u-1 ", "anonymousId": "  ", "messageId": " m "})
    assert (found.name, found.user_id, found.anonymous_id, found.message_id) == ("a", "u-1", None, "m")


def test_numbers_as_ids_become_text() -> None:
    found = only({"event": "a", "userId": 4711, "anonymousId": 12.0})
    assert (found.user_id, found.anonymous_id) == ("4711", "12")


def test_times_are_kept_and_put_right() -> None:
    found = only({"event": "a", "userId": "u", "timestamp": "2026-01-01T10:00:00Z", "sentAt": "2026-01-01T10:05:00.5+00:00"})
    assert found.original_at == datetime(2026, 1, 1, 10, 0, tzinfo=UTC)
    assert found.sent_at == datetime(2026, 1, 1, 10, 5, 0, 500_000, tzinfo=UTC)
    assert found.occurred_at == datetime(2026, 6, 15, 11, 54, 59, 500_000, tzinfo=UTC)
    assert plain(found.context)["intake"] == {"clock": "skewed"}


def test_what_a_batch_has_in_common_reaches_each_message() -> None:
    body = {
        "batch": [{"type": "track", "event": "a", "userId": "u", "context": {"locale": "de"}, "timestamp": "2026-06-15T11:00:00Z"}],
        "context": {"locale": "en", "app": {"name": "shop"}},
        "integrations": {"All": False},
        "sentAt": "2026-06-15T11:59:00Z",
    }
    (found,) = read(body)
    assert isinstance(found, Event)
    assert plain(found.context) == {"locale": "de", "app": {"name": "shop"}, "integrations": {"All": False}}
    assert found.occurred_at == datetime(2026, 6, 15, 11, 1, tzinfo=UTC)


def test_a_page_has_its_name_and_category_in_its_properties() -> None:
    found = only({"name": "Home", "category": "Start", "anonymousId": "b", "properties": {"path": "/", "name": "own"}}, "page")
    assert found.name == "Home"
    assert plain(found.properties) == {"category": "Start", "path": "/", "name": "own"}


def test_a_long_name_of_a_page_is_shortened_only_where_it_is_an_index() -> None:
    found = only({"name": "x" * 5000, "anonymousId": "b"}, "page")
    assert (len(found.name or ""), len(plain(found.properties)["name"])) == (200, 5000)


def test_traits_come_from_the_message_or_where_rudderstack_has_them() -> None:
    ours = only({"userId": "u", "traits": {"email": "a@example.org"}, "context": {"traits": {"email": "b@example.org"}}}, "identify")
    theirs = only({"userId": "u", "context": {"traits": {"email": "b@example.org"}}, "channel": "server", "integrations": {"All": True}}, "identify")
    assert plain(ours.properties) == {"email": "a@example.org"}
    assert plain(theirs.properties) == {"email": "b@example.org"}
    assert plain(theirs.context) == {"traits": {"email": "b@example.org"}, "channel": "server"}


def test_groups_and_aliases_keep_their_other_id_in_the_context() -> None:
    group = only({"userId": "u", "groupId": "g-1", "traits": {"name": "Firma"}}, "group")
    alias = only({"userId": "u", "previousId": "b-1"}, "alias")
    assert (plain(group.context), plain(group.properties)) == ({"groupId": "g-1"}, {"name": "Firma"})
    assert plain(alias.context) == {"previousId": "b-1"}


def test_the_first_version_of_the_specification_becomes_the_second() -> None:
    found = only({"event": "Completed Order", "userId": "u", "properties": {"orderId": "o-1"}})
    assert (found.name, plain(found.properties)) == ("Order Completed", {"orderId": "o-1", "order_id": "o-1"})
    assert plain(found.context) == {"intake": {"event": "Completed Order"}}


def test_empty_lists_of_php_are_empty_objects() -> None:
    found = only({"event": "a", "userId": "u", "properties": [], "context": [], "integrations": []})
    assert (plain(found.properties), plain(found.context)) == ({}, {})


@pytest.mark.parametrize(
    ("kind", "message", "field"),
    [
        ("track", {"userId": "u"}, "event"),
        ("track", {"userId": "u", "event": "  "}, "event"),
        ("track", {"userId": "u", "event": "x" * 201}, "event"),
        ("track", {"userId": "u", "event": True}, "event"),
        ("track", {"event": "a"}, "userId"),
        ("track", {"event": "a", "userId": {"id": 1}}, "userId"),
        ("track", {"event": "a", "userId": "u" * 201}, "userId"),
        ("track", {"event": "a", "userId": "u\0"}, "userId"),
        ("track", {"event": "a", "userId": "u", "messageId": "m" * 201}, "messageId"),
        ("track", {"event": "a", "userId": "u", "properties": "text"}, "properties"),
        ("track", {"event": "a", "userId": "u", "properties": ["a"]}, "properties"),
        ("track", {"event": "a", "userId": "u", "context": 7}, "context"),
        ("track", {"event": "a", "userId": "u", "timestamp": "yesterday"}, "timestamp"),
        ("track", {"event": "a", "userId": "u", "timestamp": 1795283357}, "timestamp"),
        ("group", {"userId": "u"}, "groupId"),
        ("alias", {"userId": "u"}, "previousId"),
        ("track", {"event": "a", "userId": "u", "properties": {"a": float("nan")}}, "properties.a"),
        ("track", {"event": "a", "userId": "u", "properties": {"a": [1, {"b": float("inf")}]}}, "properties.a[1].b"),
        ("track", {"event": "a", "userId": "u", "properties": {"a": "x" * 1_000_001}}, "properties"),
    ],
)
def test_what_does_not_fit_is_named(kind: str, message: dict[str, Any], field: str) -> None:
    assert rejected(message, kind)[0] == field


def test_an_unknown_type_is_named() -> None:
    (found,) = read({"batch": [{"type": "purchase", "userId": "u"}]})
    assert isinstance(found, Rejected)
    assert found.unfit.field == "type"


def test_an_unreadable_time_of_sending_is_noted_and_costs_no_event() -> None:
    found = only({"event": "a", "userId": "u", "sentAt": "now"})
    assert plain(found.context)["intake"] == {"sentAt": "unreadable"}


@pytest.mark.parametrize("year", ["0001", "9999"])
@pytest.mark.parametrize("zone", ["Z", "+14:00", "-12:00"])
def test_dates_at_the_edge_of_time_count_as_of_their_arrival(year: str, zone: str) -> None:
    found = only({"event": "a", "userId": "u", "timestamp": f"{year}-01-01T00:00:00{zone}"})
    assert found.occurred_at == NOW
    assert plain(found.context)["intake"]["clock"] in {"past", "future"}


def test_numbers_beyond_64_bits_are_kept_exactly() -> None:
    found = only(b'{"event":"a","userId":"u","properties":{"n":123456789012345678901234567890}}')
    assert plain(found.properties) == {"n": 123456789012345678901234567890}


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 5000])
def test_numbers_that_are_none_are_named(number: bytes) -> None:
    assert rejected(b'{"event":"a","userId":"u","properties":{"n":' + number + b"}}") == ("properties.n", "The number is too large.")


@pytest.mark.parametrize("text", [b"\xff\xfe", b"\\ud800", b"a\\ud800b", b"\x00", b"\\u0000", b"\x07"])
def test_text_that_no_database_holds_is_repaired(text: bytes) -> None:
    found = only(b'{"event":"a","userId":"u","properties":{"title":"x' + text + b'"}}')
    title = json.loads(bytes(found.properties).decode())["title"]  # type: ignore[arg-type]  # raw JSON
    assert title.startswith("x")
    assert not {"\ud800"} & set(title)


@pytest.mark.parametrize("text", [b"\xff", b"\\ud800", b"\x00", b"\\u0000"])
@pytest.mark.parametrize("name", [b"userId", b"anonymousId", b"messageId"])
def test_ids_are_never_repaired(name: bytes, text: bytes) -> None:
    body = b'{"event":"a","groupId":"g","userId":"u","anonymousId":"b","' + name + b'":"x' + text + b'"}'
    assert rejected(body)[0] == name.decode()


BAD = [
    b'"text"',
    b"7",
    b"null",
    b"[]",
    b'{"type":"track"}',
    b'{"type":"track","event":"a","userId":"u","properties":{"a":NaN}}',
    b'{"type":"track","event":"a","userId":"u","properties":{"a":1e999}}',
    b'{"type":"track","event":"a","userId":"\\ud800"}',
    b'{"type":"track","event":"a","userId":"\xff"}',
    b'{"type":"track","event":"a","userId":"u\x00"}',
    b'{"type":"track","event":"a","userId":"u","properties":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    b'{"type":"track","event":"a","userId":"u","properties":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}}",
    b'{"type":"track","event":"a","userId":"u","properties":{"a":' + b"[" * 200 + b"]" * 200 + b"}}",
    b'{"type":"track","event":"a","userId":"u","properties":{"a":"' + b"x" * 10_000_000 + b'"}}',
    b'{"type":"track","event":"a","userId":"u","timestamp":"0000-00-00"}',
]


@pytest.mark.parametrize("bad", BAD, ids=[each[:60].decode("latin-1") + str(len(each)) for each in BAD])
def test_a_bad_message_never_harms_its_neighbours(bad: bytes) -> None:
    before, found, after = read(b'{"batch":[' + GOOD + b"," + bad + b"," + GOOD + b'],"sentAt":"2026-06-15T12:00:00Z"}')
    assert isinstance(before, Event)
    assert isinstance(after, Event)
    assert (before.user_id, after.sent_at) == ("u-1", NOW)
    assert isinstance(found, Rejected)
    assert found.unfit.field


def test_a_bomb_of_brackets_names_the_property_it_is_in() -> None:
    field, reason = rejected(b'{"event":"a","userId":"u","properties":{"deep":' + b"[" * 50_000 + b"]" * 50_000 + b"}}")
    assert (field, reason) == ("properties.deep", "It is nested too deeply.")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1", b"not json", b'{"batch":[', b'{"batch":"text"}', b'"text"', b"7", b"[" * 100_000, b"{" * 100_000, b'{"a":1}}', b"\xff\xfe\x00"],
)
def test_a_request_that_is_no_json_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        requests.read(body, is_batch=True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings_of_json_are_understood(encoding: str) -> None:
    (found,) = read(GOOD.decode().encode(encoding), "track")
    assert isinstance(found, Event)


def test_a_list_of_messages_is_a_batch() -> None:
    assert len(read(b"[" + GOOD + b"," + GOOD + b"]")) == 2


def test_a_large_batch_is_read_piece_by_piece() -> None:
    messages = b",".join([GOOD] * 20_000)
    taken = requests.read(b'{"writeKey":"k","sentAt":"2026-06-15T12:00:00Z","batch":[' + messages + b"]}", is_batch=True)
    assert all(isinstance(each, msgspec.Raw) for each in taken.items)
    found = taken.events(taken.envelope("shop", NOW, None), 19_990, 30_000)
    assert len(found) == 10
    assert isinstance(found[0], Event)
    assert (taken.write_key, found[0].sent_at) == ("k", NOW)
