"""Service: tickets about orders, broken machines and accounts, and agents who solve some topics better than others."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hanse.testing.sample import chance, vocabulary
from hanse.testing.sample.assortment import Item
from hanse.testing.sample.behaviour.visits import Visit
from hanse.testing.sample.people.members import Person
from hanse.testing.sample.world import World

HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS
AGENTS = 8
MOST_AGENTS = 3
ORDER_TOPICS = chance.Urn(("delivery", "return", "invoice", "account", "advice"), (4, 2.5, 1.5, 0.8, 0.7))
WEAR_TOPICS = chance.Urn(("spare_part", "defect", "usage"), (4, 4, 2))
GREETINGS = {"de": "Mit freundlichen Grüßen", "en": "Kind regards"}


@dataclass(frozen=True)
class Matter:
    """What a ticket is about."""

    topic: str
    item: Item | None = None
    part: Item | None = None
    order_id: str = ""
    ease: float = 1.0
    """By how much the agents' chance to solve it is changed."""


def draw_agents(rng: Random) -> dict[str, dict[str, float]]:
    """Return with which probability each agent solves each topic: strong in two or three, weak in two."""
    topics = [topic for topic in vocabulary.topics() if topic != "handover"]
    agents: dict[str, dict[str, float]] = {}
    for number in range(1, AGENTS + 1):
        skills = {topic: round(rng.uniform(0.5, 0.7), 2) for topic in topics}
        marked = rng.sample(topics, 5)
        skills |= {topic: round(rng.uniform(0.86, 0.96), 2) for topic in marked[: rng.choice((2, 3))]}
        skills |= {topic: round(rng.uniform(0.18, 0.35), 2) for topic in marked[3:]}
        agents[f"A-{number:02d}"] = skills
    return agents


def ask_about_order(visit: Visit, order_id: str, item: Item) -> None:
    """Let the buyer write about an order now and then."""
    rng = visit.world.rng
    if rng.random() < 0.075:
        at = visit.second + DAY_SECONDS * chance.around(rng, 4, spread=0.7)
        topic = ORDER_TOPICS.draw(rng)
        open_ticket(visit.world, visit.person, at, Matter(topic, None if topic in {"invoice", "account"} else item, None, order_id))


def ask_about_wear(world: World, person: Person, second: float, machine: Item, part: Item) -> None:
    """Let somebody describe what is wrong with a machine."""
    open_ticket(world, person, second, Matter(WEAR_TOPICS.draw(world.rng), machine, part))


def open_ticket(world: World, person: Person, second: float, matter: Matter) -> None:
    """Write a ticket and let agents answer until one solves it or nobody is left."""
    rng, topic = world.rng, vocabulary.topics()[matter.topic]
    ticket_id = f"T-{world.number('ticket'):06d}"
    facts = {"ticket_id": ticket_id, "topic": matter.topic, "channel": rng.choice(topic.channels)}
    if matter.item:
        facts["product_id"] = matter.item.product_id
    if matter.order_id:
        facts["order_id"] = matter.order_id
    texts = {"subject": _text(world, person, matter, "subject"), "body": _text(world, person, matter, "body") + _signature(rng, person)}
    world.journal.track("Ticket Opened", person, second, facts | texts)
    solved_by = _answer(world, person, second, matter, facts)
    world.facts.tickets[ticket_id] = {
        "topic": matter.topic,
        "part_id": matter.part.product_id if matter.part else None,
        "solved_by": solved_by,
    }


def _answer(world: World, person: Person, second: float, matter: Matter, facts: dict[str, str]) -> str | None:
    rng = world.rng
    for handovers, agent_id in enumerate(rng.sample(sorted(world.agents), MOST_AGENTS)):
        second += HOUR_SECONDS * chance.around(rng, 7, spread=0.9)
        said = facts | {"agent_id": agent_id, "author": "agent"}
        if rng.random() < world.agents[agent_id][matter.topic] * matter.ease:
            world.journal.track("Ticket Replied", person, second, said | {"body": _text(world, person, matter, "answer")})
            _solve(world, person, second, facts | {"agent_id": agent_id}, handovers)
            return agent_id
        passed_on = Matter("handover")
        world.journal.track("Ticket Replied", person, second, said | {"body": _text(world, person, passed_on, "answer")})
        if rng.random() < 0.5:
            second += HOUR_SECONDS * chance.around(rng, 5, spread=0.9)
            world.journal.track("Ticket Replied", person, second, facts | {"author": "customer", "body": _text(world, person, passed_on, "body")})
    return None


def _solve(world: World, person: Person, second: float, facts: dict[str, str], handovers: int) -> None:
    rng = world.rng
    solved: dict[str, object] = {**facts, "handovers": handovers}
    if rng.random() < 0.55:
        solved["satisfaction"] = round(chance.within(rng.gauss(4.5 - 1.1 * handovers, 0.7), 1, 5))
    world.journal.track("Ticket Solved", person, second + HOUR_SECONDS * chance.around(rng, 6, spread=0.8), solved)


def _text(world: World, person: Person, matter: Matter, part: str) -> str:
    phrases = getattr(vocabulary.topics()[matter.topic], part)[person.language]
    language = person.language
    symptom = vocabulary.part_types()[matter.part.part_type].symptom[language] if matter.part else ""
    text: str = world.rng.choice(phrases)
    return text.format(
        product=matter.item.title(language) if matter.item else "",
        order=matter.order_id,
        symptom=symptom,
        part=f"{matter.part.title(language)} ({matter.part.product_id})" if matter.part and part == "answer" else _part_name(matter, language),
        days=world.rng.randrange(3, 25),
    )


def _part_name(matter: Matter, language: str) -> str:
    if matter.part:
        return vocabulary.part_types()[matter.part.part_type].title[language]
    return {"de": "Zubehör", "en": "accessories"}[language]


def _signature(rng: Random, person: Person) -> str:
    phone = f"\n{person.traits['phone']}" if rng.random() < 0.4 else ""
    return f"\n\n{GREETINGS[person.language]}\n{person.name}{phone}"
