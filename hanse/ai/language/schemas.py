"""What the operations on language models take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
Capability = Annotated[str, Meta(pattern=r"^(\*|[a-z][a-z0-9_]{0,62})$", max_length=63)]
RoleName = Literal["small", "large", "vision"]
Price = Annotated[float, Meta(ge=0, le=10_000_000)]
Amount = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
SearchText = Annotated[str, Meta(max_length=200)]
Verdict = Literal["good", "bad"]
Outcome = Literal["answered", "fell_back", "refused_by_budget", "too_long", "failed", "unusable", "failed_checks", "broken_off"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class AskModels(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which language models there are."""

    role: Annotated[RoleName | None, Meta(description="Only models for this: small, large or vision.")] = None


class LanguageModel(msgspec.Struct, kw_only=True, frozen=True):
    """A language model that is set up. Its key is never shown."""

    name: Annotated[str, Meta(description="Name of the model in Hanse.")]
    url: Annotated[str, Meta(description="Its address, which ends before /chat/completions.")]
    model: Annotated[str, Meta(description="What it is called there.")]
    role: Annotated[str, Meta(description="What it is for: small, large or vision.")]
    place: Annotated[int, Meta(description="Its place in the order in which the models of a role are asked.")]
    api_version: Annotated[str, Meta(description="Version of the interface of Azure; empty for all others.")]
    input_price_minor: Annotated[float, Meta(description="Price of a million tokens sent, in minor units of the shop's currency.")]
    output_price_minor: Annotated[float, Meta(description="Price of a million tokens received, in minor units of the shop's currency.")]
    context_tokens: Annotated[int, Meta(description="How many tokens question and answer may have together.")]
    timeout_seconds: Annotated[float, Meta(description="How long one attempt may take, in seconds.")]
    length_field: Annotated[str, Meta(description="Name of the field that limits the answer.")]
    in_house: Annotated[bool, Meta(description="Whether it runs in this house; texts are masked all the same.")]
    is_on: Annotated[bool, Meta(description="Whether it is asked.")]
    has_key: Annotated[bool, Meta(description="Whether a key is kept for it.")]
    structured: Annotated[str | None, Meta(description="How it gives JSON: schema, grammar, object, or none; null until it is tried.")]
    streams: Annotated[bool | None, Meta(description="Whether it answers piece by piece; null until it is tried.")]
    tried_at: Annotated[datetime | None, Meta(description="When it was tried last.")]
    tried_milliseconds: Annotated[int | None, Meta(description="How long its short answer took then, in milliseconds.")]
    tried_problem: Annotated[str, Meta(description="What was wrong then; empty where nothing was.")]


class LanguageModels(msgspec.Struct, kw_only=True, frozen=True):
    """The language models, and whether any is asked at all."""

    is_on: Annotated[bool, Meta(description="The switch for all: false while no language model is asked.")]
    kept_days: Annotated[int, Meta(description="How many days the record of calls is kept.")]
    models: Annotated[list[LanguageModel], Meta(description="The models, in the order in which they are asked.")]


