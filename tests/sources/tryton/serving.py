"""A real Tryton server for a session of tests, and the few calls with which people would work in it."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tests.sources.tryton import installing

PATIENCE_SECONDS = 60


def amount(text: str) -> dict[str, str]:
    """Return an amount as Tryton writes it."""
    return {"__class__": "Decimal", "decimal": str(Decimal(text))}


@dataclass
class Server:
    """A running Tryton with a company in it."""

    url: str
    user: str = "admin"
    password: str = installing.PASSWORD
    session: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def secrets(self) -> dict[str, str]:
        """Return what a connection or a target needs."""
        return {"user": self.user, "password": self.password}

    def call(self, method: str, *params: Any) -> Any:
        """Call a method of a model: `party.party.create`."""
        company = self.facts.get("company")
        found = self._ask(f"model.{method}", [*params, {"company": company} if company else {}], {"Authorization": f"Session {self.session}"})
        assert "error" not in found, found["error"]
        return found["result"]

    def sign_in(self) -> None:
        """Begin a session."""
        user_id, token, *_ = self._ask("common.db.login", [self.user, {"password": self.password}], {})["result"]
        self.session = base64.b64encode(f"{self.user}:{user_id}:{token}".encode()).decode()
        self.facts["user_id"] = user_id

    def set_up(self) -> None:
        """Make currency, country and company."""
        rate = {"date": {"__class__": "date", "year": 2020, "month": 1, "day": 1}, "rate": amount("1")}
        euro = {"name": "Euro", "symbol": "€", "code": "EUR", "numeric_code": "978", "rounding": amount("0.01"), "digits": 2}
        self.facts["currency"] = self.call("currency.currency.create", [{**euro, "rates": [["create", [rate]]]}])[0]
        self.facts["country"] = self.call("country.country.create", [{"name": "Germany", "code": "DE"}])[0]
        own = self.call("party.party.create", [{"name": "Werkzeughaus"}])[0]
        company = self.call("company.company.create", [{"party": own, "currency": self.facts["currency"]}])[0]
        self.call("res.user.write", [self.facts["user_id"]], {"companies": [["add", [company]]], "company": company})
        self.facts |= {"company": company, "unit": self.call("product.uom.search", [["name", "=", "Unit"]])[0]}
        self.facts["warehouse"] = self.call("stock.location.search", [["type", "=", "warehouse"]])[0]

    def party(self, name: str, *, email: str = "", phone: str = "", vat: str = "") -> tuple[int, str]:
        """Make a party; return its id and number."""
        ways = [{"type": kind, "value": value} for kind, value in (("email", email), ("phone", phone)) if value]
        address = {"street": "Engelsgrube 7", "postal_code": "23552", "city": "Lübeck", "country": self.facts["country"]}
        facts: dict[str, Any] = {"name": name, "addresses": [["create", [address]]], "contact_mechanisms": [["create", ways]]}
        if vat:
            facts["identifiers"] = [["create", [{"type": "eu_vat", "code": vat}]]]
        (party,) = self.call("party.party.create", [facts])
        return party, self.call("party.party.read", [party], ["code"])[0]["code"]

    def product(self, code: str, name: str, price: str) -> int:
        """Make a product; return its id."""
        unit = self.facts["unit"]
        facts = {"name": name, "code": code, "type": "goods", "salable": True, "default_uom": unit, "sale_uom": unit, "list_price": amount(price)}
        (template,) = self.call("product.template.create", [{**facts, "products": [["create", [{"description": f"About {name}"}]]]}])
        found: list[int] = self.call("product.product.search", [["template", "=", template]])
        return found[0]

    def sale(self, party: int, product: int, quantity: int, price: str, *, on: date, confirmed: bool = True) -> tuple[int, str]:
        """Make a sale; return its id and number."""
        address = self.call("party.address.search", [["party", "=", party]])[0]
        line = {"type": "line", "quantity": quantity, "unit": self.facts["unit"], "product": product, "unit_price": amount(price)}
        facts: dict[str, Any] = {name: self.facts[name] for name in ("company", "currency", "warehouse")}
        facts |= {"party": party, "invoice_address": address, "shipment_address": address, "invoice_method": "manual", "shipment_method": "manual"}
        facts["sale_date"] = {"__class__": "date", "year": on.year, "month": on.month, "day": on.day}
        (sale,) = self.call("sale.sale.create", [{**facts, "lines": [["create", [line]]]}])
        if confirmed:
            self.call("sale.sale.quote", [sale])
            self.call("sale.sale.confirm", [sale])
        return sale, self.call("sale.sale.read", [sale], ["number"])[0]["number"]

    def notes(self, party: int) -> list[str]:
        """Return the notes of a party."""
        found = self.call("ir.note.search_read", [["resource", "=", f"party.party,{party}"]], 0, None, [["id", "ASC"]], ["message"])
        return [each["message"] for each in found]

    def _ask(self, method: str, params: list[Any], headers: dict[str, str]) -> dict[str, Any]:
        body = msgspec.json.encode({"id": 1, "method": method, "params": params})
        request = urllib.request.Request(f"{self.url}/rpc/", body, {"Content-Type": "application/json", **headers})  # our own server
        with urllib.request.urlopen(request, timeout=30) as answer:  # as above
            return msgspec.json.decode(answer.read(), type=dict[str, Any])


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server on a copy of the database, at a free port of this machine."""
    installing.ensure()
    shutil.copyfile(installing.template(), folder / installing.template().name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [installing.program("trytond"), "-c", str(installing.configure(folder, port)), "-d", installing.DATABASE]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            server = Server(f"http://127.0.0.1:{port}/{installing.DATABASE}")
            _wait(server, process)
            server.set_up()
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            server.sign_in()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "Tryton has ended; its log lies beside its database"
            assert time.monotonic() < until, "Tryton does not answer"
            time.sleep(0.2)
        else:
            return
