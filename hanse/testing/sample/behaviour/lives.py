"""The life of a party as a customer: an agenda of orders, idle visits, parts that wear out and letters, played in order of time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush

from hanse.testing.sample import chance
from hanse.testing.sample.assortment import Item, Kind
from hanse.testing.sample.behaviour import mailings, orders, service, wishes
from hanse.testing.sample.behaviour.mailings import Letter, Reaction
from hanse.testing.sample.behaviour.orders import Coupon
from hanse.testing.sample.behaviour.service import Matter
from hanse.testing.sample.behaviour.visits import Visit
from hanse.testing.sample.behaviour.wishes import Basket
from hanse.testing.sample.chance import Urn
from hanse.testing.sample.people.members import Machine, Party, Person
from hanse.testing.sample.world import World

SEASON_HEADROOM = 1.6
"""How much more often than on average a party may order in its best season."""
WEAR_SHARE = 0.3
"""Part of a working day that one machine of several runs."""
BOUGHT_HERE_PROBABILITY = 0.75
"""That a worn part is bought in this shop and not elsewhere."""
MONTH_DAYS = 30.4
KINDS = Urn(tuple(Kind), (4, 1, 1.5, 2, 0.6, 0, 0, 0))

Action = Callable[[float], None]


def live(world: World, party: Party, letters: list[Letter]) -> None:
    """Play everything a party does within the window."""
    _Life(world, party).play(letters)


class _Life:
    def __init__(self, world: World, party: Party) -> None:
        self.world, self.party, self.rng = world, party, world.rng
        self.start = max(party.joined_day, world.window.first_day)
        self.end = min(world.window.last_day, party.churned_day or world.window.last_day)
        self._agenda: list[tuple[float, int, Action]] = []
        self._planned = 0

    def play(self, letters: list[Letter]) -> None:
        self._register()
        if self.party.ring:
            self._plan_fraud()
        else:
            self._plan(letters)
        while self._agenda and self._agenda[0][0] <= self.end:
            day, _, action = heappop(self._agenda)
            action(day)

    def _at(self, day: float, action: Action) -> None:
        self._planned += 1
        heappush(self._agenda, (day, self._planned, action))

    def _register(self) -> None:
        for person in self.party.persons:
            if person.user_id is not None:
                second = self.world.window.second(person.joined_day)
                self.world.journal.identify(person, second)
                if self.party.company:
                    self.world.journal.group(person, second + 1, self.party.company.number, self.party.company.traits)

    def _plan(self, letters: list[Letter]) -> None:
        if self.party.joined_day >= self.world.window.first_day:
            self._at(self.start, self._browse)
        months = max(self.end - self.start, 0) / MONTH_DAYS
        for _ in range(chance.poisson(self.rng, self.party.visits_a_month * months * SEASON_HEADROOM * len(self.party.persons) ** 0.7)):
            self._at(self.rng.uniform(self.start, self.end), self._browse_in_season)
        if not self.party.is_known:
            return
        self._at(self.start + self.rng.uniform(0, self.party.interval_days), self._order)
        for machine in self.party.machines:
            self._plan_wear(machine, elapsed=True)
        for letter in letters:
            self._at(letter.day, partial(self._receive, letter))
        if self.party.churned_day is not None and self.rng.random() < 0.5:
            self._at(self.party.churned_day - self.rng.uniform(4, 50), self._complain)

    def _person(self, day: float) -> Person:
        here = [person for person in self.party.persons if person.joined_day <= day]
        return self.rng.choice(here) if here else self.party.persons[0]

    def _visit(self, person: Person, day: float) -> Visit:
        second = self.world.window.visit_second(day, self.rng, workshop=self.party.company is not None)
        return Visit(self.world, self.party, person, second)

    # What they do

    def _order(self, day: float) -> None:
        ease = self.party.ease(day)
        self._at(day + self.rng.gammavariate(2, self.party.interval_days / 2 / SEASON_HEADROOM) / max(ease, 0.15), self._order)
        families = wishes.demand(self.world, self.party, day)
        if self.rng.random() < sum(families.values()) * ease / SEASON_HEADROOM:
            person = self._person(day)
            self._buy(person, day, wishes.wish(self.world, self.party, person, day, families))

    def _buy(self, person: Person, day: float, basket: Basket, coupon: Coupon | None = None, campaign: dict[str, str] | None = None) -> None:
        if not basket:
            return
        if coupon is None:
            self._research(person, day, next(iter(basket)))
        visit = self._visit(person, day)
        visit.chosen = basket
        visit.arrive(campaign=campaign)
        if self.rng.random() < 0.6:
            visit.sign_in()
        for number, item in enumerate(list(basket)):
            if number == 0:
                visit.look_around(item, self.rng.choice((0, 1, 1, 2)))
            else:
                visit.look(item)
        self._place(visit, coupon)

    def _place(self, visit: Visit, coupon: Coupon | None = None) -> None:
        for machine in orders.place(visit, coupon):
            self._plan_wear(machine)

    def _research(self, person: Person, day: float, item: Item) -> None:
        expensive = item.kind in {Kind.MACHINE, Kind.SET}
        while self.rng.random() < (0.6 if expensive else 0.2):
            earlier = day - self.rng.uniform(0.6, 9)
            if earlier > max(self.start, person.joined_day):
                visit = self._visit(person, earlier)
                visit.arrive()
                visit.look_around(item, self.rng.choice((1, 2, 3)))
                self._finish(visit)

    def _browse_in_season(self, day: float) -> None:
        wanted = sum(wishes.demand(self.world, self.party, day).values())
        if self.rng.random() < wanted * self.party.ease(day) / SEASON_HEADROOM:
            self._browse(day)

    def _browse(self, day: float, campaign: dict[str, str] | None = None) -> None:
        visit = self._visit(self._person(day), day)
        visit.arrive(campaign=campaign)
        if self.rng.random() < 0.3:
            visit.sign_in()
        tastes = Urn(list(self.party.tastes), list(self.party.tastes.values()))
        for _ in range(self.rng.choice((1, 1, 2))):
            item = self._glance(tastes.draw(self.rng))
            if item.is_sold_on(day):
                visit.look_around(item, self.rng.choice((1, 2, 2, 3)))
                if self.rng.random() < 0.1:
                    visit.put_in_cart(item, 1)
        self._finish(visit)

    def _finish(self, visit: Visit) -> None:
        """Leave, or order what a recommendation made them choose."""
        if visit.chosen:
            self._place(visit)
        elif visit.cart:
            orders.abandon(visit)

    def _glance(self, family: str) -> Item:
        kind = wishes.WITHOUT_MACHINES.get(family) or KINDS.draw(self.rng)
        return self.world.assortment.urns[family, kind].draw(self.rng)

    # What happens to them

    def _plan_wear(self, machine: Machine, *, elapsed: bool = False) -> None:
        for part in self.world.assortment.parts_of_line[machine.item.line]:
            lasts = self._lifetime(part)
            begin = max(machine.since_day, self.start)
            self._at(begin + lasts * (self.rng.uniform(0.05, 1.0) if elapsed else 1.0), partial(self._wear_out, machine, part))

    def _lifetime(self, part: Item) -> float:
        return chance.around(self.rng, part.months * MONTH_DAYS / (self.party.usage * WEAR_SHARE), spread=0.3)

    def _wear_out(self, machine: Machine, part: Item, day: float) -> None:
        person = self._person(day)
        bought = self.rng.random() < BOUGHT_HERE_PROBABILITY * self.party.ease(day)
        self.world.facts.worn_parts.append(
            {
                "profile_id": str((self.party.company or person).profile_id),
                "product_id": machine.item.product_id,
                "part_id": part.product_id,
                "worn_at": self.world.window.datetime(self.world.window.second(day)),
                "bought_here": bought,
            }
        )
        if self.rng.random() < 0.16:
            second = self.world.window.visit_second(day, self.rng, workshop=self.party.company is not None)
            service.ask_about_wear(self.world, person, second, machine.item, part)
        if bought:
            basket = {part: 1}
            wishes.add_complements(self.world, self.party, person, day, basket)
            self._buy(person, day + self.rng.uniform(0.1, 5), basket)
        self._at(day + self._lifetime(part), partial(self._wear_out, machine, part))

    def _receive(self, letter: Letter, day: float) -> None:
        for person in self.party.persons:
            reaction, then = mailings.send(self.world, self.party, person, letter)
            if reaction is Reaction.NOTHING:
                continue
            campaign = {"name": letter.campaign_id, "source": "newsletter", "medium": "email"}
            if reaction is Reaction.VISIT:
                self._browse(then, campaign)
                continue
            families = wishes.demand(self.world, self.party, then)
            families[letter.family] += 0.5
            percent = mailings.COUPON_PERCENT
            coupon = Coupon(mailings.coupon_code(letter), "Newsletter", percent) if letter.offers_coupon(person) else None
            self._buy(person, then, wishes.wish(self.world, self.party, person, then, families), coupon, campaign)

    def _complain(self, day: float) -> None:
        matter = Matter("complaint", self.party.last_item, None, self.party.last_order_id, ease=0.6)
        if self.party.last_item:
            second = self.world.window.visit_second(day, self.rng, workshop=self.party.company is not None)
            service.open_ticket(self.world, self._person(day), second, matter)

    # Fraud

    def _plan_fraud(self) -> None:
        for _ in range(self.rng.randrange(1, 3)):
            self._at(self.start + self.rng.uniform(0, 8), self._browse)
        for _ in range(self.rng.randrange(2, 5)):
            self._at(self.start + self.rng.uniform(2, 45), self._order_with_stolen_card)

    def _order_with_stolen_card(self, day: float) -> None:
        machines = [item for item in self.world.assortment.items if item.kind is Kind.MACHINE and item.grade and item.is_sold_on(day)]
        basket = {self.rng.choice(machines): self.rng.choice((1, 1, 2, 3))}
        visit = self._visit(self.party.persons[0], day)
        visit.chosen = basket
        visit.arrive()
        visit.sign_in()
        visit.look(next(iter(basket)))
        self._place(visit)
