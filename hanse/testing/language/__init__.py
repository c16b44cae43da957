"""A fake language model: an HTTP server on this machine that speaks the chat-completions interface, well or as badly as a test wants.

`with FakeModel() as model:` gives one at `model.url`. It answers by simple rules (`rules`), or what it is told to: `model.say("…")`,
`model.say_json({...})`, `model.call_tool("…", {...})`, `model.misbehave(Status(429, retry_after="1"))`. What it was asked stands in
`model.asked`. For those who write a capability that asks a language model.
"""

from hanse.testing.language.misbehaviour import (
    Drip,
    DropPlaceholders,
    Empty,
    Endless,
    Half,
    Hang,
    Lie,
    Misbehaviour,
    RepeatPlaceholders,
    Status,
    Stop,
    Text,
)
from hanse.testing.language.server import Asked, FakeModel

__all__ = [
    "Asked",
    "Drip",
    "DropPlaceholders",
    "Empty",
    "Endless",
    "FakeModel",
    "Half",
    "Hang",
    "Lie",
    "Misbehaviour",
    "RepeatPlaceholders",
    "Status",
    "Stop",
    "Text",
]
