"""Connected shops: what they send and what they are asked becomes events, profiles, products, prices and consent."""

from hanse.sources.connections.connecting import Draft, change, connect, disconnect, draft, keep, list_connections, redraft, webhook_path
from hanse.sources.connections.intake import SMALL_BYTES, receive
from hanse.sources.connections.polling import poll, poll_all
from hanse.sources.connections.privacy import close_request, list_requests
from hanse.sources.connections.processing import WAITING, process
from hanse.sources.connections.reconciling import Reconciled, reconcile
from hanse.sources.connections.registration import confirm, manifest, register
from hanse.sources.connections.replaying import replay
from hanse.sources.connections.schemas import Connected, Polled, PrivacyRequestRecord, Receipt, ShopConnection
from hanse.sources.connections.systems import SYSTEMS
from hanse.sources.connections.trying import try_out

__all__ = [
    "SMALL_BYTES",
    "SYSTEMS",
    "WAITING",
    "Connected",
    "Draft",
    "Polled",
    "PrivacyRequestRecord",
    "Receipt",
    "Reconciled",
    "ShopConnection",
    "change",
    "close_request",
    "confirm",
    "connect",
    "disconnect",
    "draft",
    "keep",
    "list_connections",
    "list_requests",
    "manifest",
    "poll",
    "poll_all",
    "process",
    "receive",
    "reconcile",
    "redraft",
    "register",
    "replay",
    "try_out",
    "webhook_path",
]
