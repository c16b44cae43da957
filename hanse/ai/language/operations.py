"""Operations on language models: which there are, what they may cost and may not say, the switch for all, and the record of what was asked."""

from __future__ import annotations

from uuid import UUID

import msgspec

from hanse.ai.language import budgets as limits
from hanse.ai.language import models as registered
from hanse.ai.language import record, trying
from hanse.ai.language.checks import Checks, Facts, Fault, Style, banned, checking
from hanse.ai.language.checks.schemas import (
    AskChecks,
    AskClaims,
    BannedClaim,
    BannedClaims,
    FoundFault,
    FoundFaults,
    ImportClaims,
    NamedClaim,
    SaveClaim,
    SavedClaim,
    SavedClaims,
)
from hanse.ai.language.errors import (
    InvalidModelAddress,
    OpenModelAddress,
    UnknownBudget,
    UnknownCall,
    UnknownClaim,
    UnknownLanguageModel,
    UnreadableModelKey,
)
from hanse.ai.language.schemas import (
    AskBudgets,
    AskCall,
    AskCalls,
    AskModels,
    Budgets,
    Calls,
    ChangedBudget,
    Judge,
    Judged,
    Keep,
    Kept,
    LanguageModels,
    NamedModel,
    RemoveBudget,
    SaveBudget,
    SavedModel,
    SaveModel,
    Switch,
    Switched,
    Trial,
    WholeCall,
)
from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation

EXAMPLE_ID = UUID("019ecb27-2200-707f-8163-043bedd2707d")


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskModels(role="large"))
async def models(request: AskModels, context: Context) -> LanguageModels:
    """List the language models that are set up, and whether any is asked at all."""
    connection = await context.connection()
    row = await (await connection.execute(registered.queries["settings"])).fetchone() or {"is_on": True, "kept_days": 30}
    return LanguageModels(
        is_on=row["is_on"],
        kept_days=row["kept_days"],
        models=[each for each in await registered.listing(connection) if request.role in {None, each.role}],
    )


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(InvalidModelAddress, OpenModelAddress),
    example=SaveModel(name="house", url="http://localhost:11434/v1", model="qwen3:8b", in_house=True),
)
async def save_model(request: SaveModel, context: Context) -> SavedModel:
    """Set up a language model, or change it: any endpoint that speaks OpenAI's chat completions, such as Azure, Mistral, Ollama or vLLM.

    Its key is kept encrypted and never shown again. A key goes to the machine alone that it was given for: with an address on another
    machine it has to be given again. Every text is masked before it is sent, also to models in this house.
    """
    await registered.save(context, request)
    return SavedModel(name=request.name)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownLanguageModel,), example=NamedModel(name="house"))
async def remove_model(request: NamedModel, context: Context) -> SavedModel:
    """Remove a language model with its key. What it was asked stays on record."""
    await registered.remove(context, request.name)
    return SavedModel(name=request.name)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownLanguageModel, UnreadableModelKey), example=NamedModel(name="model-x"))
async def try_model(request: NamedModel, context: Context) -> Trial:
    """Try a language model with short questions that name nobody: whether it answers, how fast, piece by piece, and as JSON.

    It may cost a fraction of a cent. What is found out is kept, so that the model is asked for JSON in the way it knows best.
    """
    found = await trying.run(await registered.find(context, request.name))
    await registered.note_trial(context, request.name, found)
    return found


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=Switch(is_on=True))
async def switch(request: Switch, context: Context) -> Switched:
    """Switch all language models off, or on again, in every process at once. Without them Hanse answers from facts and templates."""
    await registered.switch(context, is_on=request.is_on)
    return Switched(is_on=request.is_on)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskBudgets(capability="service"))
