"""Language models in the console: set up, tried, switched, limited; and their record, shown to whoever may see it, judged."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hanse.ai.language import gateway, masking
from hanse.ai.language.requests import Answer, NoAnswer
from hanse.base import database
from hanse.base.context import Context, Resources
from hanse.data.access.accounts import Role
from hanse.serve.console import texts
from hanse.serve.runtime import Runtime
from hanse.testing.language import FakeModel, Lie, Status
from tests.ai.language.conftest import question
from tests.serve.console.conftest import Browser

PATH = "/language"
GERMAN = {"Accept-Language": "de"}
DRAWER = {"HX-Request": "true", "HX-Target": "drawer"}
SignIn = Callable[..., Browser]
RECOGNISERS = {
    "tax id",
    "tax number",
    "identity card",
    "driving licence",
    "social insurance",
    "health insurance",
    "number plate",
    "spoken number",
    "encoded data",
    "internet address",
    "postal code",
    "date of birth",
    "customer number",
}


@pytest.fixture
def fake() -> Iterator[FakeModel]:
    with FakeModel() as running:
        yield running


def form(fake: FakeModel, **changed: str) -> dict[str, str]:
    """Return the form of a model as somebody fills it in."""
    usual = {"name": "house", "url": fake.url, "model": "qwen3:8b", "key": "sk-secret", "role": "large", "in_house": "true", "is_on": "true"}
    return {**usual, "input_price_minor": "0,15", "output_price_minor": "0,6", "context_tokens": "8.192", **changed}


def ask(runtime: Runtime, text: str) -> Answer | NoAnswer:
    """Ask a model as a capability does, with a pool of this test's own loop."""

    async def run() -> Answer | NoAnswer:
        pool = database.pool(runtime.conninfo)
        async with pool:
            held = runtime.resources
            return await gateway.ask(Context(Resources(held.settings, held.clock, pool, held.ports)), question(text))

    return asyncio.run(run())


def rows(runtime: Runtime, statement: str) -> list[dict[str, Any]]:
    async def read() -> Any:
        async with await database.connect(runtime.conninfo) as connection:
            return await (await connection.execute(statement.encode())).fetchall()

    found: list[dict[str, Any]] = asyncio.run(read())
    return found


def test_without_a_model_the_page_says_that_none_is_needed(browser: SignIn) -> None:
    page = browser().get(PATH, headers=GERMAN).text
    assert "Es ist kein Sprachmodell eingerichtet, und es braucht auch keines" in page
    assert "Es wurde noch kein Sprachmodell gefragt" in browser().get(f"{PATH}/calls", headers=GERMAN).text


def test_a_model_is_set_up_tried_changed_and_removed(browser: SignIn, runtime: Runtime, fake: FakeModel) -> None:
    admin = browser()
    saved = admin.post(f"{PATH}/models", form(fake), headers=GERMAN)
    assert saved.headers["location"] == f"{PATH}/models/house"
    assert "noch nicht ausprobiert" in admin.get(PATH, headers=GERMAN).text
    row = rows(runtime, "SELECT input_price_minor, context_tokens FROM language_models")[0]
    assert (float(row["input_price_minor"]), row["context_tokens"]) == (15.0, 8_192)
    admin.post(f"{PATH}/models/house/try")
    drawer = admin.get(f"{PATH}/models/house", headers={**GERMAN, **DRAWER}).text
    assert "nach Schema" in drawer
    assert "verschlüsselt aufbewahrt" in drawer
    whole = admin.get(f"{PATH}/models/house", headers=GERMAN).text
    assert 'value="0,15"' in whole
    assert "sk-secret" not in whole + drawer
    admin.post(f"{PATH}/models/house/state", {"state": "off"})
    assert "ausgeschaltet" in admin.get(PATH, headers=GERMAN).text
    assert fake.asked[-1].headers["authorization"] == "Bearer sk-secret"
    admin.post(f"{PATH}/models/house/state", {"state": "removed"})
    assert rows(runtime, "SELECT * FROM language_models") == []
    audited = {row["action"] for row in rows(runtime, "SELECT action FROM audit_log")}
    assert {"language.save_model", "language.try_model", "language.remove_model"} <= audited


def test_a_model_that_does_not_answer_is_told_with_the_reason(browser: SignIn, fake: FakeModel) -> None:
    admin = browser()
    admin.post(f"{PATH}/models", form(fake))
    fake.misbehave(Status(401, code="invalid_api_key"))
    admin.post(f"{PATH}/models/house/try")
    assert "hat mit Status 401 geantwortet, der Schlüssel stimmt nicht, invalid_api_key" in admin.get(f"{PATH}/models/house", headers=GERMAN).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://u:p@api.example/v1"}, "ohne Schlüssel und ohne Abfrage"),
        ({"in_house": ""}, "muss die Adresse mit https beginnen"),
        ({"input_price_minor": "teuer"}, "Preis je Million gesendeter Token: Hier wird eine Zahl erwartet"),
        ({"name": "Großes Modell"}, "name"),
    ],
)
def test_what_cannot_be_saved_is_told_and_what_was_typed_stays(browser: SignIn, fake: FakeModel, changed: dict[str, str], said: str) -> None:
    answer = browser().post(f"{PATH}/models", form(fake, **changed), headers=GERMAN)
    assert answer.status_code in {400, 422}
    assert said in answer.text
    assert 'value="qwen3:8b"' in answer.text
    assert "sk-secret" not in answer.text


