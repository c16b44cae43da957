"""The shop systems that can be connected; adding one touches its folder and one word here."""

from __future__ import annotations

from collections.abc import Mapping

from hanse.sources.akeneo import Akeneo
from hanse.sources.connections.errors import UnknownSystem
from hanse.sources.shopify import Shopify
from hanse.sources.shopware import Shopware
from hanse.sources.source import PolledAlone, Source
from hanse.sources.tryton import Tryton
from hanse.sources.woocommerce import WooCommerce

SYSTEMS: Mapping[str, Source] = {each.system: each for each in (Shopify(), Shopware(), WooCommerce(), Tryton(), Akeneo())}


SALES = "orders"
"""What a shop knows and a PIM does not."""


def is_pim(system: str) -> bool:
    """Return whether a system says what products are, and nothing of their sale."""
    return SALES not in find(system).kinds


def sends(system: str) -> bool:
    """Return whether a system sends webhooks; else it is read by polls alone."""
    return not isinstance(find(system), PolledAlone)


def find(system: str) -> Source:
    """Return a system by its name; raises `UnknownSystem`."""
    if system not in SYSTEMS:
        raise UnknownSystem(system=system, systems=", ".join(SYSTEMS))
    return SYSTEMS[system]
