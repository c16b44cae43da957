"""What browser clients fetch before they send: where to send, and that nothing else is to be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanse.base.config import Settings
from hanse.base.errors import HanseError
from hanse.serve.tracking import answers
from hanse.serve.tracking.answers import Answer
from hanse.serve.tracking.writers import Standing, Writer


class UnknownSource(HanseError):
    """There is no source with this write key. `hanse key create` makes one."""

    status = 404


def address(settings: Settings, headers: Mapping[bytes, bytes], scheme: str) -> tuple[str, str]:
    """Return protocol and host under which the client reaches us."""
    if settings.public_url:
        protocol, _, host = settings.public_url.rstrip("/").partition("://")
        return protocol, host
    return scheme, headers.get(b"host", b"localhost").decode("latin-1")


def segment(key: str, writer: Writer, protocol: str, host: str) -> Answer:
    """Return the settings that Segment's browser client asks for; a key out of use has them as well, so that the client keeps its data."""
    _check(writer)
    enabled = {"enabled": True, "integrations": {}}
    integration = {
        "apiKey": key,
        "apiHost": f"{host}/v1",
        "protocol": protocol,
        "unbundledIntegrations": [],
        "addBundledMetadata": True,
        "maybeBundledConfigIds": {},
        "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
    }
    settings: dict[str, Any] = {
        "integrations": {"Segment.io": integration},
        "plan": {kind: {"__default": enabled} for kind in ("track", "identify", "group")},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }
    return answers.document(settings)


def rudderstack(key: str, writer: Writer, protocol: str, host: str) -> Answer:
    """Return the source that RudderStack's browser client asks its control plane for."""
    _check(writer)
    off = {"enabled": False}
    source = {
        "id": writer.source,
        "name": writer.source,
        "writeKey": key,
        "enabled": True,
        "workspaceId": "hanse",
        "config": {"statsCollection": {"errors": off, "metrics": off}},
        "dataplanes": {"EU": [{"url": f"{protocol}://{host}", "default": True}]},
        "destinations": [],
    }
    return answers.document({"isHosted": True, "source": source})


def _check(writer: Writer) -> None:
    if writer.standing is Standing.UNKNOWN:
        raise UnknownSource
