"""A job is named by its place and can be done here and now."""

from __future__ import annotations

from typing import Any, cast

from hanse.base.context import Context
from hanse.base.job import Job, job


@job(schedule="0 3 * * *", retries=1, lock=False)
async def polish(context: Context, *, times: int) -> dict[str, Any]:
    """Polish the brass. It shines then."""
    return {"times": times}


def test_a_job_is_named_by_its_folder_and_function() -> None:
    assert isinstance(polish, Job)
    assert (polish.name, polish.summary) == ("base.polish", "Polish the brass. It shines then.")
    assert (polish.schedule, polish.retries, polish.lock) == ("0 3 * * *", 1, False)


async def test_a_job_can_be_called() -> None:
    assert await polish(cast("Context", None), times=3) == {"times": 3}
