"""A capability in a package of its own needs nothing of ours changed: one entry point, and it is everywhere, under all the rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx2
import mcp
import pytest
from mcp.client.streamable_http import streamable_http_client

from hanse.base import ids
from hanse.base.config import Settings
from hanse.base.operation import Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent
from hanse.data.profiles import Identity, Profile
from hanse.serve.registry import Registry, load
from tests.conftest import NOW
from tests.serve.conftest import Client, MakeKey

ROOT = Path(__file__).parents[2]
FILES = {
    "sizes_for_hanse-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: sizes-for-hanse\nVersion: 1.0\n",
    "sizes_for_hanse-1.0.dist-info/entry_points.txt": "[hanse.capabilities]\nsizes = sizes\n",
    "sizes/__init__.py": '''
        """Which size fits."""

        from hanse.base.capability import Capability

        capability = Capability(name="sizes", title="Sizes", question="Which size fits this customer?", icon="ruler", package=__name__)
    ''',
    "sizes/operations.py": '''
        """Advice on sizes."""

        from __future__ import annotations

        from typing import Annotated

        import msgspec
        from msgspec import Meta

        from hanse.base.context import Context
        from hanse.base.decision import Decision, Personal
        from hanse.base.errors import HanseError
        from hanse.base.operation import Effect, Purpose, operation


        class NoSizes(HanseError):
            """The product {product_id} has no sizes. Ask for another."""

            status = 404
            exit_code = 2


        class Ask(Personal, kw_only=True, forbid_unknown_fields=True):
            """What is to be worn."""

            product_id: Annotated[str, Meta(description="The product.", max_length=200)]


        class Advice(Decision, kw_only=True, frozen=True):
            """A size."""

            size: Annotated[str, Meta(description="The size that fits.")]


        class Learn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
            """A size that somebody kept."""

            size: Annotated[str, Meta(description="The size.", max_length=10)]


        class Learned(msgspec.Struct, kw_only=True, frozen=True):
            """That it was noted."""

            size: Annotated[str, Meta(description="The size.")]


        @operation(purpose=Purpose.PERSONALISATION, effect=Effect.READ, example=Ask(product_id="P1"), errors=(NoSizes,), tool=True)
        async def advise(request: Ask, context: Context) -> Advice:
            """Say which size fits."""
            if request.product_id == "wine":
                raise NoSizes(product_id=request.product_id)
            size = "XL" if context.subject.profile_id else "M"
            return Advice(size=size, **context.decision(model_version=None, reason="Most keep it."))


        @operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=Learn(size="M"))
        async def learn(request: Learn, context: Context) -> Learned:
            """Note a size that somebody kept."""
            return Learned(size=request.size)
    ''',
    "sizes/jobs.py": '''
        """Work on sizes."""

        from hanse.base.context import Context
        from hanse.base.job import job


        @job(schedule="0 4 * * *")
        async def train(context: Context) -> dict[str, int]:
            """Learn sizes."""
            return {"sizes": 3}
    ''',
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages with ours among them."""
    folder = tmp_path / "site"
    for path, text in FILES.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "sizes"]:
        del sys.modules[name]


@pytest.fixture
def declared(site: Path) -> Registry:
    """What is declared with the package installed."""
    assert site.exists()
    return load()


async def anna(client: Client, *, granted: bool) -> None:
    """Have somebody who agreed, or not, to be advised."""
    profile = Profile(profile_id=ids.new(NOW), identities=(Identity("user_id", "4711"),), created_at=NOW)
    entry = Consent(
        consent_id=ids.new(NOW), profile_id=profile.profile_id, purpose=Purpose.PERSONALISATION, granted=granted, channel="x", decided_at=NOW
    )
    async with client.app.state.runtime.context() as context:
        await profiles.put(await context.connection(), [profile], source="shop", now=NOW)
        await consent.put(await context.connection(), [entry], now=NOW)


async def rows(client: Client, statement: str) -> list[dict[str, Any]]:
    await client.app.state.runtime.log.flush()
    async with client.app.state.runtime.resources.pool.connection() as connection:
        found: list[dict[str, Any]] = await (await connection.execute(statement.encode())).fetchall()
        return found


def test_it_is_found_with_its_operations_and_jobs(declared: Registry) -> None:
    assert declared.capabilities["sizes"].title == "Sizes"
    assert {"sizes.advise", "sizes.learn"} <= set(declared.operations)
    assert declared.jobs["sizes.train"].schedule == "0 4 * * *"
    assert {"sizes", "sizes.advise"} <= declared.scopes


async def test_it_answers_over_http_under_the_same_rules(client: Client, make_key: MakeKey) -> None:
    await anna(client, granted=True)
    headers = await make_key("sizes", name="fitting-room")
    answer = (await client.post("/v1/sizes/advise", json={"product_id": "P1", "user_id": "4711"}, headers=headers)).json()
    assert (answer["size"], answer["basis"]) == ("XL", "consent")
    assert (await client.post("/v1/sizes/advise", json={"product_id": "wine"}, headers=headers)).json()["type"] == "/problems/no-sizes"
    assert (await client.post("/v1/sizes/advise", json={"colour": "red"}, headers=headers)).status_code == 400
    assert (await client.post("/v1/sizes/learn", json={"size": "M"}, headers=headers)).status_code == 200
    assert (await client.post("/v1/sizes/advise", json={"product_id": "P1"}, headers=await make_key("recommend", name="other"))).status_code == 403
    assert await rows(client, "SELECT capability, request FROM decisions") == [{"capability": "sizes", "request": {"product_id": "P1"}}]
    assert await rows(client, "SELECT actor, action FROM audit_log") == [{"actor": "fitting-room", "action": "sizes.learn"}]


async def test_without_consent_its_answer_is_the_one_for_everybody(client: Client, make_key: MakeKey) -> None:
    await anna(client, granted=False)
    answer = (await client.post("/v1/sizes/advise", json={"product_id": "P1", "user_id": "4711"}, headers=await make_key())).json()
    assert (answer["size"], answer["basis"]) == ("M", "none")


async def test_it_is_in_the_description_of_the_api(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["paths"]["/v1/sizes/advise"]["post"]["operationId"] == "sizes.advise"
    assert {"name": "sizes", "description": "Which size fits this customer?"} in document["tags"]
    assert "no-sizes" in document["paths"]["/v1/sizes/advise"]["post"]["responses"]["404"]["content"]["application/problem+json"]["examples"]


async def test_agents_can_use_it(client: Client, make_key: MakeKey) -> None:
    headers = await make_key("sizes")
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=client.app), headers=headers) as http,
        mcp.Client(streamable_http_client("http://test/mcp", http_client=http)) as agent,
    ):
        assert [each.name for each in (await agent.list_tools()).tools] == ["sizes_advise"]
        result = await agent.call_tool("sizes_advise", {"product_id": "P1"})
    assert (result.structured_content or {})["size"] == "M"


def test_the_command_line_has_it(site: Path, settings: Settings) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{site}{os.pathsep}{ROOT}",
        "HANSE_HOME": str(settings.home),
        "HANSE_DATABASE_URL": settings.database_url,
    }

    def hanse(*arguments: str) -> Any:
        command = [sys.executable, "-m", "hanse", *arguments, "--json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert hanse("call", "sizes.advise", '{"product_id": "P1"}')["size"] == "M"
    assert hanse("train", "sizes") == {"sizes": 3}