def test_budgets_show_what_was_used_and_the_switch_stops_all(browser: SignIn, runtime: Runtime, fake: FakeModel) -> None:
    admin = browser()
    admin.post(f"{PATH}/models", form(fake))
    admin.post(f"{PATH}/budgets", {"capability": "*", "tokens": "1.000", "money": "2,50"})
    fake.misbehave(Lie(50, 50))
    assert isinstance(ask(runtime, "Hallo"), Answer)
    page = admin.get(PATH, headers=GERMAN).text
    assert '<progress max="1000" value="100"' in page
    assert "2,50\xa0€" in page
    wrong = admin.post(f"{PATH}/budgets", {"capability": "*", "tokens": "viele"}, headers=GERMAN)
    assert (wrong.status_code, "Token je Tag: Hier wird eine Zahl erwartet" in wrong.text) == (400, True)
    admin.post(f"{PATH}/budgets", {"capability": "*"})
    assert "<progress" not in admin.get(PATH).text
    admin.post(f"{PATH}/switch", {"is_on": "false"})
    assert "Alle Sprachmodelle sind ausgeschaltet" in admin.get(PATH, headers=GERMAN).text
    assert isinstance(ask(runtime, "Hallo"), NoAnswer)
    admin.post(f"{PATH}/keep", {"days": "7"})
    assert rows(runtime, "SELECT is_on, kept_days FROM language_settings") == [{"is_on": False, "kept_days": 7}]


def test_the_record_is_searched_looked_at_and_judged(browser: SignIn, runtime: Runtime, fake: FakeModel) -> None:
    admin = browser()
    admin.post(f"{PATH}/models", form(fake))
    asked = [ask(runtime, text).call_id for text in ("Schreibe an Petra Petersen <b>", "Etwas anderes")]
    listed = admin.get(f"{PATH}/calls", headers=GERMAN).text
    assert all(f"{PATH}/calls/{each}" in listed for each in asked)
    found = admin.get(f"{PATH}/calls?q=schreibe&outcome=answered&verdict=nonsense").text
    assert str(asked[0]) in found
    assert str(asked[1]) not in found
    assert "Keine solchen Aufrufe" in admin.get(f"{PATH}/calls?outcome=failed").text
    one = f"{PATH}/calls/{asked[0]}"
    drawer = admin.get(one, headers=DRAWER).text
    assert "Schreibe an &lt;PERSON_1&gt; &lt;b&gt;" in drawer
    admin.post(f"{one}/verdict", {"verdict": "bad", "note": "Falscher Ton"})
    assert "Falscher Ton" in admin.get(one).text
    assert str(asked[0]) in admin.get(f"{PATH}/calls?verdict=bad").text
    admin.post(f"{one}/verdict", {"verdict": ""})
    assert rows(runtime, "SELECT verdict FROM language_calls WHERE verdict IS NOT NULL") == []
    table = admin.get(f"{PATH}/calls?format=csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert "PERSON" not in table.text
    assert admin.get(f"{PATH}/calls/{UUID(int=7)}").status_code == 404


def test_who_may_not_see_personal_data_sees_numbers_alone(browser: SignIn, runtime: Runtime, fake: FakeModel) -> None:
    browser().post(f"{PATH}/models", form(fake))
    call_id = ask(runtime, "Geheimes").call_id
    viewer = browser(Role.VIEWER)
    drawer = viewer.get(f"{PATH}/calls/{call_id}", headers={**GERMAN, **DRAWER}).text
    assert "Ihre Rolle zeigt die Texte nicht" in drawer
    assert "Geheimes" not in drawer
    assert str(call_id) in viewer.get(f"{PATH}/calls?q=nichts").text, "searching would tell what stands in the texts"
    page = viewer.get(PATH).text
    assert 'id="model-form"' not in page


def test_the_playground_marks_what_would_be_masked_and_why(browser: SignIn) -> None:
    admin = browser()
    assert "nichts davon wird behalten" in admin.get(f"{PATH}/masking", headers=GERMAN).text
    page = admin.post(
        f"{PATH}/masking", {"text": "Frau Pohl, IBAN DE89 3704 0044 0532 0130 00, <b>Gunfp</b>", "name": "Ada Gunpf"}, headers=GERMAN
    ).text
    assert "Frau &lt;PERSON_1&gt;, IBAN &lt;IBAN_1&gt;, &lt;b&gt;&lt;PERSON_2&gt;&lt;/b&gt;" in page
    for words in ("IBAN: deutsche IBAN", "wie jemand angeredet wird", "der Name des Kunden", "<mark"):
        assert words in page
    assert "<b>" not in page.split("<main")[1].split("wrapped")[1]


def test_every_reason_of_masking_is_said_in_german(runtime: Runtime) -> None:
    folder = Path(masking.__file__).parent
    reasons = {text for file in folder.glob("*.py") for text in _reasons(ast.parse(file.read_text()))}
    catalog = texts.load(runtime.registry, "Europe/Berlin").words("de").catalog
    assert len(reasons) > 40
    assert sorted(reasons - set(catalog)) == []


def _reasons(tree: ast.Module) -> Iterator[str]:
    """Go through the texts that are given to spans as their reason: the last text of a call that makes any."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Span", "_span", "_after", "_occurrences"}:
            said = [each.value for argument in node.args for each in ast.walk(argument) if isinstance(each, ast.Constant)]
            yield from (each for each in said if isinstance(each, str) and " " in each and each not in RECOGNISERS)
