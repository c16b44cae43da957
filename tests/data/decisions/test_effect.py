"""The effect counts each profile once, on its side, with what followed from its decisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.decision import Arm, Basis
from hanse.data import decisions, events
from hanse.data.decisions import DecisionRecord, effect
from hanse.data.decisions.effect import ArmResult, DayOfArm, Effect
from hanse.data.decisions.interval import Proportion
from hanse.data.events import Event
from tests.conftest import NOW

DAY = timedelta(days=1)
SINCE, UNTIL = NOW - 10 * DAY, NOW


async def decide(
    connection: Connection,
    profile_id: UUID | None,
    arm: Arm = Arm.TREATED,
    at: datetime = NOW - 5 * DAY,
    operation: str = "recommend.popular",
) -> UUID:
    record = DecisionRecord(
        decision_id=ids.new(at),
        operation=operation,
        profile_id=profile_id,
        model_version=None,
        arm=arm,
        arm_probability=0.5,
        basis=Basis.CONSENT,
        reason="Often bought.",
        request=msgspec.Raw(b'{"limit": 3}'),
        answer=msgspec.Raw(b'{"items": ["A"]}'),
        decided_at=at + timedelta(milliseconds=7),
    )
    await decisions.put(connection, [record])
    return record.decision_id


async def happen(
    connection: Connection, name: str, *, at: datetime = NOW - 4 * DAY, decision: UUID | None = None, profile: UUID | None = None, **more: object
) -> None:
    properties = {**({"decision_id": str(decision)} if decision else {}), **more}
    event = Event(message_id=str(uuid4()), name=name, profile_id=profile, source="shop", occurred_at=at, properties=properties)
    await events.append(connection, [event], now=NOW + 30 * DAY)


async def measured(connection: Connection, **more: object) -> Effect:
    period = {"since": SINCE, "until": UNTIL, **more}
    return await effect.effects(connection, "recommend", **period)  # type: ignore[arg-type]  # short forms of the tests


async def test_nothing_happened_is_an_answer_too(connection: Connection) -> None:
    found = await measured(connection)
    assert (found.treated, found.held_out, found.clicks, found.orders) == (ArmResult(), ArmResult(), None, None)
    assert await effect.summary(connection, SINCE, UNTIL) == []


async def test_each_profile_counts_once_on_its_side(connection: Connection) -> None:
    anna, ben = uuid4(), uuid4()
    for _ in range(3):
        await decide(connection, anna)
    await decide(connection, ben, Arm.HELD_OUT)
    await decide(connection, None)
    found = await measured(connection)
    assert (found.treated.answers, found.treated.profiles) == (4, 1)
    assert (found.held_out.answers, found.held_out.profiles) == (1, 1)


async def test_a_profile_that_changed_sides_counts_where_it_was_first(connection: Connection) -> None:
    anna = uuid4()
    await decide(connection, anna, Arm.HELD_OUT, NOW - 6 * DAY)
    await decide(connection, anna, Arm.TREATED, NOW - 5 * DAY)
    found = await measured(connection)
    assert (found.treated.profiles, found.held_out.profiles) == (0, 1)
    assert (found.treated.answers, found.held_out.answers) == (1, 1)


async def test_only_decisions_of_the_period_and_the_capability_count(connection: Connection) -> None:
    await decide(connection, uuid4(), at=SINCE - DAY)
    await decide(connection, uuid4(), at=UNTIL)
    await decide(connection, uuid4(), operation="service.answer")
    await decide(connection, uuid4(), at=SINCE)
    assert (await measured(connection)).treated.answers == 1


@pytest.mark.parametrize(
    ("name", "counts"), [("Product Clicked", True), ("Email Opened", True), ("Link Clicked", True), ("Impression", False), ("Product Viewed", False)]
)
async def test_clicks_and_openings_count_and_nothing_else(connection: Connection, name: str, *, counts: bool) -> None:
    decision = await decide(connection, uuid4())
    await happen(connection, name, decision=decision)
    await happen(connection, name, decision=decision)
    assert (await measured(connection)).treated.clickers == counts


async def test_a_click_without_the_decision_does_not_count(connection: Connection) -> None:
    anna = uuid4()
    await decide(connection, anna)
    await happen(connection, "Product Clicked", profile=anna)
    assert (await measured(connection)).treated.clickers == 0


@pytest.mark.parametrize(("days_later", "bought"), [(-1, 0), (0, 1), (6, 1), (7, 0)])
async def test_an_order_counts_within_the_window_after_the_first_decision(connection: Connection, days_later: int, bought: int) -> None:
    anna = uuid4()
    await decide(connection, anna, at=NOW - 5 * DAY)
    await decide(connection, anna, at=NOW - 4 * DAY)
    await happen(connection, "Order Completed", at=NOW - 5 * DAY + days_later * DAY + timedelta(hours=1), profile=anna)
    assert (await measured(connection)).treated.buyers == bought


async def test_an_order_counts_on_the_held_out_side_as_well(connection: Connection) -> None:
    """Intention to treat: it needs no decision id, which the held-out side would rarely carry."""
    ben = uuid4()
    await decide(connection, ben, Arm.HELD_OUT)
    await happen(connection, "Order Completed", profile=ben)
    assert (await measured(connection)).held_out.order_rate == pytest.approx(1)


async def test_an_order_that_carries_the_decision_counts_no_longer_than_any_other(connection: Connection) -> None:
    """The held-out side carries decisions more rarely: to count them for longer would favour the treated."""
    anna = uuid4()
    decision = await decide(connection, anna, at=SINCE)
    await happen(connection, "Order Completed", at=SINCE + 9 * DAY, decision=decision, profile=anna)
    assert (await measured(connection)).treated.buyers == 0
    await happen(connection, "Order Completed", at=SINCE + DAY, profile=anna)
    found = (await measured(connection)).treated
    assert (found.buyers, found.named_buyers) == (1, 0)


async def test_the_window_can_be_set(connection: Connection) -> None:
    anna = uuid4()
    await decide(connection, anna)
    await happen(connection, "Order Completed", at=NOW - 2 * DAY, profile=anna)
    assert (await measured(connection, order_window_days=2)).treated.buyers == 0
    assert (await measured(connection, order_window_days=4)).treated.buyers == 1


async def many(connection: Connection, arm: Arm, profiles: int, buyers: int, clickers: int) -> None:
    for index in range(profiles):
        profile = uuid4()
        decision = await decide(connection, profile, arm)
        if index < buyers:
            await happen(connection, "Order Completed", profile=profile)
        if index < clickers:
            await happen(connection, "Product Clicked", decision=decision)


async def test_rates_and_differences_come_with_their_interval(connection: Connection) -> None:
    await many(connection, Arm.TREATED, 80, 16, 60)
    await many(connection, Arm.HELD_OUT, 40, 6, 2)
    found = await measured(connection)
    assert (found.treated.order_rate, found.held_out.order_rate) == (0.2, 0.15)
    assert found.clicks is not None
    assert found.clicks.points == pytest.approx(70)
    assert found.clicks.lower_points > 0
    assert (found.clicks.significant, found.clicks.days_needed) == (True, None)
    assert found.orders is not None
    assert found.orders.lower_points < 0 < found.orders.points < found.orders.upper_points
    assert not found.orders.significant
    assert found.orders.days_needed is not None


async def test_the_summary_has_every_capability(connection: Connection) -> None:
    await many(connection, Arm.TREATED, 3, 1, 2)
    await many(connection, Arm.HELD_OUT, 2, 0, 0)
    await decide(connection, None, operation="service.answer")
    service, recommend = sorted(await effect.summary(connection, SINCE, UNTIL), key=lambda each: each.treated.answers)
    assert (service.capability, service.treated.answers, service.orders) == ("service", 1, None)
    assert recommend == msgspec.structs.replace(await measured(connection), days=())


async def test_a_side_with_nobody_on_it_cannot_be_compared() -> None:
    assert effect.difference(Proportion(5, 10), Proportion(0, 0), DAY) is None


async def test_the_days_left_follow_from_the_rate_so_far() -> None:
    """Seen are 1.430 standard errors. With 8.44 times as many people they are 4.155: the boundary of 3.313 there, and 0.842 for 80 %."""
    found = effect.difference(Proportion(120, 1000), Proportion(100, 1000), 10 * DAY)
    assert found is not None
    assert (found.significant, found.days_needed) == (False, 75)


async def test_days_that_cannot_be_told_are_not() -> None:
    for treated, held_out in ((Proportion(10, 100), Proportion(10, 100)), (Proportion(10001, 100000), Proportion(10000, 100000))):
        found = effect.difference(treated, held_out, 10 * DAY)
        assert found is not None
        assert (found.significant, found.days_needed) == (False, None)


async def test_a_worse_result_is_significant_too() -> None:
    found = effect.difference(Proportion(100, 1000), Proportion(200, 1000), DAY)
    assert found is not None
    assert found.significant
    assert found.upper_points < 0


async def test_every_day_of_the_period_has_its_numbers(connection: Connection) -> None:
    decision = await decide(connection, uuid4(), at=NOW - DAY)
    await decide(connection, uuid4(), at=NOW - DAY)
    await decide(connection, uuid4(), Arm.HELD_OUT, NOW - 3 * DAY)
    await happen(connection, "Product Clicked", decision=decision, at=NOW)
    days = {each.day: each for each in (await measured(connection)).days}
    assert list(days) == [date(2026, 6, 5) + index * DAY for index in range(11)]
    assert days[date(2026, 6, 14)].treated == DayOfArm(answers=2, profiles=2, clickers=1)
    assert days[date(2026, 6, 12)].held_out == DayOfArm(answers=1, profiles=1)
    assert days[date(2026, 6, 13)].treated == DayOfArm()


async def test_days_are_those_of_the_time_zone(connection: Connection) -> None:
    await decide(connection, uuid4(), at=datetime.fromisoformat("2026-06-10T22:30:00Z"))
    days = {each.day: each.treated.answers for each in (await measured(connection, time_zone="Europe/Berlin")).days}
    assert (days[date(2026, 6, 10)], days[date(2026, 6, 11)]) == (0, 1)


@pytest.mark.parametrize("capability", [None, "recommend"])
async def test_pages_go_through_all_decisions_newest_first(connection: Connection, capability: str | None) -> None:
    made = [await decide(connection, None, at=NOW - index * 10 * DAY) for index in range(7)]
    await decide(connection, None, operation="service.answer", at=NOW + DAY)
    seen: list[UUID] = []
    page = await effect.page(connection, capability, limit=3)
    while page.next_before is not None:
        seen += [each.decision_id for each in page.decisions]
        page = await effect.page(connection, capability, page.next_before, limit=3)
    seen += [each.decision_id for each in page.decisions]
    assert seen[-7:] == made
    assert len(seen) == (8 if capability is None else 7)


async def test_one_decision_comes_with_what_came_of_it(connection: Connection) -> None:
    anna = uuid4()
    decision = await decide(connection, anna)
    await decide(connection, anna)
    await happen(connection, "Order Completed", decision=decision, at=NOW - 2 * DAY)
    await happen(connection, "Impression", decision=decision)
    found = await effect.find(connection, decision)
    assert (found.profile_id, found.arm, found.request, found.answer) == (anna, Arm.TREATED, {"limit": 3}, {"items": ["A"]})
    assert [each.name for each in found.outcomes] == ["Impression", "Order Completed"]


@pytest.mark.parametrize("stranger", [UUID(int=0), UUID(int=2**128 - 1), UUID("01890a5d-ac96-774b-bcce-b302099a8057")])
async def test_an_unknown_decision_is_said_so(connection: Connection, stranger: UUID) -> None:
    with pytest.raises(effect.UnknownDecision, match=str(stranger)):
        await effect.find(connection, stranger)


async def test_finding_a_decision_searches_one_partition(connection: Connection) -> None:
    decision = await decide(connection, None)
    await decide(connection, None, at=NOW - 100 * DAY)
    wanted = {"decision_id": decision, **effect._near(decision)}
    rows = await (await connection.execute("EXPLAIN " + effect.queries["find"], wanted)).fetchall()
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "decisions_2026_06" in plan
    assert "decisions_2026_03" not in plan
