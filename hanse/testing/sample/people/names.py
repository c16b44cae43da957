"""Invented names, addresses, telephone numbers and mail addresses, each mail address once."""

from __future__ import annotations

from random import Random

from hanse.testing.sample import vocabulary

PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": ""})


class Names:
    """Draws who people are and where they live."""

    def __init__(self, rng: Random) -> None:
        """Draw by a generator."""
        self._rng = rng
        self._words = vocabulary.people()
        self._used: set[str] = set()

    def first(self) -> str:
        """Return a first name."""
        return self._rng.choice(self._words.first_names)

    def last(self) -> str:
        """Return a surname, put together so that nobody bears it."""
        return self._rng.choice(self._words.surname_heads) + self._rng.choice(self._words.surname_tails)

    def company(self, trade: str, surname: str) -> str:
        """Return the name of a company."""
        return f"{trade} {surname}{self._rng.choice(self._words.company_forms)}"

    def address(self) -> dict[str, str]:
        """Return an address; no German postal code begins with 00."""
        rng, words = self._rng, self._words
        return {
            "street": f"{rng.choice(words.street_heads)}{rng.choice(words.street_tails)} {rng.randrange(1, 140)}",
            "postalCode": f"00{rng.randrange(1000):03d}",
            "city": rng.choice(words.town_heads) + rng.choice(words.town_tails),
            "country": "DE",
        }

    def phone(self) -> str:
        """Return a telephone number that nobody can have."""
        if self._rng.random() < 0.3:
            return f"{self._words.mobile_stem}{self._rng.randrange(100):02d}"
        return f"{self._rng.choice(self._words.phone_stems)}{self._rng.randrange(1000):03d}"

    def email(self, local: str, domain: str | None = None) -> str:
        """Return a mail address that was not given out before."""
        domain = domain or self._rng.choice(self._words.mail_domains)
        local = local.lower().translate(PLAIN)
        address, number = f"{local}@{domain}", 2
        while address in self._used:
            address, number = f"{local}{number}@{domain}", number + 1
        self._used.add(address)
        return address

    def domain(self, surname: str) -> str:
        """Return the mail domain of a company."""
        return f"{surname.lower().translate(PLAIN)}.{self._rng.choice(self._words.mail_domains)}"

    def place(self) -> str:
        """Return where a machine stands."""
        return self._rng.choice(self._words.places_of_machines)


def misspelt(rng: Random, name: str) -> str:
    """Return a name as somebody types it carelessly: a letter doubled, dropped or two changed."""
    position = rng.randrange(1, len(name) - 1)
    left, middle, right = name[:position], name[position], name[position + 1 :]
    return rng.choice((left + middle * 2 + right, left + right, left + right[:1] + middle + right[1:]))
