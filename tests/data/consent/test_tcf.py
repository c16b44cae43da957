"""TC strings are read as the IAB's own package reads them, and whatever does not fit is refused with a clear word."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hanse.base.operation import Purpose
from hanse.data.consent import Medium, tcf
from hanse.data.consent.errors import UnreadableTCString
from hanse.data.consent.tcf import Restriction, TCString
from tests.data.consent.tcf_peer import peer
from tests.data.consent.tcf_peer.peer import Peer

GIVEN = "CP1R2oAP1R23oAFACBENBNFoAPAAAEIAAAYgD6QAoAAgAGAfQAAAAIQAFAAEAAwAEgAA.IJYQAYAAglgA.QADgIAAA.cYAAAAAAAUgA"
"""Made by the package; what it says stands in the first test."""
STATISTICS, PERSONALISATION, ADVERTISING = (Purpose.STATISTICS, None), (Purpose.PERSONALISATION, None), (Purpose.ADVERTISING, Medium.SITE)
BOUNDED = settings(max_examples=50, deadline=None)


def test_a_string_says_all_that_was_put_into_it() -> None:
    found = tcf.decode(GIVEN)
    assert found.publisher == tcf.PublisherTC(frozenset({1, 5, 6}), frozenset(), 2, frozenset({1}), frozenset({2}))
    assert found.disclosed_vendors == frozenset(range(1, 1201))
    assert replace(found, publisher=None, disclosed_vendors=None) == TCString(
        created_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        updated_at=datetime(2023, 11, 14, 22, 15, tzinfo=UTC),
        cmp_id=5,
        cmp_version=2,
        consent_screen=1,
        consent_language="EN",
        vendor_list_version=77,
        policy_version=5,
        is_service_specific=True,
        uses_non_standard_texts=False,
        special_feature_opt_ins=frozenset({1}),
        purpose_consents=frozenset({1, 2, 3, 4}),
        purpose_legitimate_interests=frozenset({2, 7}),
        purpose_one_treatment=False,
        publisher_country="DE",
        vendor_consents=frozenset({1, 2, 3, 500}),
        vendor_legitimate_interests=frozenset(),
        restrictions={(2, Restriction.NOT_ALLOWED): frozenset({1, 2, 3, 9})},
        allowed_vendors=frozenset({7}),
    )


@pytest.fixture(scope="module")
def package() -> Iterator[Peer]:
    with peer.started() as running:
        yield running


def ids(highest: int, most: int = 30) -> st.SearchStrategy[list[int]]:
    spread = st.lists(st.integers(1, highest), max_size=most)
    dense = st.builds(lambda first, length: list(range(first, min(first + length, highest) + 1)), st.integers(1, highest), st.integers(0, highest))
    return (spread | dense).map(lambda found: sorted(set(found)))


MOMENTS = st.integers(0, 20_000_000_000).map(lambda tenths: tenths * 100)
SEGMENTS = st.sets(st.sampled_from(["VENDORS_DISCLOSED", "VENDORS_ALLOWED", "PUBLISHER_TC"])).map(lambda found: ["CORE", *sorted(found)])


@st.composite
def choices(draw: st.DrawFn) -> dict[str, Any]:
    custom = draw(st.integers(0, 63))
    return {
        "created": draw(MOMENTS),
        "lastUpdated": draw(MOMENTS),
        "cmpId": draw(st.integers(2, 4095)),
        "cmpVersion": draw(st.integers(2, 4095)),
        "consentScreen": draw(st.integers(0, 63)),
        "policyVersion": draw(st.integers(2, 63)),
        "isServiceSpecific": draw(st.booleans()),
        "useNonStandardStacks": draw(st.booleans()),
        "purposeOneTreatment": draw(st.booleans()),
        "publisherCountryCode": draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)),
        "numCustomPurposes": custom,
        "specialFeatureOptins": draw(ids(12)),
        "purposeConsents": draw(ids(24)),
        "purposeLegitimateInterests": draw(ids(24)),
        "vendorConsents": draw(ids(1200)),
        "vendorLegitimateInterests": draw(ids(1200)),
        "vendorsAllowed": draw(ids(1200)),
        "publisherConsents": draw(ids(24)),
        "publisherLegitimateInterests": draw(ids(24)),
        "publisherCustomConsents": draw(ids(custom)) if custom else [],
        "publisherCustomLegitimateInterests": draw(ids(custom)) if custom else [],
        "restrictions": draw(st.lists(st.tuples(st.integers(1, 24), st.integers(0, 2), ids(1200, 8)), max_size=4)),
        "segments": draw(SEGMENTS),
    }


def as_the_package_says(found: TCString) -> dict[str, Any]:
    """Return what we read in the words of the package."""
    own = found.publisher
    restrictions = ([purpose, int(kind), sorted(vendors)] for (purpose, kind), vendors in found.restrictions.items() if vendors)
    return {
        "created": milliseconds(found.created_at),
        "lastUpdated": milliseconds(found.updated_at),
        "cmpId": found.cmp_id,
        "cmpVersion": found.cmp_version,
        "consentScreen": found.consent_screen,
        "consentLanguage": found.consent_language,
        "vendorListVersion": found.vendor_list_version,
        "policyVersion": found.policy_version,
        "isServiceSpecific": found.is_service_specific,
        "useNonStandardStacks": found.uses_non_standard_texts,
        "specialFeatureOptins": sorted(found.special_feature_opt_ins),
        "purposeConsents": sorted(found.purpose_consents),
        "purposeLegitimateInterests": sorted(found.purpose_legitimate_interests),
        "purposeOneTreatment": found.purpose_one_treatment,
        "publisherCountryCode": found.publisher_country,
        "vendorConsents": sorted(found.vendor_consents),
        "vendorLegitimateInterests": sorted(found.vendor_legitimate_interests),
        "restrictions": sorted(restrictions),
        "disclosed": None if found.disclosed_vendors is None else sorted(found.disclosed_vendors),
        "allowed": None if found.allowed_vendors is None else sorted(found.allowed_vendors),
        "publisher": own
        and [
            sorted(own.consents),
            sorted(own.legitimate_interests),
            own.custom_purposes,
            sorted(own.custom_consents),
            sorted(own.custom_legitimate_interests),
        ],
    }


def milliseconds(moment: datetime) -> int:
    return (moment - tcf.EPOCH) // timedelta(milliseconds=1)


@given(choices())
@BOUNDED
def test_what_the_package_encodes_is_read_as_the_package_reads_it(package: Peer, chosen: dict[str, Any]) -> None:
    made = package.encode(chosen)
    read = {**made["read"], "restrictions": sorted(each for each in made["read"]["restrictions"] if each[2])}
    assert as_the_package_says(tcf.decode(made["text"])) == read


@given(choices(), st.lists(st.floats(0, 1, exclude_max=True), min_size=5, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_string_cut_short_is_refused_or_lost_whole_segments_or_zeros_that_fill_it(
    package: Peer, chosen: dict[str, Any], shares: list[float]
) -> None:
    """Each at several places, as making one costs far more than reading it."""
    text = package.encode(chosen)["text"]
    for share in shares:
        check_cut(tcf.decode(text), text[: int(share * len(text))])


def check_cut(whole: TCString, cut: str) -> None:
    try:
        found = tcf.decode(cut)
    except UnreadableTCString:
        return
    kept: dict[str, Any] = {"disclosed_vendors": found.disclosed_vendors, "allowed_vendors": found.allowed_vendors, "publisher": found.publisher}
    assert replace(whole, **kept) == found
    assert all(value in {None, getattr(whole, name)} for name, value in kept.items())


@pytest.mark.parametrize("length", range(0, GIVEN.index(".") - 4, 3))
def test_a_core_that_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(UnreadableTCString, match=r"cut short|is empty|of version"):
        tcf.decode(GIVEN[:length])


def string(bits: str) -> str:
    bits += "0" * (-len(bits) % 24)
    return base64.urlsafe_b64encode(int(bits, 2).to_bytes(len(bits) // 8, "big")).decode()


CORE_UNTIL_VENDORS = "000010" + "0" * 72 + "0" * 12 + "0" * 12 + "0" * 6 + "0" * 12 + "0" * 12 + "0" * 6 + "00" + "0" * 12 + "0" * 48 + "0" + "0" * 12


@pytest.mark.parametrize(
    ("bits", "reason"),
    [
        ("000001" + "0" * 300, "it is of version 1, and only 2 can be read"),
        (CORE_UNTIL_VENDORS[:108] + "111111" + CORE_UNTIL_VENDORS[114:] + "0" * 60, "not two letters"),
        (CORE_UNTIL_VENDORS + f"{9:016b}1{1:012b}0{10:016b}" + "0" * 60, "a vendor above its highest one"),
        (CORE_UNTIL_VENDORS + f"{9:016b}1{1:012b}0{0:016b}" + "0" * 60, "a range of vendors that cannot be"),
        (CORE_UNTIL_VENDORS + f"{9:016b}1{1:012b}1{5:016b}{4:016b}" + "0" * 60, "a range of vendors that cannot be"),
        (CORE_UNTIL_VENDORS + f"{65535:016b}1{4095:012b}" + f"1{1:016b}{65535:016b}" * 4095, "a range of vendors that cannot be"),
        (CORE_UNTIL_VENDORS + "0" * 34 + f"{1:012b}{1:06b}11{0:012b}", "a restriction is of an unknown kind"),
        (CORE_UNTIL_VENDORS + "0" * 34 + f"{1:012b}{0:06b}00{0:012b}", "a restriction is of an unknown kind"),
        (CORE_UNTIL_VENDORS + "0" * 46 + "1", "goes on after its end"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(bits: str, reason: str) -> None:
    with pytest.raises(UnreadableTCString, match=reason):
        tcf.decode(string(bits))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the core is empty"),
        (f"{GIVEN}.", "segment 5 is empty"),
        (f"{GIVEN}=", "characters that are not base64url"),
        (GIVEN.replace("A", "+", 1), "characters that are not base64url"),
        (f"{GIVEN}.gAAA", "unknown type 4"),
        (f"{GIVEN}.{GIVEN.split('.')[1]}", "the same type as one before it"),
        ("x" * (tcf.LONGEST + 1), "more than 100000 characters"),
    ],
)
def test_segments_that_are_none_are_refused(text: str, reason: str) -> None:
    with pytest.raises(UnreadableTCString, match=reason):
        tcf.decode(text)


LETTERS = st.text(tcf.ALPHABET + ".", max_size=200)


@given(
    st.text(max_size=100)
    | LETTERS
    | LETTERS.map(lambda tail: GIVEN[:5] + tail)
    | st.binary(max_size=150).map(lambda data: base64.urlsafe_b64encode(b"\x08" + data).decode().rstrip("="))
)
@example("C" + "_" * 99_000)
@settings(max_examples=500, deadline=None)
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    with suppress(UnreadableTCString):
        assert isinstance(tcf.decode(text), TCString)


def banner(**facts: Any) -> TCString:
    return replace(tcf.decode(GIVEN), **{"restrictions": {}, "vendor_consents": frozenset({7}), "purpose_consents": frozenset(range(1, 12)), **facts})


def test_the_site_itself_may_what_its_own_segment_says() -> None:
    assert tcf.allowed(tcf.decode(GIVEN)) == {STATISTICS: False, PERSONALISATION: True, ADVERTISING: False}
    assert tcf.allowed(banner(publisher=None)) == {}


def test_a_vendor_may_what_it_was_given_and_what_was_disclosed() -> None:
    assert tcf.allowed(banner(), 7) == {STATISTICS: True, PERSONALISATION: True, ADVERTISING: True}
    nothing = {STATISTICS: False, PERSONALISATION: False, ADVERTISING: False}
    assert tcf.allowed(banner(), 8) == nothing
    assert tcf.allowed(banner(disclosed_vendors=frozenset({8})), 7) == nothing
    assert tcf.allowed(banner(disclosed_vendors=None), 7) == nothing
    assert tcf.allowed(banner(disclosed_vendors=None, policy_version=4), 7)[STATISTICS]


@pytest.mark.parametrize("missing", [1, 5, 6])
def test_every_purpose_that_is_needed_must_be_there(missing: int) -> None:
    assert not tcf.allowed(banner(purpose_consents=frozenset(range(1, 12)) - {missing}), 7)[PERSONALISATION]


@pytest.mark.parametrize("kind", Restriction)
def test_a_site_can_restrict_a_vendor(kind: Restriction) -> None:
    found = tcf.allowed(banner(restrictions={(9, kind): frozenset({7})}), 7)
    assert found == {STATISTICS: kind is Restriction.REQUIRE_CONSENT, PERSONALISATION: True, ADVERTISING: True}


def test_legitimate_interests_are_no_consent() -> None:
    everything = frozenset(range(1, 25))
    found = banner(purpose_consents=frozenset(), purpose_legitimate_interests=everything, vendor_legitimate_interests=everything)
    assert not any(tcf.allowed(found, 7).values())


def test_no_banner_is_consent_to_mail() -> None:
    assert {medium for purpose, medium in tcf.NEEDED if purpose is Purpose.ADVERTISING} == {Medium.SITE}
