"""Two customers become one and two again: with a look at what will happen before, a way back after, and the reason in words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.data import events, profiles
from hanse.data.access.accounts import Role
from hanse.data.events import Event
from hanse.data.profiles import Identity, Profile, merging
from hanse.serve.runtime import Runtime
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
ANNA, TWIN = UUID(int=1), UUID(int=2)
EMAIL = "anna.petersen@example.org"
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def people(runtime: Runtime, client: object) -> None:
    """Anna by a customer number with two events, and by a telephone with none."""
    asyncio.run(_fill(runtime))


async def _fill(runtime: Runtime) -> None:
    now = runtime.resources.clock.now()
    anna = {"firstName": "Anna", "lastName": "Petersen", "email": EMAIL, "country": "DE"}
    twin = {"firstName": "ANNA ", "lastName": "Meier", "country": "DE", "phone": "+494511234567"}
    made = [
        Profile(profile_id=ANNA, traits=anna, identities=(Identity("user_id", "K-1"), Identity("email", EMAIL)), created_at=now),
        Profile(profile_id=TWIN, traits=twin, identities=(Identity("phone", "+494511234567"),), created_at=now),
    ]
    async with await database.connect(runtime.conninfo) as connection:
        await profiles.put(connection, made, source="erp", now=now)
        done = [Event(message_id=f"m-{number}", name="Signed In", user_id="K-1", source="shop", occurred_at=now) for number in range(2)]
        await events.append(connection, done, now=now)


def run(runtime: Runtime, work: Callable[[Any], Any]) -> Any:
    async def inside() -> Any:
        async with await database.connect(runtime.conninfo) as connection:
            return await work(connection)

    return asyncio.run(inside())


def members(runtime: Runtime) -> list[UUID]:
    found: list[UUID] = run(runtime, lambda connection: merging.members(connection, ANNA))
    return found


def follow(visitor: Browser, answer: Any) -> str:
    """Return the page that comes after something was done, in German."""
    assert answer.status_code == 303, answer.text
    page: str = visitor.get(answer.headers["location"], headers=GERMAN).text
    return page


def undo(page: str) -> str:
    (found,) = re.findall(r'class="toast".*?action="([^"]+)"', page, re.DOTALL)
    return str(found)


@pytest.mark.usefixtures("people")
def test_two_customers_are_found_compared_and_merged(browser: SignIn, runtime: Runtime) -> None:
    visitor = browser(Role.SERVICE)
    found = visitor.get(f"/customers/{ANNA}/merge?q=meier", headers=GERMAN).text
    compared = visitor.get(f"/customers/{ANNA}/merge/{TWIN}", headers=GERMAN).text
    page = follow(visitor, visitor.post(f"/customers/{ANNA}/merge/{TWIN}", {"reason": "gleiche Stimme"}))

    assert f'href="/customers/{ANNA}/merge/{TWIN}"' in found
    assert "Petersen" not in compared
    verdicts = re.findall(r'class="badge (?:good|warn)">.*?</svg>(\w+)</span>', compared)
    assert verdicts == [each for each in ("gleich", "verschieden", "gleich") for _ in range(2)]
    assert "mit 2 Ereignissen" in compared
    assert "Sie sind jetzt ein Kunde." in page
    assert "dass es eine Person ist" in page
    assert members(runtime) == [ANNA, TWIN]


@pytest.mark.usefixtures("people")
def test_a_merge_is_undone_and_that_undone_too(browser: SignIn, runtime: Runtime) -> None:
    visitor = browser(Role.SERVICE)
    merged = follow(visitor, visitor.post(f"/customers/{ANNA}/merge/{TWIN}"))
    parted = follow(visitor, visitor.post(undo(merged)))

    assert "Sie sind jetzt zwei Kunden." in parted
    assert members(runtime) == [ANNA]
    assert "Sie sind jetzt ein Kunde." in follow(visitor, visitor.post(undo(parted)))
    assert members(runtime) == [ANNA, TWIN]


@pytest.mark.usefixtures("people")
def test_taking_back_says_who_gets_what_and_changes_nothing_before(browser: SignIn, runtime: Runtime) -> None:
    visitor = browser(Role.ADMIN)
    page = follow(visitor, visitor.post(f"/customers/{ANNA}/merge/{TWIN}"))
    (address,) = re.findall(rf'href="(/customers/{ANNA}/merges/[^"]+)"', page)
    preview = visitor.get(address, headers=GERMAN).text

    assert "2 Ereignisse gehen an den einen, 0 an den anderen" in preview
    assert (EMAIL in preview, "K-1" in preview) == (False, True)
    assert members(runtime) == [ANNA, TWIN]
    parted = follow(visitor, visitor.post(f"{address}/take-back", {"reason": "Zwillinge"}))
    assert "Zurückgenommen von" in parted
    log = visitor.get("/audit").text
    assert "profiles.merge" in log
    assert "profiles.unmerge" in log
    assert "Zwillinge" not in log


@pytest.mark.usefixtures("people")
def test_revealing_the_comparison_is_noted_for_both(browser: SignIn) -> None:
    admin = browser(Role.ADMIN)
    page = admin.post(f"/customers/{ANNA}/merge/{TWIN}/reveal").text
    log = admin.get("/audit").text

    assert EMAIL in page
    assert [log.count(str(each)) > 0 for each in (ANNA, TWIN)] == [True, True]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("path", ["merge", f"merge/{TWIN}", f"merges/{UUID(int=9)}"])
def test_who_may_not_see_personal_data_may_not_merge(browser: SignIn, runtime: Runtime, path: str) -> None:
    viewer = browser(Role.MARKETER)

    assert viewer.get(f"/customers/{ANNA}/{path}").status_code == 403
    assert viewer.post(f"/customers/{ANNA}/merge/{TWIN}").status_code == 403
    assert viewer.post(f"/customers/{ANNA}/merges/{UUID(int=9)}/take-back").status_code == 403
    assert "/merge" not in viewer.get(f"/customers/{ANNA}").text
    assert members(runtime) == [ANNA]


@pytest.mark.usefixtures("people")
def test_what_cannot_be_merged_or_taken_back_says_so(browser: SignIn) -> None:
    admin = browser(Role.ADMIN)

    assert admin.get(f"/customers/{ANNA}/merge/{ANNA}").status_code == 409
    assert admin.post(f"/customers/{ANNA}/merge/{ANNA}").status_code == 409
    assert admin.post(f"/customers/{ANNA}/merge/{UUID(int=9)}").status_code == 404
    assert admin.get(f"/customers/{ANNA}/merges/{UUID(int=9)}").status_code == 404


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("cause", "refused", "told"),
    [
        ("event", None, "Derselbe Besucher hat beide in einem Ereignis benutzt, zuerst am 15.06.2026."),
        ("source", None, "erp führt beide als einen Kunden, seit 15.06.2026."),
        ("match", None, "so ähnlich, dass es eine Person sein muss"),
        ("event", "shared", "Nicht zusammengeführt: Mehrere Personen benutzen eines von beiden"),
        ("event", "separated", "Jemand hat gesagt, dass es verschiedene Personen sind"),
        ("event", "limit:phone", "als eine Person hat: Telefon."),
    ],
)
def test_the_merge_log_tells_why_in_words(browser: SignIn, runtime: Runtime, cause: str, refused: str | None, told: str) -> None:
    now = runtime.resources.clock.now()
    facts = [UUID(int=7), ANNA, TWIN, cause, "erp", now, now, refused]
    statement = """INSERT INTO profile_links (link_id, profile_id, other_id, cause, actor, linked_at, recorded_at, refused)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""
    run(runtime, lambda connection: connection.execute(statement, facts))
    page = browser().get(f"/customers/{ANNA}", headers=GERMAN).text

    assert told in page
    assert ("/merges/" in page) == (refused is None)
