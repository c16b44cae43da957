"""`hanse key` and `hanse link`: keys for programs, sign-in links for people."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.markup import escape
from rich.table import Table

from hanse.base import errors
from hanse.base.operation import Effect
from hanse.data.access import accounts, audit, keys, proofs
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime

key_app = App(name="key", help="Make, list and revoke API keys.")
COMMAND_LINE = "command line"
Name = Annotated[str, Parameter(help="Name of the key.")]


@key_app.command
def create(
    name: str,
    /,
    *,
    scope: Annotated[list[str], Parameter(help="What it may do: write, storefront, a capability, an operation or *.")],
    origin: Annotated[tuple[str, ...], Parameter(help="Shops from whose pages a storefront key may ask, such as https://shop.example.")] = (),
    as_json: terminal.Json = False,
) -> None:
    """Make a key and show it, this once.

    Parameters
    ----------
    name
        What the key is for, such as shop-frontend.
    """

    async def work(running: Runtime) -> Any:
        async with running.context() as context:
            connection, now = await context.connection(), context.clock.now()
            known = running.registry.scopes
            made = await keys.create(connection, name, scope, created_by=COMMAND_LINE, known=known, now=now, origins=origin)
            await _note(context, "key.create", name)
            return made

    terminal.answer(
        terminal.run(work), as_json=as_json, show=lambda made: terminal.out.print(f"{made.key}\n[dim]Keep it now: it is not shown again.[/dim]")
    )


@key_app.command(name="list")
def list_keys(*, as_json: terminal.Json = False) -> None:
    """List the keys, without their secrets."""

    async def work(running: Runtime) -> Any:
        async with running.context() as context:
            return await keys.list_all(await context.connection())

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


@key_app.command
def secret(name: Name, /, *, as_json: terminal.Json = False) -> None:
    """Show the secret of a storefront key, with which the server of the shop proves who is signed in; it belongs in no web page."""

    async def work(running: Runtime) -> dict[str, str]:
        async with running.context() as context:
            found = await keys.named(await context.connection(), name)
            if not found.is_public:
                raise errors.InvalidRequest(reason=f"only a key with the scope {keys.STOREFRONT} has a secret")
            await _note(context, "key.secret", name)
            return {"secret": proofs.secret(running.settings.home, found.name)}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda found: terminal.out.print(found["secret"]))


@key_app.command
def revoke(name: Name, /, *, as_json: terminal.Json = False) -> None:
    """Take a key back; whoever uses it is refused from now on."""

    async def work(running: Runtime) -> dict[str, str]:
        async with running.context() as context:
            await keys.revoke(await context.connection(), name, now=context.clock.now())
            await _note(context, "key.revoke", name)
            return {"revoked": name}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda _: terminal.out.print(f"[green]✓[/green] {escape(name)} is revoked."))


def link(email: str | None = None, /, *, address: str = "http://127.0.0.1:8321", as_json: terminal.Json = False) -> None:
    """Make a link that signs in to the console once: for the first administrator, or for somebody who lost the password.

    Parameters
    ----------
    email
        Whose password is lost; without it, the link makes the first administrator.
    address
        Where the console is reached.
    """

    async def work(running: Runtime) -> dict[str, str]:
        async with running.context() as context:
            connection, now = await context.connection(), context.clock.now()
            token = await (accounts.reset_link(connection, email, now=now) if email else accounts.first_link(connection, now=now))
            await _note(context, "account.link", email or "first administrator")
            return {"link": f"{address}/sign-in/{token}"}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda made: terminal.out.print(made["link"]))


async def _note(context: Any, action: str, subject: str) -> None:
    await audit.note(
        await context.connection(),
        actor_kind=COMMAND_LINE,
        actor=COMMAND_LINE,
        action=action,
        effect=Effect.WRITE,
        subject=subject,
        now=context.clock.now(),
    )


def _show(found: list[Any]) -> None:
    table = Table("name", "begins with", "scopes", "last used", "revoked", box=None, pad_edge=False)
    for key in found:
        facts = msgspec.to_builtins(key)
        table.add_row(key.name, key.prefix, ", ".join(key.scopes), str(facts["last_used_at"] or ""), str(facts["revoked_at"] or ""))
    terminal.out.print(table)
