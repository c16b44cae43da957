"""What the codes in products stand for: families, attributes, options, categories, units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hanse.sources.akeneo.payloads import Attribute, Category, Family, FamilyVariant, Labels, Product, mapped
from hanse.sources.source.errors import Unmappable

IDENTIFIER = "pim_catalog_identifier"


@dataclass(frozen=True)
class Lineage:
    """Where a product model stands."""

    parent: str | None
    family_variant: str | None


@dataclass
class Structure:
    """All that is known so far; what Akeneo does not know either is null."""

    families: dict[str, Family | None] = field(default_factory=dict)
    variants: dict[tuple[str, str], FamilyVariant | None] = field(default_factory=dict)
    models: dict[str, Lineage | None] = field(default_factory=dict)
    attributes: dict[str, Attribute | None] = field(default_factory=dict)
    options: dict[str, Mapping[str, Labels]] = field(default_factory=dict)
    categories: dict[str, Category | None] = field(default_factory=dict)
    symbols: dict[str, str] | None = None
    numbers: dict[str, str | None] = field(default_factory=dict)
    """Identifiers of products by their uuids."""

    def attribute(self, code: str) -> Attribute:
        """Return an attribute; raises `Unmappable` for one that is not there."""
        found = self.attributes.get(code)
        if found is None:
            raise Unmappable(field=f"values.{code}", reason="Akeneo has no such attribute")
        return found

    def number(self, product: Product) -> str | None:
        """Return the identifier of a product: that of the main attribute for it, where there are several."""
        known = [found for code in mapped(product.values) if (found := self.attributes.get(code)) and found.type == IDENTIFIER]
        for attribute in sorted(known, key=lambda each: not each.is_main_identifier):
            for value in mapped(product.values)[attribute.code]:
                if isinstance(value.data, str) and value.data.strip():
                    return value.data.strip()
        return (product.identifier or "").strip() or None

    def lineage(self, code: str) -> list[str]:
        """Return a product model and those above it; raises `Unmappable` where they go in a circle or are not there."""
        found = [code]
        while (above := self._above(found[-1])) is not None:
            if above in found:
                raise Unmappable(field="parent", reason="the product models go in a circle")
            found.append(above)
        return found

    def _above(self, code: str) -> str | None:
        known = self.models.get(code)
        if known is None:
            raise Unmappable(field="parent", reason="Akeneo has no such product model")
        return known.parent
