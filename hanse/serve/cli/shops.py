"""`hanse shops`: the systems whose webhooks and polls bring orders, customers and products."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from cyclopts import App
from rich.markup import escape
from rich.table import Table

from hanse.base.errors import FieldProblem, InvalidRequest
from hanse.serve.cli import terminal
from hanse.serve.runtime import Runtime
from hanse.sources import connections

shops_app = App(name="shops", help="Connect Shopify, Shopware 6, WooCommerce, Tryton and Akeneo, list and disconnect them.")


@shops_app.command
def connect(
    name: str, system: str, url: str, /, *, secrets: Path, options: Path | None = None, source: str = "", as_json: terminal.Json = False
) -> None:
    """Connect a shop; what was made for it, such as the secret of its webhooks, is shown this once.

    Parameters
    ----------
    name
        What the connection is called, such as main-shop.
    system
        shopify, shopware, woocommerce, tryton or akeneo.
    url
        Address of the shop.
    secrets
        JSON file with the shop's keys, so that they do not stand on the command line.
    options
        JSON file with how it is to be read, such as {"language": "de", "channel": "ecommerce"}.
    source
        Name of the shop in the log; the one its files were imported under, so that no order counts twice.
    """
    given, chosen = _read(secrets), _read_options(options)

    async def work(running: Runtime) -> Any:
        async with running.context() as context:
            return await connections.connect(context, name=name, system=system, url=url, secrets=given, source=source, options=chosen)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show_connected)


@shops_app.command(name="list")
def list_shops(*, as_json: terminal.Json = False) -> None:
    """List the connected shops, without their secrets."""

    async def work(running: Runtime) -> Any:
        async with running.context() as context:
            return await connections.list_connections(context)

    terminal.answer(terminal.run(work), as_json=as_json, show=_show)


@shops_app.command
def disconnect(name: str, /, *, as_json: terminal.Json = False) -> None:
    """End a connection and forget its secrets; what came from the shop stays.

    Parameters
    ----------
    name
        What the connection is called.
    """

    async def work(running: Runtime) -> dict[str, str]:
        async with running.context() as context:
            await connections.disconnect(context, name)
            return {"disconnected": name}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda _: terminal.out.print(f"[green]✓[/green] {escape(name)} is disconnected."))


@shops_app.command
def manifest(name: str, public_url: str, /, *, as_json: terminal.Json = False) -> None:
    """Print the manifest of the app that a Shopware shop installs.

    Parameters
    ----------
    name
        What the connection is called.
    public_url
        Address under which the shop reaches this Hanse.
    """

    async def work(running: Runtime) -> dict[str, str]:
        async with running.context() as context:
            return {"manifest": await connections.manifest(context, name, public_url=public_url)}

    terminal.answer(terminal.run(work), as_json=as_json, show=lambda made: terminal.out.print(escape(made["manifest"])))


def _read(file: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as error:
        problem = FieldProblem(field="--secrets", message=f"{file} cannot be read", remedy='Write it as {"webhook_secret": "…"}.')
        raise InvalidRequest(reason="the secrets cannot be read", fields=(problem,)) from error


def _read_options(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.ValidationError, msgspec.DecodeError) as error:
        problem = FieldProblem(field="--options", message=f"{file} cannot be read", remedy='Write it as {"language": "de"}.')
        raise InvalidRequest(reason="the options cannot be read", fields=(problem,)) from error


def _show_connected(made: Any) -> None:
    then = f"its webhooks go to {escape(made.webhook_path)}" if made.webhook_path else "it is read every 15 minutes"
    terminal.out.print(f"[green]✓[/green] {escape(made.connection.name)} is connected; {then}")
    for name, value in made.made_secrets.items():
        terminal.out.print(f"  {escape(name)}: {escape(value)}  [dim]keep it now: it is not shown again[/dim]")


def _show(found: list[Any]) -> None:
    table = Table("name", "system", "address", "state", box=None, pad_edge=False)
    for each in found:
        table.add_row(escape(each.name), each.system, escape(each.url), each.state)
    terminal.out.print(table)
