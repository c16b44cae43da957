"""What counts: the newest, a no where in doubt, a confirmed double opt-in for mail, and an objection over everything before it."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.decision import Basis
from hanse.base.operation import Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent, LegalBasis, Medium, Situation, State, standing
from hanse.data.consent.standing import MISSING, Act
from hanse.data.profiles import Profile
from tests.conftest import NOW

ADVERTISING, PERSONALISATION, STATISTICS = Purpose.ADVERTISING, Purpose.PERSONALISATION, Purpose.STATISTICS
GRANTED, DENIED, WITHDRAWN, REQUESTED, CONFIRMED = State.GRANTED, State.DENIED, State.WITHDRAWN, State.REQUESTED, State.CONFIRMED
EXISTING, OBJECTION = LegalBasis.EXISTING_CUSTOMER, LegalBasis.OBJECTION
SOMEBODY = ids.new(NOW)


def act(state: State, days: float = 0, purpose: Purpose = ADVERTISING, legal_basis: LegalBasis = LegalBasis.CONSENT, **facts: Any) -> Act:
    medium = facts.pop("medium", Medium.EMAIL if purpose is ADVERTISING else None)
    moment = NOW + timedelta(days=days)
    return Act(
        consent_id=ids.new(moment),
        profile_id=SOMEBODY,
        purpose=purpose,
        medium=medium,
        state=state,
        legal_basis=legal_basis,
        channel="x",
        decided_at=moment,
        recorded_at=moment + timedelta(days=facts.pop("late", 0)),
    )


def situation(*acts: Act, purpose: Purpose = ADVERTISING, medium: Medium | None = Medium.EMAIL) -> Situation:
    return standing.stand(acts, purpose, medium if purpose is ADVERTISING else None).situation


CASES: list[tuple[str, list[Act], Situation]] = [
    ("nothing", [], Situation.NEVER_ASKED),
    ("single opt-in", [act(GRANTED)], Situation.UNCONFIRMED),
    ("request", [act(REQUESTED)], Situation.UNCONFIRMED),
    ("request and confirmation", [act(REQUESTED), act(CONFIRMED, 1)], Situation.AGREED),
    ("a second request after the confirmation", [act(CONFIRMED), act(REQUESTED, 1)], Situation.AGREED),
    ("withdrawn", [act(CONFIRMED), act(WITHDRAWN, 1)], Situation.WITHDRAWN),
    ("withdrawn, asked again", [act(CONFIRMED), act(WITHDRAWN, 1), act(REQUESTED, 2)], Situation.WITHDRAWN),
    ("withdrawn, single opt-in again", [act(CONFIRMED), act(WITHDRAWN, 1), act(GRANTED, 2)], Situation.WITHDRAWN),
    ("withdrawn, confirmed again", [act(CONFIRMED), act(WITHDRAWN, 1), act(CONFIRMED, 2)], Situation.AGREED),
    ("denied", [act(DENIED)], Situation.DENIED),
    ("existing customer", [act(GRANTED, legal_basis=EXISTING)], Situation.EXISTING_CUSTOMER),
    ("existing customer, opt-out", [act(GRANTED, legal_basis=EXISTING), act(WITHDRAWN, 1)], Situation.WITHDRAWN),
    ("opt-out, then bought again", [act(WITHDRAWN), act(GRANTED, 1, legal_basis=EXISTING)], Situation.WITHDRAWN),
    ("refused at checkout, then bought", [act(DENIED), act(GRANTED, 1, legal_basis=EXISTING)], Situation.DENIED),
    ("existing customer with consent", [act(GRANTED, legal_basis=EXISTING), act(CONFIRMED, 1)], Situation.AGREED),
    ("existing customer with open request", [act(GRANTED, legal_basis=EXISTING), act(REQUESTED, 1)], Situation.EXISTING_CUSTOMER),
    ("objection", [act(CONFIRMED), act(DENIED, 1, legal_basis=OBJECTION)], Situation.OBJECTED),
    ("objection to profiling", [act(CONFIRMED), act(DENIED, 1, PERSONALISATION, OBJECTION)], Situation.OBJECTED),
    ("objection to phone calls", [act(CONFIRMED), act(DENIED, 1, medium=Medium.PHONE, legal_basis=OBJECTION)], Situation.OBJECTED),
    ("consent after objection", [act(DENIED, legal_basis=OBJECTION), act(CONFIRMED, 1)], Situation.AGREED),
    ("objection of an existing customer", [act(DENIED, legal_basis=OBJECTION), act(GRANTED, 1, legal_basis=EXISTING)], Situation.OBJECTED),
    ("consent to another medium", [act(GRANTED, medium=Medium.PHONE)], Situation.NEVER_ASKED),
    ("consent to another purpose", [act(GRANTED, purpose=PERSONALISATION)], Situation.NEVER_ASKED),
    ("withdrawal of another medium", [act(CONFIRMED), act(WITHDRAWN, 1, medium=Medium.PHONE)], Situation.AGREED),
]


@pytest.mark.parametrize(("acts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_mail_needs_a_confirmed_double_opt_in_in_whatever_order_it_is_told(acts: list[Act], expected: Situation) -> None:
    assert {situation(*order) for order in permutations(acts)} == {expected}


@pytest.mark.parametrize("purpose", [PERSONALISATION, STATISTICS])
def test_on_the_page_one_click_is_enough_and_one_takes_it_back(purpose: Purpose) -> None:
    assert situation(act(GRANTED, purpose=purpose), purpose=purpose) is Situation.AGREED
    assert situation(act(GRANTED, purpose=purpose), act(DENIED, 1, purpose), purpose=purpose) is Situation.DENIED
    assert situation(act(WITHDRAWN, purpose=purpose), act(GRANTED, 1, purpose), purpose=purpose) is Situation.AGREED


def test_an_objection_blocks_advertising_and_profiling_and_what_it_was_made_against() -> None:
    grants = [act(CONFIRMED), act(GRANTED, purpose=PERSONALISATION), act(GRANTED, purpose=STATISTICS)]
    against_mail = [*grants, act(DENIED, 1, ADVERTISING, OBJECTION)]
    assert situation(*against_mail, purpose=PERSONALISATION) is Situation.OBJECTED
    assert situation(*against_mail, purpose=STATISTICS) is Situation.AGREED
    assert situation(*grants, act(DENIED, 1, STATISTICS, OBJECTION), purpose=STATISTICS) is Situation.OBJECTED


def test_what_was_decided_later_counts_then_what_was_recorded_later_then_the_no() -> None:
    assert situation(act(WITHDRAWN, 1), act(CONFIRMED, 0, late=9)) is Situation.WITHDRAWN
    assert situation(act(WITHDRAWN), act(CONFIRMED, late=1)) is Situation.AGREED
    assert situation(act(WITHDRAWN, late=1), act(CONFIRMED)) is Situation.WITHDRAWN
    assert situation(act(WITHDRAWN), act(CONFIRMED)) is Situation.WITHDRAWN


@pytest.mark.parametrize("medium", [Medium.PHONE, Medium.POST, Medium.PUSH, Medium.SITE])
def test_where_nobody_can_enter_another_address_a_documented_yes_is_enough(medium: Medium) -> None:
    assert situation(act(GRANTED, medium=medium), medium=medium) is Situation.AGREED


def test_each_situation_says_what_is_missing_and_on_which_basis() -> None:
    assert {each for each in Situation if not MISSING[each]} == {each for each in Situation if each.allows}
    found = standing.stand([act(REQUESTED)], ADVERTISING, Medium.EMAIL)
    assert (found.missing, found.basis) == ("Confirmation of the double opt-in is missing.", Basis.NONE)
    assert standing.stand([act(CONFIRMED)], ADVERTISING, Medium.EMAIL).basis is Basis.CONSENT
    assert standing.stand([act(GRANTED, legal_basis=EXISTING)], ADVERTISING, Medium.EMAIL).basis is Basis.LEGITIMATE_INTEREST


ANY = st.builds(
    act,
    st.sampled_from(State),
    st.integers(0, 4),
    st.sampled_from([ADVERTISING, PERSONALISATION, STATISTICS]),
    st.sampled_from([LegalBasis.CONSENT, LegalBasis.CONSENT, OBJECTION]),
    late=st.integers(0, 2),
)


@given(st.lists(ANY, max_size=8), st.sampled_from([ADVERTISING, PERSONALISATION, STATISTICS]))
def test_the_newest_of_each_kind_decide_as_all_do(acts: list[Act], purpose: Purpose) -> None:
    """The database gives only those."""
    newest: dict[object, Act] = {}
    for each in sorted(acts, key=lambda each: (*each.moment, each.consent_id)):
        newest[each.purpose, each.medium, each.state, each.legal_basis] = each
    assert situation(*newest.values(), purpose=purpose) is situation(*acts, purpose=purpose)


@given(st.lists(ANY, max_size=6))
def test_whatever_came_before_a_withdrawal_it_is_a_no(acts: list[Act]) -> None:
    assert not situation(*acts, act(WITHDRAWN, 10)).allows


async def people(connection: Connection, count: int) -> list[UUID]:
    made = [Profile(profile_id=ids.new(NOW), created_at=NOW) for _ in range(count)]
    await profiles.put(connection, made, source="shop", now=NOW)
    return [each.profile_id for each in made]


def given_by(profile_id: UUID, state: State, days: float, purpose: Purpose = PERSONALISATION) -> Consent:
    moment = NOW + timedelta(days=days)
    return Consent(consent_id=ids.new(moment), profile_id=profile_id, purpose=purpose, state=state, channel="x", decided_at=moment)


async def test_a_merged_person_stands_where_the_newest_of_all_members_put_them(connection: Connection) -> None:
    one, other = await people(connection, 2)
    await consent.put(connection, [given_by(one, GRANTED, 0), given_by(other, WITHDRAWN, 1)], now=NOW)
    assert await consent.state(connection, one, PERSONALISATION) is True
    for members in ((one, other), [other, one], {one, other}):
        assert await consent.state(connection, members, PERSONALISATION) is False
    await consent.put(connection, [given_by(one, GRANTED, 2)], now=NOW)
    assert await consent.state(connection, [one, other], PERSONALISATION) is True
    assert await consent.verify(connection, [one, other]) == {one: [], other: []}
    assert [each.consent.profile_id for each in await consent.history(connection, [one, other])] == [one, other, one]


async def test_one_profile_of_a_merged_person_stands_for_all(connection: Connection) -> None:
    one, other = await people(connection, 2)
    await consent.put(connection, [given_by(one, GRANTED, 0), given_by(other, WITHDRAWN, 1)], now=NOW)
    await connection.execute("UPDATE profiles SET merged_into = %s WHERE profile_id = %s", (one, other))
    assert [await consent.state(connection, each, PERSONALISATION) for each in (one, other)] == [False, False]


async def test_standings_tell_of_every_purpose_and_every_medium_asked_for(connection: Connection) -> None:
    (one,) = await people(connection, 1)
    moment = NOW
    phone = Consent(
        consent_id=ids.new(moment), profile_id=one, purpose=ADVERTISING, medium=Medium.PHONE, state=GRANTED, channel="letter", decided_at=moment
    )
    await consent.put(connection, [phone, given_by(one, REQUESTED, 0, ADVERTISING)], now=NOW)
    found = {(each.purpose, each.medium): each.situation for each in await consent.standings(connection, one)}
    assert found == {
        (STATISTICS, None): Situation.NEVER_ASKED,
        (PERSONALISATION, None): Situation.NEVER_ASKED,
        (ADVERTISING, Medium.EMAIL): Situation.UNCONFIRMED,
        (ADVERTISING, Medium.PHONE): Situation.AGREED,
    }
    assert await consent.state(connection, one, ADVERTISING) is False
    assert await consent.state(connection, one, ADVERTISING, Medium.PHONE) is True
