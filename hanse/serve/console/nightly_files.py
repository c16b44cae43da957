"""Files that the catalog is written into every night: setting one up, changing it, having it written now, and removing it."""

from __future__ import annotations

from litestar import Response, post

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.data.access.accounts import Permission
from hanse.serve.console import export_forms, pages, product_files, session
from hanse.serve.console.product_files import NIGHTLY, PATH
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.session import AnyRequest, Visit
from hanse.sources.feeds import ExportOptions, nightly, operations
from hanse.sources.feeds.errors import UnknownExport, UnknownFeedOption
from hanse.sources.feeds.nightly import CatalogExport
from hanse.sources.feeds.operations import RemoveExport, SaveExport

SCOPES = frozenset({"feeds"})


@post(NIGHTLY, status_code=200)
async def save(request: AnyRequest) -> Response[bytes]:
    """Have a file be written every night, or change how."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    typed = await product_files.typed_in(visit)
    name, form = export_forms.name_of(typed), export_forms.format_of(typed)
    try:
        async with visit.context(SCOPES) as context:
            before = None if typed.wrong else await _before(context, typed, name)
            options = export_forms.options(typed, before.options if before else ExportOptions())
            if typed.wrong:
                return await product_files.page(visit, typed, status=422)
            await contract.run(operations.save_export, SaveExport(name=name, format=form, options=options), context)  # type: ignore[arg-type]  # it is one of the formats
    except UnknownFeedOption as error:
        typed.wrong[str(error.facts.get("option", "name"))] = visit.words.error(error)
        return await product_files.page(visit, typed, status=error.status)
    gettext = visit.words.gettext
    message = gettext("“%(name)s” is changed; it is so from the next night on.", name=name)
    return pages.redirect(
        visit, f"{PATH}#night-{name}", message=message if before else gettext("“%(name)s” is written every night from now on.", name=name)
    )


@post(f"{NIGHTLY}/write", status_code=200)
async def write(request: AnyRequest) -> Response[bytes]:
    """Have a file of every night be written now."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    found = await _find(visit, (await visit.form()).get("name", ""))
    return await product_files.put(visit, found.format, found.name, found.options)


@post(f"{NIGHTLY}/remove", status_code=200)
async def remove(request: AnyRequest) -> Response[bytes]:
    """Have a file be written no more, and remove it."""
    visit = session.of(request)
    visit.need(Permission.IMPORT)
    found = await _find(visit, (await visit.form()).get("name", ""))
    async with visit.context(SCOPES) as context:
        await contract.run(operations.remove_export, RemoveExport(name=found.name), context)
    return pages.redirect(visit, PATH, message=visit.words.gettext("“%(name)s” is removed and written no more.", name=found.name))


async def _before(context: Context, typed: Typed, name: str) -> CatalogExport | None:
    """Return what is to be changed; a new one may not take the place of one that is there."""
    found = next(iter(await nightly.listed(context, name)), None)
    if found and typed.text("before") != name:
        typed.wrong["name"] = typed.words.gettext("There is a file of this name already. Change it in the list above, or choose another name.")
    return found


async def _find(visit: Visit, name: str) -> CatalogExport:
    async with visit.context() as context:
        found = await nightly.listed(context, name)
    if not found:
        raise UnknownExport(name=name[:60])
    return found[0]
