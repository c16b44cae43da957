"""What a process of the harbour holds."""

from __future__ import annotations

from hanse.base.holding import Held


class Logbook:
    """What was heard of the tide."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def forget(self, detail: str = "") -> None:
        self.heard.append(detail)


logbook = Held(Logbook, ("tide",))
