"""The program from Python: run a study, read its tables, scan its files."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sysconfig
from typing import Any, Mapping

#: The environment variable that says where the program is.
VARIABLE = "TEMPERED"


class Failed(RuntimeError):
    """The program ended with an exit code other than 0. ``code`` is that; the text is what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"tempered ended with {code}: {said.strip()}")
        self.code = code


def binary() -> str:
    """The path of the program: what ``TEMPERED`` says, else the one of this environment, else the first on the path."""
    here = pathlib.Path(sysconfig.get_path("scripts")) / "tempered"
    found = os.environ.get(VARIABLE) or (str(here) if here.is_file() else None) or shutil.which("tempered")
    if found is None:
        raise FileNotFoundError(f"there is no program `tempered` on the path; build it from a clone, or set {VARIABLE} to it")
    return found


def _call(*arguments: str) -> str:
    done = subprocess.run([binary(), *arguments], text=True, capture_output=True, check=False)
    if done.returncode:
        raise Failed(done.returncode, done.stderr)
    return done.stdout


def run(
    study: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    settings: Mapping[str, Any] | None = None,
    threads: int | None = None,
) -> pathlib.Path:
    """Runs a study, or goes on with it, and returns its directory.

    ``settings`` changes values of the study by their paths, ``{"trials": 100, "generate.n": [10, 20]}``.
    """
    arguments = ["run", os.fspath(study), "--out", os.fspath(out), "--progress", "none", "--yes"]
    for path, value in (settings or {}).items():
        arguments += ["--set", f"{path}={json.dumps(value)}"]
    if threads is not None:
        arguments += ["--threads", str(threads)]
    _call(*arguments)
    return pathlib.Path(out)


def analyze(place: str | os.PathLike[str], *, along: str | None = None) -> dict[str, Any]:
    """The tables of a run directory, as ``tempered analyze --format json`` has them: ``series``, and where there are some ``curves`` and
    ``performance``."""
    arguments = ["analyze", os.fspath(place), "--format", "json"]
    if along is not None:
        arguments += ["--along", along]
    told = json.loads(_call(*arguments))
    return told if isinstance(told, dict) else {"series": told}


def scan(place: str | os.PathLike[str]) -> Any:
    """The metrics of a run directory, a row a trial, as a ``polars.LazyFrame``. Needs Polars."""
    import polars

    return polars.scan_parquet(pathlib.Path(place) / "metrics", hive_partitioning=True)
