"""The places of the console: what the rail shows, and where the palette can go."""

from __future__ import annotations

from dataclasses import dataclass

from hanse.data.access.accounts import Permission
from hanse.serve.console.session import Visit


@dataclass(frozen=True)
class Place:
    """One place somebody can go to."""

    path: str
    title: str
    icon: str
    key: str = ""
    """Letter that goes there after `g`."""


@dataclass(frozen=True)
class Rail:
    """The places in their groups."""

    main: tuple[Place, ...]
    capabilities: tuple[Place, ...]
    end: tuple[Place, ...]

    @property
    def all(self) -> tuple[Place, ...]:
        """Return every place."""
        return self.main + self.capabilities + self.end


def rail(visit: Visit) -> Rail:
    """Return the places for who is signed in."""
    gettext = visit.words.gettext
    main = (
        Place("/", gettext("Home"), icon="house", key="h"),
        Place("/customers", gettext("Customers"), icon="users", key="c"),
        Place("/products", gettext("Catalog"), icon="package", key="p"),
        Place("/data", gettext("Data"), icon="database", key="d"),
    )
    declared = visit.runtime.registry.capabilities.values()
    capabilities = tuple(Place(f"/capabilities/{each.name}", gettext(each.title), icon=each.icon) for each in declared)
    end = [Place("/experiments", gettext("Experiments"), icon="flask-conical", key="e")]
    end += [Place("/jobs", gettext("Jobs"), icon="list-checks", key="j"), Place("/settings", gettext("Settings"), icon="settings", key="s")]
    if visit.may(Permission.PRIVACY):
        end.insert(1, Place("/privacy", gettext("Privacy"), icon="shield-check", key="v"))
    return Rail(main, capabilities, tuple(end))


def settings(visit: Visit) -> list[Place]:
    """Return the pages below the settings that somebody may see."""
    gettext = visit.words.gettext
    found = [Place("/settings", gettext("General"), icon="settings")]
    if visit.may(Permission.KEYS):
        found.append(Place("/keys", gettext("API keys"), icon="key-round"))
    found.append(Place("/language", gettext("Language models"), icon="message-square-text"))
    if visit.may(Permission.PEOPLE):
        found.append(Place("/people", gettext("People"), icon="user-round-cog"))
    if visit.may(Permission.AUDIT):
        found.append(Place("/audit", gettext("Audit log"), icon="scroll-text"))
    found.append(Place("/docs", gettext("API reference"), icon="book-open"))
    return found


BELOW_SETTINGS = ("/keys", "/language", "/people", "/audit", "/docs")


def current(path: str, place: Place) -> bool:
    """Return whether a page belongs to a place."""
    if place.path == "/settings" and path.startswith(BELOW_SETTINGS):
        return True
    return path == "/" if place.path == "/" else path == place.path or path.startswith(place.path + "/")
