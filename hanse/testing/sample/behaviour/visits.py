"""One visit to the shop: arriving, signing in, looking around, filling a cart; events as in the e-commerce specification v2."""

from __future__ import annotations

from typing import Any

from hanse.testing.sample import vocabulary
from hanse.testing.sample.assortment import Item, Kind
from hanse.testing.sample.assortment.items import SHOP_URL
from hanse.testing.sample.assortment.prices import unit_price
from hanse.testing.sample.behaviour import recommendations
from hanse.testing.sample.behaviour.wishes import Basket
from hanse.testing.sample.chance import Urn
from hanse.testing.sample.people.members import Party, Person
from hanse.testing.sample.world import World

REFERRERS = Urn(("", "https://search.example/", "https://social.example/", "https://forum.example/"), (5, 4, 1, 1))
NOT_SOLD = {
    "de": ["rasenmäher", "schweißgerät", "leiter", "farbe weiß", "akku für hubsi 3000"],
    "en": ["lawn mower", "welding machine", "ladder"],
}
"""What people look for in vain."""
LIST_LENGTH = 8


class Visit:
    """Somebody in the shop on one device."""

    def __init__(self, world: World, party: Party, person: Person, second: float) -> None:
        """Open the shop at a moment."""
        self.world, self.party, self.person, self.second = world, party, person, second
        self.day = world.window.day(second)
        self.device = world.rng.choice(person.devices)
        self.signed_in = False
        self.cart_id = ""
        self.cart: Basket = {}
        self.chosen: Basket = {}
        """What they mean to order."""
        self.decision_id: str | None = None
        """The recommendation that made them choose something."""
        self.recommendations_left = recommendations.places(world, self.day)

    def track(self, name: str, properties: dict[str, Any], path: str) -> None:
        """Note what they do, some time after what they did before."""
        world = self.world
        self.second += 3 + world.rng.expovariate(0.03)
        context = world.context(path, self.device, self.person.language)
        world.journal.track(name, self.person, self.second, properties, device=self.device, signed_in=self.signed_in, context=context)

    def arrive(self, path: str = "/", campaign: dict[str, str] | None = None) -> None:
        """Come to a page, from where a campaign or a search engine sent them."""
        world = self.world
        context = world.context(path, self.device, self.person.language)
        referrer = "" if campaign else REFERRERS.draw(world.rng)
        if referrer or campaign:
            context = context | {"page": context["page"] | {"referrer": referrer}} | ({"campaign": campaign} if campaign else {})
        properties = {"path": path, "url": SHOP_URL + path, "title": "Nordwerk"}
        world.journal.page("Landing", self.person, self.second, properties, self.device, signed_in=False, context=context)

    def sign_in(self) -> None:
        """Sign in, sometimes at the second try; nobody signs in before they have an account."""
        if self.signed_in or self.person.user_id is None or self.day < self.person.joined_day:
            return
        if self.world.rng.random() < 0.35:
            self.signed_in = True
            return
        while self.world.rng.random() < 0.04:
            self._track_sign_in("Sign In Failed")
        self._track_sign_in("Signed In")

    def _track_sign_in(self, name: str) -> None:
        self.signed_in = True
        self.track(name, {"method": "password"}, "/account")
        self.signed_in = name == "Signed In"

    def list_products(self, family: str, kind: Kind) -> None:
        """Look at a list of products."""
        world = self.world
        key = (family, kind.value, world.rng.randrange(4))
        shown = world.lists.get(key)
        if shown is None:
            shown = world.lists[key] = _list_of(world.assortment.by_family[family][kind], key)
        self.track("Product List Viewed", shown, f"/c/{family}/{kind.value}")

    def search(self, item: Item | None) -> None:
        """Search for an item in their own words, or for something the shop does not have."""
        rng, language = self.world.rng, self.person.language
        query = rng.choice(NOT_SOLD[language]) if item is None else rng.choice(queries_for(item, language))
        self.track("Products Searched", {"query": query}, "/search")

    def look(self, item: Item) -> None:
        """Look at a product, and perhaps at what the shop recommends with it."""
        self.track("Product Viewed", item.facts, item.path)
        if self.recommendations_left and item.complements:
            self.recommendations_left -= 1
            recommendations.show(self, item)

    def look_around(self, item: Item, count: int) -> None:
        """Find an item and compare it with others of its kind."""
        world, rng = self.world, self.world.rng
        if rng.random() < 0.35:
            self.search(item if rng.random() < 0.96 else None)
        else:
            self.list_products(item.family, item.kind)
        for _ in range(count):
            other = world.assortment.urns[item.family, item.kind].draw(rng)
            if other is not item and other.is_sold_on(self.day):
                self.look(other)
        self.look(item)

    def put_in_cart(self, item: Item, quantity: int) -> None:
        """Add a product to the cart."""
        world = self.world
        if not self.cart_id:
            self.cart_id = f"C-{world.number('cart'):07d}"
        self.cart[item] = quantity
        price = unit_price(item, quantity, self.party.discounts) / 100
        self.track("Product Added", item.facts | {"price": price, "quantity": quantity, "cart_id": self.cart_id}, item.path)
        if world.rng.random() < 0.05:
            removed = {"product_id": item.product_id, "quantity": quantity, "cart_id": self.cart_id}
            self.track("Product Removed", removed, "/cart")
            self.track("Product Added", item.facts | {"price": price, "quantity": quantity, "cart_id": self.cart_id}, item.path)


def queries_for(item: Item, language: str) -> list[str]:
    """Return the words in which people look for an item."""
    if item.kind is Kind.SPARE_PART:
        part = vocabulary.part_types()[item.part_type].title[language]
        family = vocabulary.families()[item.family].title[language]
        return [f"{part} {family}".lower(), item.title(language).lower(), item.product_id.lower()]
    if item.kind is Kind.MACHINE:
        return vocabulary.families()[item.family].words[language]
    if item.kind is Kind.WINE:
        grape = str(item.product.attributes["grape"]["value"]).lower()
        return [*vocabulary.ranges()["wine"].words[language][:1], grape, item.title(language).lower()]
    return [item.title(language).lower().split(",")[0]]


def _list_of(items: list[Item], key: tuple[str, str, int]) -> dict[str, Any]:
    family, kind, page = key
    start = page * LIST_LENGTH % max(len(items) - LIST_LENGTH + 1, 1)
    shown = items[start : start + LIST_LENGTH]
    products = [{"product_id": item.product_id, "position": position} for position, item in enumerate(shown, 1)]
    return {"list_id": f"{family}/{kind}", "category": items[0].product.category["de"], "products": products}
