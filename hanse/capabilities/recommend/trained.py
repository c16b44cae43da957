"""The rankings of this capability in the registry: how they are saved there, and found at a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hanse.ai import models
from hanse.ai.models import Card, Model, Models
from hanse.base.context import Context
from hanse.capabilities.recommend.errors import NotTrained
from hanse.capabilities.recommend.method import Rankings
from hanse.capabilities.recommend.popularity import WINDOW_DAYS

POPULAR = "recommend.popular"
ALSO_BOUGHT = "recommend.also_bought"
AFTER_SEARCH = "recommend.after_search"


@dataclass(frozen=True)
class Trained:
    """Rankings in use, with what their reasons say of them."""

    version: str
    rankings: Rankings
    since: date
    """The first day of the orders that popularity counts."""
    until: date


def there(context: Context, name: str) -> bool:
    """Return whether rankings of a name are in use."""
    return context.resource(Models).current(name) is not None


def current(context: Context, name: str) -> Trained:
    """Return the rankings in use.

    Raises `NotTrained`.
    """
    model = context.resource(Models).current(name)
    if model is None:
        raise NotTrained
    return model.view(rankings)


async def publish(context: Context, name: str, made: Rankings, card: Card) -> str:
    """Save rankings as a new version and put it into use; return the version."""
    version = await models.save(context, name, made.arrays, made.texts, card)
    await models.activate(context, version)
    return version


def rankings(model: Model) -> Trained:
    """Make what answers of a model."""
    found = Rankings.from_arrays(model.arrays, model.texts)
    found.places  # noqa: B018  # the lookup is built here, not at the first request
    until = (model.card.data_until or model.card.trained_at).date()
    oldest = (model.card.data_since or model.card.trained_at).date()
    return Trained(model.version, found, max(oldest, until - timedelta(days=WINDOW_DAYS)), until)
