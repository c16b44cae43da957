"""One customer on a page: all records together, masked until somebody asks, with notes, proof, and a timeline of any length."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hanse.base import database
from hanse.base.operation import Purpose
from hanse.data import consent, events, profiles
from hanse.data.access.accounts import Role
from hanse.data.consent import Consent
from hanse.data.events import Event
from hanse.data.profiles import Identity, Membership, Profile, merging
from hanse.serve.console import customer_list
from hanse.serve.runtime import Runtime
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
ANNA, TWIN, SHOP, GROUP = (UUID(int=number) for number in range(1, 5))
EMAIL, NAME, PHONE, STREET = "anna.petersen@example.org", "Petersen", "+494511234567", "Hansestraße 12"
PLANTED = (EMAIL, NAME, PHONE, STREET)
GERMAN = {"Accept-Language": "de"}
EVENTS = 100


@pytest.fixture
def people(runtime: Runtime, client: object) -> None:
    """Anna, known by two records, who acts for a company in a group, with a hundred events in three years."""
    asyncio.run(_fill(runtime))


async def _fill(runtime: Runtime) -> None:
    now = runtime.resources.clock.now()
    anna = {"firstName": "Anna", "lastName": NAME, "email": EMAIL, "address": {"street": STREET}}
    made = [
        Profile(profile_id=ANNA, traits=anna, identities=(Identity("email", EMAIL), Identity("user_id", "K-1")), created_at=now),
        Profile(profile_id=TWIN, traits={"phone": PHONE}, identities=(Identity("phone", PHONE),), created_at=now),
        Profile(profile_id=SHOP, kind="company", traits={"name": "Tischlerei Nord"}, created_at=now),
        Profile(profile_id=GROUP, kind="company", traits={"name": "Nord Gruppe"}, created_at=now),
    ]
    done = [
        Event(
            message_id=f"m-{number}",
            name="Contact Sent" if number % 10 == 0 else "Product Viewed",
            user_id="K-1",
            source="shop",
            occurred_at=now - timedelta(days=number * 8),
            properties={"name": f"Anna {NAME}"} if number % 10 == 0 else {"product_id": f"W-{number}"},
        )
        for number in range(EVENTS)
    ]
    agreed = Consent(consent_id=uuid4(), profile_id=TWIN, purpose=Purpose.PERSONALISATION, granted=True, channel="Brief vom Mai", decided_at=now)
    async with await database.connect(runtime.conninfo) as connection:
        await profiles.put(connection, made, source="erp", now=now)
        links = [
            Membership(company_id=SHOP, member_id=ANNA, role="buyer", created_at=now),
            Membership(company_id=GROUP, member_id=SHOP, created_at=now),
        ]
        await profiles.put_memberships(connection, links)
        await consent.put(connection, [agreed], now=now)
        await events.append(connection, done, now=now)
        await merging.merge(connection, ANNA, TWIN, actor="Eva", now=now)
        await connection.execute("UPDATE identities SET shared_at = %s WHERE kind = 'phone'", [now])


def named(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


def shown(page: str) -> list[str]:
    return re.findall(r'class="opener" href="/data/events/([0-9a-f-]{36})', page)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("role", list(Role))
def test_a_page_names_nobody_before_revealing(browser: SignIn, role: Role) -> None:
    visitor = browser(role)

    for path in ("/customers", "/customers?q=petersen", f"/customers/{ANNA}", f"/customers/{SHOP}"):
        answer = visitor.get(path)
        assert (answer.status_code, named(answer.text)) == (200, []), path
    assert ("/reveal" in visitor.get(f"/customers/{ANNA}").text) == (role in {Role.ADMIN, Role.PRIVACY, Role.SERVICE})


@pytest.mark.usefixtures("people")
def test_revealing_is_noted_and_needs_the_permission(browser: SignIn) -> None:
    assert browser(Role.VIEWER).post(f"/customers/{ANNA}/reveal").status_code == 403
    admin = browser(Role.ADMIN)
    page = admin.post(f"/customers/{ANNA}/reveal")

    assert (page.status_code, named(page.text)) == (200, list(PLANTED))
    assert "customers.reveal" in admin.get("/audit").text
    assert admin.get(f"/customers/{ANNA}/reveal?lang=en").headers["location"] == f"/customers/{ANNA}?lang=en"


@pytest.mark.usefixtures("people")
def test_the_page_tells_the_whole_of_all_records(browser: SignIn) -> None:
    page = browser().get(f"/customers/{ANNA}", headers=GERMAN).text

    for text in ("2 Datensätze", "Tischlerei Nord", "Nord Gruppe", "Brief vom Mai", "von mehreren benutzt", "Eva sagte am 15.06.2026", "aus erp"):
        assert text in page, text


@pytest.mark.usefixtures("people")
def test_the_page_of_a_company_lists_who_acts_for_it(browser: SignIn) -> None:
    page = browser().get(f"/customers/{SHOP}", headers=GERMAN).text

    assert f'href="/customers/{ANNA}"' in page
    assert "A••• P•••" in page
    assert "Einkauf" in page


@pytest.mark.usefixtures("people")
def test_an_old_id_leads_to_the_one_that_stands_for_it(browser: SignIn) -> None:
    answer = browser().get(f"/customers/{TWIN}?type=track&year=2025")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/customers/{ANNA}?type=track&year=2025")


@pytest.mark.usefixtures("people")
def test_the_timeline_pages_through_everything_once(browser: SignIn) -> None:
    visitor, path, seen = browser(), f"/customers/{ANNA}", list[str]()
    while path:
        page = visitor.get(path).text
        seen += shown(page)
        older = re.search(r'rel="next" href="([^"#]+)', page)
        path = older[1].replace("&amp;", "&") if older else ""

    assert (len(seen), len(set(seen))) == (EVENTS, EVENTS)


@pytest.mark.usefixtures("people")
def test_earlier_events_come_as_a_part_without_the_heading_that_is_there(browser: SignIn) -> None:
    visitor = browser()
    page = visitor.get(f"/customers/{ANNA}").text
    more = re.search(r'hx-get="(/customers/[^"]+/timeline[^"]+)"', page)
    assert more
    address = more[1].replace("&amp;", "&")
    part = visitor.get(address, headers={"HX-Request": "true"})
    whole = visitor.get(address)

    assert "<html" not in part.text
    assert len(shown(part.text)) == 40
    assert (whole.status_code, whole.headers["location"]) == (303, address.replace("/timeline", ""))
    months = re.findall(r'scope="rowgroup"[^>]*>([^<]+)<', page + part.text)
    assert len(months) == len(set(months))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("name=Contact+Sent", 10),
        ("type=identify", 0),
        ("type=nonsense", 40),
        ("year=2025&name=Contact+Sent", 7),
        ("year=2023", 0),
        ("year=x", 40),
        ("before=x", 40),
    ],
)
def test_the_timeline_is_filtered_and_leaps_to_a_year(browser: SignIn, query: str, count: int) -> None:
    assert len(shown(browser().get(f"/customers/{ANNA}?{query}").text)) == count


@pytest.mark.usefixtures("people")
def test_an_event_opens_beside_the_customer_and_leads_back(browser: SignIn) -> None:
    visitor = browser()
    event_id = shown(visitor.get(f"/customers/{ANNA}").text)[0]
    part = visitor.get(f"/data/events/{event_id}?customer={ANNA}", headers={"HX-Request": "true", "HX-Target": "aside#drawer"}).text

    assert f'href="/customers/{ANNA}" data-close' in part
    assert f"/reveal?customer={ANNA}" in part


@pytest.mark.usefixtures("people")
def test_the_proof_of_consents_is_a_page_and_noted(browser: SignIn) -> None:
    assert browser(Role.VIEWER).post(f"/customers/{ANNA}/proof").status_code == 403
    admin = browser(Role.ADMIN)
    proof = admin.post(f"/customers/{ANNA}/proof", headers=GERMAN)

    assert "Brief vom Mai" in proof.text
    assert "script" not in proof.headers["content-security-policy"].replace("default-src 'none'", "")
    assert "consent.proof" in admin.get("/audit").text


@pytest.mark.usefixtures("people")
def test_notes_are_kept_masked_and_removed(browser: SignIn, runtime: Runtime) -> None:
    admin = browser(Role.SERVICE)
    kept = admin.post(f"/customers/{TWIN}/notes", {"text": f"{NAME} ruft\r\nimmer <b>freitags</b> an"})
    masked, clear = admin.get(f"/customers/{ANNA}").text, admin.post(f"/customers/{ANNA}/reveal").text
    (removal,) = re.findall(r'action="(/customers/[^"]+/remove)"', clear)

    assert kept.status_code == 303
    assert ("freitags" in masked, named(masked)) == (False, [])
    assert f"{NAME} ruft\nimmer &lt;b&gt;freitags&lt;/b&gt; an" in clear
    admin.post(removal)
    assert "freitags" not in admin.post(f"/customers/{ANNA}/reveal").text
    log = browser(Role.ADMIN).get("/audit").text
    assert "customers.note" in log
    assert "freitags" not in log
    assert browser(Role.VIEWER).post(f"/customers/{ANNA}/notes", {"text": "x"}).status_code == 403


@pytest.mark.usefixtures("people")
def test_a_note_goes_with_the_customer(browser: SignIn, runtime: Runtime) -> None:
    browser().post(f"/customers/{SHOP}/notes", {"text": "zahlt spät"})

    async def erase() -> int:
        async with await database.connect(runtime.conninfo) as connection:
            await connection.execute("DELETE FROM profiles WHERE profile_id = %s", [SHOP])
            row = await (await connection.execute("SELECT count(*) AS count FROM customer_notes")).fetchone()
            return int(row["count"]) if row else -1

    assert asyncio.run(erase()) == 0


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("query", "count"),
    [("", 3), ("?kind=person", 1), ("?kind=company", 2), ("?q=nord", 2), ("?q=nord&kind=person", 0), ("?q=0451+1234567", 1), ("?q=x", 0)],
)
def test_the_list_holds_each_customer_once(browser: SignIn, query: str, count: int) -> None:
    page = browser().get(f"/customers{query}").text

    assert len(re.findall(r'class="opener" href="/customers/', page)) == count


@pytest.mark.usefixtures("people")
def test_the_list_pages_and_says_where_there_is_more_than_it_counts(browser: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_list, "PAGE", 1)
    monkeypatch.setattr(customer_list, "MOST_COUNTED", 1)
    visitor, path, seen = browser(), "/customers", list[str]()
    pages: list[Any] = []
    while path:
        pages.append(visitor.get(path, headers=GERMAN).text)
        seen += re.findall(r'class="opener" href="/customers/([^"]+)"', pages[-1])
        following = re.search(r'href="([^"]+)" rel="next"', pages[-1])
        path = following[1].replace("&amp;", "&") if following else ""

    assert seen == [str(each) for each in (GROUP, SHOP, ANNA)]
    assert '<td class="number">100</td>' in pages[-1]
    assert "über 1 " in pages[0] or "über 1<" in pages[0]


@pytest.mark.parametrize("path", [f"/customers/{UUID(int=9)}", f"/customers/{UUID(int=9)}/merge"])
def test_nobody_is_found_under_an_unknown_id(browser: SignIn, path: str) -> None:
    assert browser().get(path).status_code == 404
