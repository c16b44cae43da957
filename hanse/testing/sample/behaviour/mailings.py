"""Newsletters to those who agreed to advertising; some bring a coupon to a random half, so that its true effect can be found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hanse.base.operation import Purpose
from hanse.data.catalog.schemas import Texts
from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.people.members import Party, Person
from hanse.testing.sample.window import DAYS, SEASON_OF, Window
from hanse.testing.sample.world import World

EVERY_DAYS = 28
COUPON_PERCENT = 10
CLICK_PROBABILITY = 0.22
ORDER_PROBABILITY = 0.02
"""That somebody who opened a letter orders because of it, without a coupon."""
COUPON_EFFECT = 0.25
"""By how much a coupon raises that for a price sensitivity of 1."""
HOUR_SECONDS = 3600.0


class Reaction(Enum):
    """What a letter makes somebody do."""

    NOTHING = "nothing"
    VISIT = "visit"
    ORDER = "order"


@dataclass(frozen=True)
class Letter:
    """One mailing to everybody."""

    campaign_id: str
    day: float
    family: str
    subject: Texts
    with_coupon: bool

    def offers_coupon(self, person: Person) -> bool:
        """Return whether a person is in the half that gets the coupon."""
        return self.with_coupon and int(chance.digest(self.campaign_id, person.profile_id)[:2], 16) < 128


def plan(window: Window) -> list[Letter]:
    """Return all mailings, each about the family that has its season."""
    return [_letter(window, number) for number in range(1, DAYS // EVERY_DAYS + 1)]


def _letter(window: Window, number: int) -> Letter:
    day = number * EVERY_DAYS - 18 + 9.5 / 24
    month = window.months[int(day)]
    families = sorted(SEASON_OF, key=lambda family: (-SEASON_OF[family][month], family))
    family = families[number % 3]
    title = vocabulary.families()[family].title
    with_coupon = number % 3 == 0
    subject = {
        "de": f"{title['de']}: 10 % für Sie" if with_coupon else f"Neu für Sie: {title['de']}",
        "en": f"{title['en']}: 10 % for you" if with_coupon else f"New for you: {title['en']}",
    }
    return Letter(f"N-{number:03d}", day, family, subject, with_coupon)


def send(world: World, party: Party, person: Person, letter: Letter) -> tuple[Reaction, float]:
    """Send a letter to somebody; return what it makes them do, and when."""
    day, rng = letter.day, world.rng
    if person.user_id is None or person.joined_day > day or not person.allows(Purpose.ADVERTISING, day):
        return Reaction.NOTHING, day
    second = world.window.second(day)
    coupon = letter.offers_coupon(person)
    facts = {
        "email_id": f"{letter.campaign_id}-{person.user_id}",
        "email_subject": letter.subject[person.language],
        "campaign_id": letter.campaign_id,
        "campaign_name": letter.subject["de"],
    } | ({"coupon_id": coupon_code(letter)} if coupon else {})
    world.journal.track("Email Delivered", person, second, facts)
    if rng.random() > open_probability(party, person, letter) * party.ease(day):
        return Reaction.NOTHING, day
    second += HOUR_SECONDS * chance.around(rng, 9, spread=1.0)
    world.journal.track("Email Opened", person, second, facts)
    orders = rng.random() < order_probability(party, coupon=coupon)
    if orders or rng.random() < CLICK_PROBABILITY:
        world.journal.track("Email Link Clicked", person, second + 40, facts | {"link_url": f"/c/{letter.family}", "link_id": "main"})
        return (Reaction.ORDER if orders else Reaction.VISIT), world.window.day(second + 60)
    return Reaction.NOTHING, day


def open_probability(party: Party, person: Person, letter: Letter) -> float:
    """Return how likely somebody opens a letter: more likely when it is about what they like."""
    return chance.within(person.mail_score * (0.7 + 3.0 * party.tastes[letter.family]), 0.0, 0.95)


def order_probability(party: Party, *, coupon: bool) -> float:
    """Return how likely who opened a letter orders because of it."""
    return ORDER_PROBABILITY + (COUPON_EFFECT * party.price_sensitivity if coupon else 0.0)


def coupon_code(letter: Letter) -> str:
    """Return the code that a letter brings."""
    return f"POST{COUPON_PERCENT}-{letter.campaign_id}"