class SaveModel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A language model to be made or changed."""

    name: Annotated[Name, Meta(description="Name of the model in Hanse: small letters, digits and dashes.")]
    url: Annotated[str, Meta(max_length=500, description="Its address, which ends before /chat/completions, such as http://localhost:11434/v1.")]
    model: Annotated[str, Meta(min_length=1, max_length=200, description="What it is called there.")]
    key: Annotated[
        str, Meta(max_length=2_000, pattern=r"^[!-~]*$", description="Key to ask with; left empty, the one that was saved before stays.")
    ] = ""
    role: Annotated[RoleName, Meta(description="What it is for: small, large or vision.")] = "large"
    place: Annotated[int, Meta(ge=0, le=99, description="Its place in the order in which the models of a role are asked.")] = 0
    api_version: Annotated[
        str,
        Meta(max_length=40, pattern=r"^[A-Za-z0-9.-]*$", description="Version of the interface of Azure, such as 2024-10-21; empty for all others."),
    ] = ""
    input_price_minor: Annotated[Price, Meta(description="Price of a million tokens sent, in minor units of the shop's currency.")] = 0.0
    output_price_minor: Annotated[Price, Meta(description="Price of a million tokens received, in minor units of the shop's currency.")] = 0.0
    context_tokens: Annotated[int, Meta(ge=512, le=100_000_000, description="How many tokens question and answer may have together.")] = 8_192
    timeout_seconds: Annotated[float, Meta(ge=1, le=600, description="How long one attempt may take, in seconds.")] = 60.0
    length_field: Annotated[
        Literal["max_tokens", "max_completion_tokens"],
        Meta(description="Name of the field that limits the answer; models that think want the second."),
    ] = "max_tokens"
    in_house: Annotated[bool, Meta(description="Whether it runs in this house; texts are masked all the same.")] = False
    is_on: Annotated[bool, Meta(description="Whether it is asked.")] = True


class SavedModel(msgspec.Struct, kw_only=True, frozen=True):
    """What was saved."""

    name: Annotated[str, Meta(description="Name of the model in Hanse.")]


class NamedModel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A language model by its name."""

    name: Annotated[Name, Meta(description="Name of the model in Hanse.")]


class Trial(msgspec.Struct, kw_only=True, frozen=True):
    """What came of trying a language model."""

    works: Annotated[bool, Meta(description="Whether it answered.")]
    problem: Annotated[str, Meta(description="What was wrong; empty where it answered.")]
    milliseconds: Annotated[int | None, Meta(description="How long its short answer took, in milliseconds.")]
    first_milliseconds: Annotated[int | None, Meta(description="How long the first piece of a streamed answer took, in milliseconds.")]
    streams: Annotated[bool | None, Meta(description="Whether it answers piece by piece.")]
    structured: Annotated[str | None, Meta(description="How it gives JSON: schema, grammar, object, or none.")]
    counts_tokens: Annotated[bool, Meta(description="Whether it says how many tokens there were, and can be believed.")]


class Switch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The switch for all language models."""

    is_on: Annotated[bool, Meta(description="Whether language models are asked at all.")]


class Switched(msgspec.Struct, kw_only=True, frozen=True):
    """How the switch stands."""

    is_on: Annotated[bool, Meta(description="Whether language models are asked at all.")]


class Keep(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How long the record is to be kept."""

    days: Annotated[int, Meta(ge=1, le=3_650, description="How many days the record of calls is kept.")]


class Kept(msgspec.Struct, kw_only=True, frozen=True):
    """How long the record is kept."""

    days: Annotated[int, Meta(description="How many days the record of calls is kept.")]