async def budgets(request: AskBudgets, context: Context) -> Budgets:
    """Tell what language models may use a day, by capability, and what they have used today."""
    return Budgets(
        currency=context.settings.currency, budgets=[each for each in await limits.listing(context) if request.capability in {None, each.capability}]
    )


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=SaveBudget(capability="service", tokens_a_day=2_000_000, money_a_day_minor=500))
async def save_budget(request: SaveBudget, context: Context) -> ChangedBudget:
    """Say how many tokens and how much money a capability may use in a day, or all together.

    A call is counted at its most before it is made, so that calls at the same time stay within it; where it does not fit any more,
    Hanse answers without a model.
    """
    await limits.save(context, request)
    return ChangedBudget(capability=request.capability)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownBudget,), example=RemoveBudget(capability="service"))
async def remove_budget(request: RemoveBudget, context: Context) -> ChangedBudget:
    """Leave a capability without a limit of its own."""
    await limits.remove(context, request.capability)
    return ChangedBudget(capability=request.capability)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskCalls(capability="service", limit=20))
async def calls(request: AskCalls, context: Context) -> Calls:
    """Search the record of what language models were asked, the newest first."""
    return Calls(calls=await record.search(context, request))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownCall,), example=AskCall(call_id=EXAMPLE_ID))
async def call(request: AskCall, context: Context) -> WholeCall:
    """Show one call of a language model with what was sent and what came back, masked."""
    return await record.whole(context, request.call_id)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownCall,), example=Judge(call_id=EXAMPLE_ID, verdict="good"))
async def judge(request: Judge, context: Context) -> Judged:
    """Note whether an answer of a language model was good or bad, and why."""
    await record.judge(context, request)
    return Judged(call_id=request.call_id, verdict=request.verdict)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=Keep(days=30))
async def keep(request: Keep, context: Context) -> Kept:
    """Say how many days the record of language models is kept; older calls are deleted every night."""
    await (await context.connection()).execute(registered.queries["keep"], {"days": request.days})
    return Kept(days=request.days)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskClaims(language="de"))
async def claims(request: AskClaims, context: Context) -> BannedClaims:
    """List the claims that answers of language models may not make, each with its reason and the law behind it."""
    return BannedClaims(claims=await banned.listing(await context.connection(), request))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=SaveClaim(phrase="klimaneutral", law="UWG § 5"))
async def save_claim(request: SaveClaim, context: Context) -> SavedClaim:
    """Ban a claim from answers of language models, change it, or switch it off and on.

    It is found in all forms of its words, with and without hyphens. A model that makes it is told why it may not, and asked once more.
    """
    await banned.save(context, (request,))
    return SavedClaim(**{**msgspec.structs.asdict(request), "phrase": banned.plain(request.phrase)})


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownClaim,), example=NamedClaim(phrase="Testsieger"))
async def remove_claim(request: NamedClaim, context: Context) -> BannedClaim:
    """Take a claim off the list; what it was is told, so that it can be saved again."""
    return await banned.remove(context, request)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=ImportClaims(claims=[SaveClaim(phrase="best price", language="en")]))
async def import_claims(request: ImportClaims, context: Context) -> SavedClaims:
    """Ban many claims at once; those that are banned already are changed, and none is taken off the list."""
    await banned.save(context, request.claims)
    return SavedClaims(saved=len(request.claims))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskChecks(text="Garantiert klimaneutral, nur 19,99 €.", facts="Preis: 29,99 €"))
async def check_text(request: AskChecks, context: Context) -> FoundFaults:
    """Check a text as an answer of a language model would be: banned claims, tone, and what is not among the facts. Nothing is kept."""
    wanted = Checks(
        facts=None if request.facts is None else Facts(texts=(request.facts,), language=request.language or "de"),
        style=Style(address=request.form_of_address),
        language=request.language,
        country=request.country,
    )
    found = await checking.find(request.text, wanted, await banned.held(context).read(await context.connection()))
    return FoundFaults(faults=[_fault(each) for each in found])


def _fault(found: Fault) -> FoundFault:
    return FoundFault(kind=found.kind.value, start=found.start, end=found.end, text=found.quote, reason=found.why, law=found.law)
