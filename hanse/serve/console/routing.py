"""Which pages there are, and who may open them: the door is open to all, everything behind it needs a session."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from hanse.base.clock import SystemClock
from hanse.data.events.live import Live
from hanse.serve.console import (
    audit,
    capabilities,
    customers,
    data,
    decisions,
    docs,
    elsewhere,
    home,
    jobs,
    keys,
    live,
    pages,
    palette,
    people,
    products,
    quality,
    reject_groups,
    rejects,
    retention,
    session,
    settings,
    sign_in,
    static_files,
    storefront,
    texts,
    uploads,
)
from hanse.serve.console.texts import Texts
from hanse.serve.runtime import Runtime

DOOR: tuple[ControllerRouterHandler, ...] = (sign_in.show, sign_in.sign_in, sign_in.look_at_link, sign_in.redeem)
HOUSE: tuple[ControllerRouterHandler, ...] = (
    sign_in.sign_out,
    home.show,
    customers.show,
    customers.show_one,
    customers.reveal,
    products.show,
    products.show_one,
    data.show,
    data.show_imports,
    data.show_import,
    data.send_rejects,
    storefront.show,
    storefront.create,
    live.show,
    live.stream,
    live.show_one,
    live.reveal,
    uploads.show,
    uploads.take,
    uploads.preview,
    uploads.start,
    rejects.show,
    rejects.show_one,
    rejects.repair,
    rejects.dismiss,
    rejects.dismiss_many,
    rejects.reopen,
    reject_groups.show,
    reject_groups.replay,
    reject_groups.replay_many,
    quality.show,
    retention.show,
    retention.put,
    retention.remove,
    capabilities.show,
    capabilities.show_form,
    capabilities.show_form_of_one,
    capabilities.try_it,
    capabilities.show_rules,
    capabilities.show_model,
    capabilities.train,
    decisions.show,
    jobs.show,
    jobs.show_one,
    jobs.again,
    jobs.stop,
    jobs.run,
    keys.show,
    keys.create,
    keys.revoke,
    people.show,
    people.invite,
    people.change_role,
    people.new_link,
    people.disable,
    people.enable,
    people.sign_out,
    audit.show,
    settings.show,
    palette.show,
    docs.show,
)


def routes(runtime: Runtime) -> list[ControllerRouterHandler]:
    """Return every page of the console, the assets and the sign-in."""
    runtime.resources.hold(Texts, texts.load(runtime.registry, runtime.settings.time_zone))
    runtime.resources.hold(Live, Live(runtime.resources.pool, SystemClock()))  # ids of events are made by the machine's clock
    return [
        static_files.asset,
        Router(path="/", route_handlers=DOOR, guards=[session.open_to_all], exception_handlers=pages.ERRORS, include_in_schema=False),
        Router(path="/", route_handlers=[elsewhere.nothing], guards=[session.looked_up], include_in_schema=False),
        Router(path="/", route_handlers=HOUSE, guards=[session.signed_in], exception_handlers=pages.ERRORS, include_in_schema=False),
    ]
