"""The kinds of targets; adding one touches its file and one word here."""

from __future__ import annotations

from collections.abc import Mapping

from hanse.sources.crm.files import File
from hanse.sources.crm.target import Target
from hanse.sources.crm.tryton import Tryton
from hanse.sources.crm.webhook import Webhook

SYSTEMS: Mapping[str, Target] = {each.system: each for each in (Webhook(), File(), Tryton())}
