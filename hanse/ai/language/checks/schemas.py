"""What the operations on banned claims, and on trying the checks, take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Phrase = Annotated[str, Meta(min_length=2, max_length=120, pattern=r"[\w%]")]
ClaimLanguage = Literal["de", "en"]
Country = Annotated[str, Meta(max_length=2, pattern=r"^([A-Z]{2})?$")]
Reason = Annotated[str, Meta(max_length=500)]
Law = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=20_000)]
SearchText = Annotated[str, Meta(max_length=120)]
FormOfAddress = Literal["Sie", "du"]


class AskClaims(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which banned claims are looked for."""

    text: Annotated[SearchText | None, Meta(description="Words that stand in the claim.")] = None
    language: Annotated[ClaimLanguage | None, Meta(description="Language of the claim: de or en.")] = None
    country: Annotated[Country | None, Meta(description="Country (ISO 3166-1); those that are banned everywhere belong to each.")] = None


class SavedClaim(msgspec.Struct, kw_only=True, frozen=True):
    """A claim as it was saved."""

    phrase: Annotated[str, Meta(description="The words, in any of their forms; * at the end of a word is any more of it.")]
    language: Annotated[str, Meta(description="Language of the claim: de or en.")]
    country: Annotated[str, Meta(description="Where it is banned (ISO 3166-1); empty for everywhere.")]
    reason: Annotated[str, Meta(description="Why it is banned.")]
    law: Annotated[str, Meta(description="The article of law behind it.")]
    is_on: Annotated[bool, Meta(description="Whether it is looked for.")]


class BannedClaim(SavedClaim, kw_only=True, frozen=True):
    """A claim that answers of language models may not make."""

    changed_by: Annotated[str, Meta(description="Who changed it last; empty for those that Hanse brings along.")]
    changed_at: Annotated[datetime | None, Meta(description="When it was changed last.")]


class BannedClaims(msgspec.Struct, kw_only=True, frozen=True):
    """The claims that answers of language models may not make."""

    claims: Annotated[list[BannedClaim], Meta(description="The claims, in the order of their words.")]


class NamedClaim(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A banned claim by its words, language and country."""

    phrase: Annotated[Phrase, Meta(description="The words of the claim.")]
    language: Annotated[ClaimLanguage, Meta(description="Language of the claim: de or en.")] = "de"
    country: Annotated[Country, Meta(description="Where it is banned (ISO 3166-1); empty for everywhere.")] = ""


class SaveClaim(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A claim to be banned, or to be changed where it is banned already."""

    phrase: Annotated[Phrase, Meta(description="The words, in any of their forms; * at the end of a word is any more of it.")]
    language: Annotated[ClaimLanguage, Meta(description="Language of the claim: de or en.")] = "de"
    country: Annotated[Country, Meta(description="Where it is banned (ISO 3166-1); empty for everywhere.")] = ""
    reason: Annotated[Reason, Meta(description="Why it is banned; the model is told so.")] = ""
    law: Annotated[Law, Meta(description="The article of law behind it.")] = ""
    is_on: Annotated[bool, Meta(description="Whether it is looked for.")] = True


class ImportClaims(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A list of claims to be banned."""

    claims: Annotated[list[SaveClaim], Meta(min_length=1, max_length=1_000, description="The claims; one that is there already is changed.")]


class SavedClaims(msgspec.Struct, kw_only=True, frozen=True):
    """How many claims were saved."""

    saved: Annotated[int, Meta(description="Claims that were made or changed.")]


class AskChecks(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A text to be checked as an answer of a language model would be."""

    text: Annotated[Text, Meta(description="The text.")]
    facts: Annotated[Text | None, Meta(description="What may be said, in words; null leaves out numbers, prices, names and links.")] = None
    language: Annotated[ClaimLanguage | None, Meta(description="The language that it has to be in; null takes any.")] = None
    country: Annotated[Country, Meta(description="Where it is read (ISO 3166-1); empty looks for the claims of all countries.")] = ""
    form_of_address: Annotated[FormOfAddress | None, Meta(description="How somebody is addressed in German: Sie or du.")] = None


class FoundFault(msgspec.Struct, kw_only=True, frozen=True):
    """Something that may not stand in a text."""

    kind: Annotated[str, Meta(description="What it is: number, unit, price, currency, claim and the like.")]
    start: Annotated[int, Meta(description="Where it begins, in signs from 0.")]
    end: Annotated[int, Meta(description="Where it ends; 0 where all of the text is meant.")]
    text: Annotated[str, Meta(description="What stands there.")]
    reason: Annotated[str, Meta(description="Why a claim is banned, or what a length has to be.")]
    law: Annotated[str, Meta(description="The article of law behind it.")]


class FoundFaults(msgspec.Struct, kw_only=True, frozen=True):
    """What may not stand in a text."""

    faults: Annotated[list[FoundFault], Meta(description="What was found, in the order of the text.")]
