"""A language model that is set up, as the gateway needs it; made by `models` from its row, held by `held`."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from hanse.ai.language.requests import Role

MILLION = 1_000_000
LengthField = Literal["max_tokens", "max_completion_tokens"]
Structured = Literal["schema", "grammar", "object", "none"]
"""JSON by OpenAI's `json_schema`, by a schema beside `json_object` (llama-cpp-python), by `json_object` alone, or by words."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model behind one address."""

    name: str
    url: str
    """The address that ends before `/chat/completions`."""
    model: str
    """What it is called there."""
    role: Role
    place: int = 0
    """Order in which the models of a role are asked: the next one where one fails."""
    key: str = field(default="", repr=False)
    api_version: str = ""
    """Azure's; where it is given, the key goes in `api-key` and this in the query."""
    input_price_minor: Decimal = Decimal(0)
    """For a million tokens, in minor units of the currency of the settings."""
    output_price_minor: Decimal = Decimal(0)
    context_tokens: int = 8_192
    timeout_seconds: float = 60.0
    length_field: LengthField = "max_tokens"
    in_house: bool = False
    """Whether it runs in this house. Texts are masked all the same; pictures that are not public go to it alone."""
    structured: Structured | None = None
    """How it is asked for JSON; null where nobody has tried yet."""

    @property
    def address(self) -> str:
        """Return where questions go."""
        query = f"?api-version={self.api_version}" if self.api_version else ""
        return f"{self.url.rstrip('/')}/chat/completions{query}"

    @property
    def host(self) -> str:
        """Return the machine it is at."""
        return urlsplit(self.url).hostname or ""

    @property
    def headers(self) -> dict[str, str]:
        """Return what names us and pays."""
        found = {"User-Agent": "Hanse", "Content-Type": "application/json"}
        if self.key:
            found |= {"api-key": self.key} if self.api_version else {"Authorization": f"Bearer {self.key}"}
        return found

    def cost_minor(self, tokens_in: int, tokens_out: int) -> Decimal:
        """Return what so many tokens cost, in minor units."""
        return (self.input_price_minor * tokens_in + self.output_price_minor * tokens_out) / MILLION
