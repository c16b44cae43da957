"""`hanse run` runs any job with its arguments, and says which there are."""

from __future__ import annotations

from hanse.serve import registry
from tests.serve.cli.conftest import Hanse


def test_without_a_name_all_jobs_are_listed(hanse: Hanse) -> None:
    listed = hanse("run", "--json")
    assert [each["name"] for each in listed.answer] == sorted(registry.load().jobs)
    assert "recommend.batch" in hanse("run").out


def test_a_job_runs_with_its_arguments(hanse: Hanse) -> None:
    done = hanse("run", "recommend.batch", '{"to": "table", "recipients": "everybody"}', "--json")
    assert done.code == 0
    assert (done.answer["state"], done.answer["destination"], done.answer["recipients"]) == ("done", "table", 0)


def test_what_is_wrong_is_told_with_an_exit_code(hanse: Hanse) -> None:
    for arguments, words in (
        (("recommend.fly",), "There is no job recommend.fly"),
        (("recommend.batch", "{"), "truncated"),
        (("recommend.batch", '{"to": "fax"}'), "fax"),
    ):
        told = hanse("run", *arguments)
        assert (told.code, told.out) == (2, "")
        assert words in told.err
