"""The model registry: arrays on disk, cards in the database, one current version of each name in the memory of every process."""

from hanse.ai.models.errors import ModelFilesMissing, UnknownModel
from hanse.ai.models.registry import Model, Models, Problem, View
from hanse.ai.models.schemas import Card, Entry
from hanse.ai.models.store import TOPIC, activate, card, listing, save

__all__ = ["TOPIC", "Card", "Entry", "Model", "ModelFilesMissing", "Models", "Problem", "UnknownModel", "View", "activate", "card", "listing", "save"]
