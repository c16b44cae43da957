"""Attacks on accounts: one device tries stolen passwords on many of them within an hour; a few open."""

from __future__ import annotations

from hanse.testing.sample import chance
from hanse.testing.sample.people.members import Device, Person
from hanse.testing.sample.window import DAYS
from hanse.testing.sample.world import World

ATTACKS = 2
SUCCESS_PROBABILITY = 0.04


def attack(world: World) -> None:
    """Play all attacks."""
    people = [person for party in world.population.parties for person in party.persons if person.user_id]
    for number in range(ATTACKS):
        day = world.rng.uniform(DAYS * (0.2 + 0.4 * number), DAYS * (0.55 + 0.4 * number))
        joined = [person for person in people if person.joined_day < day]
        victims = world.rng.sample(joined, min(len(joined), 6 + len(people) // 40))
        if victims:
            _try_all(world, day, victims)


def _try_all(world: World, day: float, victims: list[Person]) -> None:
    rng, device = world.rng, Device(str(chance.uuid4(world.rng)), "desktop chromium")
    opened: list[str] = []
    begin = second = world.window.second(day)
    for victim in victims:
        second += rng.uniform(2, 25)
        succeeded = rng.random() < SUCCESS_PROBABILITY
        world.journal.track("Signed In" if succeeded else "Sign In Failed", victim, second, {"method": "password"}, device=device)
        opened += [str(victim.profile_id)] if succeeded else []
    world.facts.attacks.append(
        {
            "anonymous_id": device.anonymous_id,
            "started_at": world.window.datetime(begin),
            "profile_ids": [str(victim.profile_id) for victim in victims],
            "opened_profile_ids": opened,
        }
    )
