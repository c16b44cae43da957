"""Other recommenders on the same split, in an environment of their own: they need an older NumPy than Hanse."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.recommend import measures
from benchmarks.recommend.result import Result
from benchmarks.recommend.task import Task, save_histories, save_questions
from hanse.capabilities.recommend import questions

CONSTRAINTS = Path(__file__).with_name("constraints.txt")
SCRIPT = Path(__file__).with_name("peer_script.py")
PLACE = Path(sys.prefix) / "peers"
"""In the environment of Hanse, so that `make clean` removes it."""
PACKAGES = ("rectools", "pm-implicit")
NAMES = ("implicit ALS", "implicit cosine", "implicit BM25", "rectools EASE", "rectools ImplicitItemKNN", "rectools Popular")
VALIDATION_QUESTIONS = 2_000
MOST_SECONDS = 600
SEED = 11


def ensure() -> str:
    """Make the environment where it is not there yet; return why it could not be made, or nothing. Several processes may call it at once."""
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, wanted = PLACE / "done", hashlib.sha256(CONSTRAINTS.read_bytes()).hexdigest()
        if done.exists() and done.read_text() == wanted:
            return ""
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
        if uv is None:
            return "left out: no uv to install it with"
        why = _install(uv)
        if not why:
            done.write_text(wanted)
        return why


def _install(uv: str) -> str:
    python = str(PLACE / "bin" / "python")
    made = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(PLACE)]
    filled = [uv, "pip", "install", "--quiet", "--python", python, "--constraint", str(CONSTRAINTS), *PACKAGES]
    for command in (made, filled):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            return "left out: not installed, " + _last_line(done.stderr)
    return ""


def prepare(task: Task, folder: Path) -> None:
    """Write the split that peers choose their settings by."""
    made = questions.split(task.kind, task.log, seed=SEED, most=VALIDATION_QUESTIONS)
    save_histories(folder, "valid_log", made.log)
    save_questions(folder, "valid", made.questions)


def run(task: Task, folder: Path, name: str) -> Result:
    """Run one peer; where it cannot, the result says why."""
    why = ensure()
    if why:
        return Result(name, peer=True, note=why)
    environment = {**os.environ, "OMP_NUM_THREADS": str(os.cpu_count()), "OPENBLAS_NUM_THREADS": str(os.cpu_count()), "PYTHONPATH": ""}
    command = [str(PLACE / "bin" / "python"), str(SCRIPT), str(folder), name]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return Result(name, peer=True, note=f"left out: took longer than {MOST_SECONDS} s")
    if done.returncode:
        return Result(name, peer=True, note=_why(done))
    told = json.loads((folder / f"{name}.json").read_text())
    values = measures.of(task, np.load(folder / f"{name}.npy"))
    return Result(name, values, told["facts"], peer=True, note=told["settings"])


def _why(done: subprocess.CompletedProcess[str]) -> str:
    last = _last_line(done.stderr)
    if last.startswith("left out"):
        return last
    return f"left out: ended with {done.returncode}" + (f", {last}" if last else ", perhaps for want of memory")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200]