class AskBudgets(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What language models may cost a day."""

    capability: Annotated[Capability | None, Meta(description="Only this capability; * is all together.")] = None


class Budget(msgspec.Struct, kw_only=True, frozen=True):
    """What a capability may use in a day, and what it has used today."""

    capability: Annotated[str, Meta(description="The capability; * is all together.")]
    tokens_a_day: Annotated[int | None, Meta(description="Tokens a day at most; null for no limit.")]
    money_a_day_minor: Annotated[int | None, Meta(description="Money a day at most, in minor units; null for no limit.")]
    calls: Annotated[int, Meta(description="Calls today.")]
    tokens: Annotated[int, Meta(description="Tokens used today; what runs counts at its most.")]
    cost_minor: Annotated[float, Meta(description="Money used today, in minor units; what runs counts at its most.")]


class Budgets(msgspec.Struct, kw_only=True, frozen=True):
    """What language models may cost a day, and what they have cost today."""

    currency: Annotated[str, Meta(description="Currency (ISO 4217) of the amounts.")]
    budgets: Annotated[list[Budget], Meta(description="By capability, all together first.")]


class SaveBudget(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a capability may use in a day."""

    capability: Annotated[Capability, Meta(description="The capability; * is all together.")]
    tokens_a_day: Annotated[Amount | None, Meta(description="Tokens a day at most; null for no limit.")] = None
    money_a_day_minor: Annotated[Amount | None, Meta(description="Money a day at most, in minor units; null for no limit.")] = None


class RemoveBudget(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A budget that is to go."""

    capability: Annotated[Capability, Meta(description="The capability; * is all together.")]


class ChangedBudget(msgspec.Struct, kw_only=True, frozen=True):
    """Whose budget was changed."""

    capability: Annotated[str, Meta(description="The capability; * is all together.")]


class AskCalls(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which calls of language models are looked for."""

    text: Annotated[SearchText | None, Meta(description="Words that stand in the masked question or answer.")] = None
    capability: Annotated[Capability | None, Meta(description="The capability that asked.")] = None
    model: Annotated[Name | None, Meta(description="The model that answered.")] = None
    outcome: Annotated[Outcome | None, Meta(description="What came of it.")] = None
    verdict: Annotated[Verdict | None, Meta(description="What somebody thought of it.")] = None
    profile_id: Annotated[UUID | None, Meta(description="The profile it was about.")] = None
    before: Annotated[UUID | None, Meta(description="The call after which to go on, the last one of the page before.")] = None
    limit: Annotated[int, Meta(ge=1, le=500, description="Calls at most.")] = 50


class Call(msgspec.Struct, kw_only=True, frozen=True):
    """One call of a language model, without what was said."""

    call_id: Annotated[UUID, Meta(description="Id of the call.")]
    asked_at: Annotated[datetime, Meta(description="When it was asked.")]
    purpose: Annotated[str, Meta(description="What it was for.")]
    capability: Annotated[str, Meta(description="The capability that asked.")]
    role: Annotated[str, Meta(description="The role of the models that were asked.")]
    model: Annotated[str | None, Meta(description="The model that answered; null where none did.")]
    template: Annotated[str, Meta(description="The template of the question; empty where there was none.")]
    template_version: Annotated[str, Meta(description="Version of the template.")]
    tokens_in: Annotated[int, Meta(description="Tokens sent.")]
    tokens_out: Annotated[int, Meta(description="Tokens received.")]
    cost_minor: Annotated[float, Meta(description="What it cost, in minor units.")]
    currency: Annotated[str, Meta(description="Currency (ISO 4217) of the amount.")]
    milliseconds: Annotated[int, Meta(description="How long it took, in milliseconds.")]
    outcome: Annotated[str, Meta(description="What came of it.")]
    verdict: Annotated[str | None, Meta(description="What somebody thought of it: good or bad.")]
    profile_id: Annotated[UUID | None, Meta(description="The profile it was about.")]


class Calls(msgspec.Struct, kw_only=True, frozen=True):
    """Calls of language models, the newest first."""

    calls: Annotated[list[Call], Meta(description="The calls.")]


class AskCall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One call of a language model."""

    call_id: Annotated[UUID, Meta(description="Id of the call.")]


class WholeCall(Call, kw_only=True, frozen=True):
    """One call of a language model, with what was said, masked."""

    basis: Annotated[str | None, Meta(description="The legal basis on which personal data was used; null where none was given.")]
    masked_prompt: Annotated[str, Meta(description="What was sent, masked.")]
    masked_answer: Annotated[str, Meta(description="What came back, masked.")]
    is_counted: Annotated[bool, Meta(description="Whether Hanse counted the tokens, as the endpoint did not or could not be believed.")]
    tried: Annotated[list[dict[str, Any]], Meta(description="Which models were asked, and what came of each.")]
    checks: Annotated[dict[str, Any], Meta(description="What checks found in the answer.")]
    verdict_note: Annotated[str, Meta(description="What somebody noted about it.")]
    verdict_by: Annotated[str, Meta(description="Who judged it.")]
    verdict_at: Annotated[datetime | None, Meta(description="When it was judged.")]


class Judge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody thinks of an answer."""

    call_id: Annotated[UUID, Meta(description="Id of the call.")]
    verdict: Annotated[Verdict | None, Meta(description="good or bad; null takes the verdict back.")]
    note: Annotated[str, Meta(max_length=2_000, description="Why, in words.")] = ""


class Judged(msgspec.Struct, kw_only=True, frozen=True):
    """What is noted of an answer now."""

    call_id: Annotated[UUID, Meta(description="Id of the call.")]
    verdict: Annotated[str | None, Meta(description="good or bad; null where there is none.")]
