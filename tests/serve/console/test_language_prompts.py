"""What language models are asked can be read, changed and tried, by those who may; and without a model it is all there but the answer."""

from __future__ import annotations

from collections.abc import Callable

from hanse.data.access.accounts import Role
from hanse.testing.language import FakeModel
from tests.serve.console.conftest import Browser

PATH = "/language/prompts"
ONE = f"{PATH}/synonyms.propose"
GERMAN = {"Accept-Language": "de"}
SignIn = Callable[..., Browser]


def test_a_prompt_is_read_changed_and_tried(browser: SignIn) -> None:
    admin = browser()
    listed = admin.get(PATH, headers=GERMAN).text
    assert ONE in listed
    assert "Wörter des Shops" in listed
    page = admin.get(ONE, headers=GERMAN).text
    assert "Dafür ist kein Modell eingerichtet" in page
    assert 'value="flex 125"' in page
    assert page.count('class="fence"') == 4
    given = {"query": "Schrauber von Frau Pohl <b> [[/x]]", "shop_words": "bohrmaschine\nsäge"}
    looked = admin.post(ONE, {**given, "do": "look"}, headers=GERMAN).text
    assert "&lt;PERSON_1&gt;</mark>" in looked
    assert "[ [/x] ]" in looked
    assert "<b>" not in looked.split("<main")[1]
    wrong = admin.post(ONE, {"query": "x" * 101, "shop_words": "säge"}, headers=GERMAN)
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    assert admin.get(f"{PATH}/nothing.here").status_code == 404
    with FakeModel() as fake:
        admin.post("/language/models", {"name": "house", "url": fake.url, "model": "m", "role": "small", "in_house": "true", "is_on": "true"})
        fake.say_json({"commands": [{"command": "means", "query_word": "Schrauber", "shop_word": "bohrmaschine"}]})
        said = admin.post(ONE, {**given, "do": "ask"}, headers=GERMAN).text
        assert "Was das Modell sagt" in said
        assert "&#34;shop_word&#34;: &#34;bohrmaschine&#34;" in said
        assert "Pohl" not in fake.asked[-1].raw
        assert "synonyms.propose" in admin.get("/language/calls").text
        fake.say("no")
        fake.say("no")
        assert "Keine Antwort: nicht brauchbar" in admin.post(ONE, {**given, "do": "ask"}, headers=GERMAN).text
        viewer = browser(Role.VIEWER)
        assert "Ihre Rolle erlaubt nicht" in viewer.get(ONE, headers=GERMAN).text
        assert viewer.post(ONE, {**given, "do": "ask"}).status_code == 403
        assert len(fake.asked) == 3
