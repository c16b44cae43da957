"""The log of the sample shop while it is being written: one event after the other, in any order of time, sorted at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hanse.data.events.schemas import Event, EventType
from hanse.testing.sample.people.members import Device, Person
from hanse.testing.sample.window import Window

SOURCE = "sample"
NOTHING: Final[dict[str, Any]] = {}


class Journal:
    """Takes events down; what happens outside the window is not noted."""

    def __init__(self, window: Window, prefix: str) -> None:
        """Start an empty log whose message ids begin with a prefix that no other shop has."""
        self._window = window
        self._prefix = prefix
        self._events: list[Event] = []

    def track(
        self,
        name: str,
        person: Person,
        second: float,
        properties: dict[str, Any],
        *,
        device: Device | None = None,
        signed_in: bool = True,
        context: dict[str, Any] = NOTHING,
    ) -> None:
        """Note that somebody did something."""
        self._note(EventType.TRACK, name, person, second, properties, device, signed_in, context)

    def page(
        self, name: str, person: Person, second: float, properties: dict[str, Any], device: Device, *, signed_in: bool, context: dict[str, Any]
    ) -> None:
        """Note that somebody came to a page."""
        self._note(EventType.PAGE, name, person, second, properties, device, signed_in, context)

    def identify(self, person: Person, second: float) -> None:
        """Note that somebody made an account."""
        self._note(EventType.IDENTIFY, None, person, second, person.traits, person.devices[0], True, NOTHING)

    def group(self, person: Person, second: float, number: str, traits: Mapping[str, Any]) -> None:
        """Note that somebody belongs to a company."""
        self._note(EventType.GROUP, None, person, second, dict(traits), None, True, {"groupId": number})

    def events(self) -> list[Event]:
        """Return everything, in order of time."""
        return sorted(self._events, key=_order)

    def _note(  # noqa: PLR0917  # one call an event; keywords would cost a tenth of the whole run
        self,
        kind: EventType,
        name: str | None,
        person: Person,
        second: float,
        properties: dict[str, Any],
        device: Device | None,
        signed_in: bool,  # noqa: FBT001  # as above
        context: dict[str, Any],
    ) -> None:
        window = self._window
        if not window.first_second <= second <= window.last_second:
            return
        self._events.append(
            Event(
                message_id=f"{self._prefix}-{len(self._events):07d}",
                type=kind,
                name=name,
                profile_id=person.profile_id,
                user_id=person.user_id if signed_in else None,
                anonymous_id=device.anonymous_id if device else None,
                source=SOURCE,
                occurred_at=window.datetime(second),
                properties=properties,
                context=context,
            )
        )


def _order(event: Event) -> Any:
    return event.occurred_at
