"""Sessions on both engines find what they need or say what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hanse.base.config import Settings
from hanse.base.errors import MissingExtra
from hanse.data import lake


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Have a package look as if it were not installed."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "hanse.data.lake.spark", raising=False)
    monkeypatch.delattr("hanse.data.lake.spark", raising=False)


def test_spark_without_its_package_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pyspark")
    with pytest.raises(MissingExtra, match=r"pip install 'hanse\[spark\]'"):
        lake.session(Settings(home=home, lake_engine="spark"))


def test_a_closed_session_leaves_no_files(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with lake.session(Settings(home=home)) as session:
        assert session.tables.events.count().to_pyarrow().as_py() == 0
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_spark_starts_quietly_with_the_java_of_its_extra(home: Path, tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from hanse.base.config import Settings
from hanse.data import lake
with lake.session(Settings(home=Path({str(home)!r}), lake_engine="spark")) as session:
    print(session.tables.events.count().to_pyarrow().as_py())
"""
    environment = {key: value for key, value in os.environ.items() if key != "JAVA_HOME"} | {"PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert list(tmp_path.iterdir()) == []
