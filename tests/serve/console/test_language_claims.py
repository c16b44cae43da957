"""Banned claims in the console: listed with their law, tried on a text, saved, renamed, switched off, removed with a way back."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from hanse.data.access.accounts import Role
from hanse.serve.console import pages
from tests.serve.console.conftest import Browser

PATH = "/language/claims"
GERMAN = {"Accept-Language": "de"}
SignIn = Callable[..., Browser]


def test_claims_are_kept_and_tried(browser: SignIn) -> None:
    anna = browser()
    shown = anna.get(PATH, headers=GERMAN).text
    assert "klimaneutral" in shown
    assert "Richtlinie (EU) 2024/825" in shown
    tried = anna.post(f"{PATH}/try", {"text": "Klimaneutrale Säge für 5 € <b>", "facts": "Preis 6 €", "language": "de"}, headers=GERMAN).text
    assert (
        '<mark title="verbotene Aussage">Klimaneutrale</mark> Säge für <mark title="Preis, der nicht in den Fakten steht">5 €</mark> &lt;b&gt;'
        in tried
    )
    assert "Nichts wurde darin gefunden" in anna.post(f"{PATH}/try", {"text": "Eine Säge"}, headers=GERMAN).text
    assert anna.post(f"{PATH}/try", {"text": "x", "country": "Germany"}).status_code == 400

    claim = {"phrase": "billigster", "language": "de", "country": "at", "reason": "<i>", "law": "UWG § 2", "is_on": "true"}
    assert anna.post(PATH, claim).status_code == 303
    key = {"phrase": "billigster", "language": "de", "country": "AT"}
    form = anna.get(f"{PATH}?{urlencode(key)}").text
    assert 'value="&lt;i&gt;"' in form
    renamed = {**claim, "phrase": "allerbilligster", "is_on": "", "before": "billigster\nde\nAT"}
    assert anna.post(PATH, renamed).status_code == 303
    assert anna.get(f"{PATH}?{urlencode(key)}").status_code == 404
    gone = anna.post(f"{PATH}/remove", {**key, "phrase": "allerbilligster"})
    assert gone.status_code == 303
    assert "allerbilligster" in bytes.fromhex(gone.cookies[pages.TOAST_COOKIE]).decode()
    assert anna.post(PATH, {**claim, "phrase": "x"}).status_code == 400


def test_who_may_not_change_rules_sees_and_tries_only(browser: SignIn) -> None:
    viewer = browser(Role.VIEWER)
    shown = viewer.get(PATH).text
    assert "claim-form" not in shown
    assert viewer.post(f"{PATH}/try", {"text": "klimaneutral", "language": "de"}).status_code == 200
    assert viewer.post(PATH, {"phrase": "billigster"}).status_code == 403
    assert viewer.post(f"{PATH}/remove", {"phrase": "klimaneutral"}).status_code == 403


def test_a_list_is_saved_line_by_line_and_what_is_wrong_stays(browser: SignIn) -> None:
    anna = browser()
    lines = 'bester Preis; nicht belegt; UWG § 5\r\n\r\nx\r\n"Nummer; eins"\r\nweltweit führend\tnicht belegt\r\n' + "y" * 130
    kept = anna.post(f"{PATH}/import", {"list": lines, "language": "de", "country": "de"}, headers=GERMAN)
    assert kept.status_code == 200
    assert "3 Aussagen sind gespeichert." in kept.text
    assert f'placeholder="klimaneutral; nicht belegt; UWG § 5">x\n{"y" * 130}</textarea>' in kept.text
    assert "<q>x</q>: Die Eingabe ist nicht zu lesen: phrase: es muss mindestens 2 Zeichen haben." in kept.text
    shown = anna.get(PATH, headers=GERMAN).text
    for phrase in ("bester Preis", "Nummer; eins", "weltweit führend"):
        assert f"{urlencode({'phrase': phrase, 'language': 'de', 'country': 'DE'}).replace('&', '&amp;')}#claim-form" in shown
    whole = anna.post(f"{PATH}/import", {"list": "marktführend", "language": "de"}, headers=GERMAN)
    assert whole.status_code == 303
    assert "1 Aussage ist gespeichert." in bytes.fromhex(whole.cookies[pages.TOAST_COOKIE]).decode()
    assert "Die Liste ist leer" in anna.post(f"{PATH}/import", {"list": " \n"}, headers=GERMAN).text
    assert browser(Role.VIEWER).post(f"{PATH}/import", {"list": "billig"}).status_code == 403
