"""Settings come from the environment, and a wrong value is told by its variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hanse.base import config
from hanse.base.errors import InvalidSetting


def test_without_a_word_everything_has_a_default() -> None:
    assert config.load({"HANSE_HOME": "/srv/hanse"}) == config.Settings(home=Path("/srv/hanse"))


def test_each_setting_is_read_from_its_variable_in_its_own_type() -> None:
    given = {"HANSE_HOME": "/srv/hanse", "HANSE_HOLDOUT_SHARE": "0.1", "HANSE_POOL_SIZE": "3", "HANSE_LANGUAGE": "en", "HANSE_LAKE_ENGINE": "spark"}
    found = config.load(given)
    assert (found.holdout_share, found.pool_size, found.language, found.lake_engine) == (0.1, 3, "en", "spark")


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert config.load({"HANSE_HOME": "/srv", "HANSE_LANGUAGE": ""}).language == "de"


def test_the_environment_of_the_process_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANSE_CURRENCY", "CHF")
    assert config.load().currency == "CHF"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HANSE_POOL_SIZE", "many"),
        ("HANSE_POOL_SIZE", "0"),
        ("HANSE_REQUEST_LIMIT", "0"),
        ("HANSE_BODY_LIMIT_BYTES", "-1"),
        ("HANSE_HOLDOUT_SHARE", "1"),
        ("HANSE_HOLDOUT_SHARE", "-0.1"),
        ("HANSE_HOLDOUT_SHARE", "nan"),
        ("HANSE_LANGUAGE", "fr"),
        ("HANSE_LAKE_ENGINE", "oracle"),
        ("HANSE_LOG_LEVEL", "loud"),
        ("HANSE_TIME_ZONE", "Europe/Atlantis"),
        ("HANSE_TIME_ZONE", "../../etc/passwd"),
        ("HANSE_CURRENCY", "Taler"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        config.load({"HANSE_HOME": "/srv", variable: value})
    assert caught.value.facts["setting"] == variable
    assert value in str(caught.value)


def test_a_home_may_be_written_as_people_write_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert config.load({"HANSE_HOME": "~/shop"}).home == tmp_path / "shop"
    assert config.load({"HANSE_HOME": "shop"}).home == tmp_path / "shop"


def test_root_keeps_its_data_where_services_do_and_others_in_their_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert config.default_home() == Path("/var/lib/hanse")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert config.default_home() == tmp_path / "hanse"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config.default_home() == tmp_path / ".local" / "share" / "hanse"


def test_models_and_lake_lie_in_the_home_folder() -> None:
    found = config.Settings(home=Path("/srv"))
    assert (found.models, found.lake) == (Path("/srv/models"), Path("/srv/lake"))
