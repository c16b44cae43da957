"""An answer that fails its checks is asked for once more, and then not given; what was found is put on record without quoting anybody."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from hanse.ai.language import gateway, operations
from hanse.ai.language.checks import Checks, Facts, Price, Style
from hanse.ai.language.checks.schemas import AskChecks, AskClaims, ImportClaims, NamedClaim, SaveClaim
from hanse.ai.language.errors import UnknownClaim
from hanse.ai.language.requests import Answer, NoAnswer, Why
from hanse.ai.language.schemas import AskCall, WholeCall
from hanse.base.context import Context
from hanse.testing.language import FakeModel
from tests.ai.language.conftest import SECRET, Setup, question

CHECKS = Checks(facts=Facts(texts=(f"{SECRET} asked for the price.",), prices=(Price(1_999, "EUR"),)), language="de")


class Reply(msgspec.Struct):
    """What is said."""

    text: Annotated[str, Meta(description="The answer.")]


async def recorded(context: Context, found: Answer | NoAnswer) -> WholeCall:
    assert found.call_id is not None
    return await operations.call.function(AskCall(call_id=found.call_id), context)


async def streamed(context: Context, **facts: Any) -> tuple[str, Answer | NoAnswer]:
    async with aclosing(gateway.stream(context, question(**facts))) as pieces:
        *said, last = [each async for each in pieces]
    assert isinstance(last, Answer | NoAnswer)
    return "".join(each for each in said if isinstance(each, str)), last


async def test_an_answer_is_asked_for_once_more_with_what_was_wrong(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("Er kostet 29,99 €, <PERSON_1>.")
    fake.say("Er kostet 19,99 €, <PERSON_1>.")
    found = await gateway.ask(context, question(checks=CHECKS, template="price", template_version="2"))
    assert isinstance(found, Answer)
    assert found.text == f"Er kostet 19,99 €, {SECRET}."
    assert "29,99 €" in fake.asked[1].last
    assert SECRET not in fake.asked[1].raw
    call = await recorded(context, found)
    assert call.checks == {"attempts": [[{"kind": "price", "text": "29,99 €"}], []]}
    assert call.tried == [{"model": "first", "came": "mended"}]
    assert found.mark is not None
    assert (found.mark.model, found.mark.template, found.mark.call_id) == ("first", "price", found.call_id)


async def test_an_answer_that_fails_twice_is_not_given_and_no_other_model_asked(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    await setup(fake.url, "second", place=1)
    fake.say(f"Rufen Sie an, 040 7654321, klimaneutral und Testsieger, {SECRET}.")
    fake.say_json({"text": "Das ist garantiert."})
    found = await gateway.ask(context, question(checks=CHECKS, shape=Reply))
    assert isinstance(found, NoAnswer)  # the first one was no JSON, the second had a banned claim
    assert (found.why, len(fake.asked)) == (Why.FAILED_CHECKS, 2)
    call = await recorded(context, found)
    assert call.outcome == "failed_checks"
    assert call.checks == {"attempts": [[{"kind": "claim", "text": "garantiert", "law": "HWG § 3 No. 2 (a)"}]]}


async def test_a_stream_that_fails_in_the_end_has_to_be_replaced(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("Er kostet 19,99 €.")
    said, found = await streamed(context, checks=CHECKS)
    assert isinstance(found, Answer)
    assert said == found.text == "Er kostet 19,99 €."
    fake.say(f"Er kostet 29,99 €, schreiben Sie an kim@example.org, {SECRET}.")
    said, found = await streamed(context, checks=CHECKS)
    assert said
    assert isinstance(found, NoAnswer)
    assert found.why is Why.FAILED_CHECKS
    call = await recorded(context, found)
    assert call.checks == {"attempts": [[{"kind": "price", "text": "29,99 €"}, {"kind": "email"}]]}
    assert SECRET not in str(call.checks)
    assert len(fake.asked) == 2


async def test_without_checks_nothing_is_looked_at_and_tools_are_not(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("Garantiert 29,99 €!!!")
    found = await gateway.ask(context, question())
    assert isinstance(found, Answer)
    assert (await recorded(context, found)).checks == {}


async def test_claims_are_listed_saved_switched_off_removed_and_imported(context: Context) -> None:
    listed = (await operations.claims.function(AskClaims(language="de"), context)).claims
    assert {"klimaneutral", "Testsieger", "heilt"} <= {each.phrase for each in listed}
    assert all(each.reason and each.law for each in listed)
    text = AskChecks(text="Der Testsieger ist billigst und klimaneutral.", language="de", country="DE")
    await operations.save_claim.function(SaveClaim(phrase="Testsieger", is_on=False), context)
    saved = await operations.save_claim.function(SaveClaim(phrase="  billigst ", country="DE", reason="no proof", law="UWG § 5"), context)
    assert (saved.phrase, saved.is_on) == ("billigst", True)
    assert [each.text for each in (await operations.check_text.function(text, context)).faults] == ["billigst", "klimaneutral"]
    gone = await operations.remove_claim.function(NamedClaim(phrase="billigst", country="DE"), context)
    assert gone.law == "UWG § 5"
    with pytest.raises(UnknownClaim):
        await operations.remove_claim.function(NamedClaim(phrase="billigst", country="DE"), context)
    brought = [SaveClaim(phrase="Testsieger"), SaveClaim(phrase="best ever", language="en")]
    assert (await operations.import_claims.function(ImportClaims(claims=brought), context)).saved == 2
    assert [each.text for each in (await operations.check_text.function(text, context)).faults] == ["Testsieger", "klimaneutral"]


async def test_every_first_claim_is_found_in_its_own_words(context: Context) -> None:
    for each in (await operations.claims.function(AskClaims(), context)).claims:
        asked = AskChecks(text=f"{each.phrase}.", language=each.language)  # type: ignore[arg-type]  # one of the two
        faults = (await operations.check_text.function(asked, context)).faults
        assert [fault.kind for fault in faults] == ["claim"], each.phrase


async def test_tone_is_mended_too(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("Du findest deine Rechnung im Konto.")
    fake.say("Sie finden Ihre Rechnung im Konto.")
    found = await gateway.ask(context, question(checks=Checks(style=Style(address="Sie"), language="de")))
    assert isinstance(found, Answer)
    assert "say Sie" in fake.asked[1].last
