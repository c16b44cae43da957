"""What is wrong with a field is said in words of people."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from hanse.serve.console import problems


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Annotated[str, Meta(min_length=2)], "x", "it has to have at least 2 characters"),
        (Annotated[str, Meta(max_length=2)], "xyz", "it may have 2 characters at most"),
        (Annotated[list[int], Meta(min_length=1)], [], "it has to have at least 1 entries"),
        (Annotated[list[int], Meta(max_length=1)], [1, 2], "it may have 1 entries at most"),
        (Annotated[int, Meta(ge=3)], 2, "it has to be 3 or more"),
        (Annotated[int, Meta(le=3)], 4, "it may be 3 at most"),
        (Annotated[float, Meta(gt=0)], 0.0, "it has to be more than 0.0"),
        (int, "x", "it has to be a whole number"),
        (float, "x", "it has to be a number"),
        (str, 7, "it has to be a text"),
        (bool, 7, "Expected `bool`, got `int`"),
    ],
)
def test_what_msgspec_says_is_said_plainly(kind: Any, value: object, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as found:
        msgspec.convert(value, kind)
    assert problems.plain(str(found.value), str) == said
