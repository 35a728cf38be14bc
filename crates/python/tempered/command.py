"""The program from Python: run a study, read its tables, scan its files."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any, Iterator, Mapping

if TYPE_CHECKING:
    import polars

#: The environment variable that says where the program is.
VARIABLE = "TEMPERED"


class Failed(RuntimeError):
    """The program ended with an exit code other than 0. ``code`` is that; the text is what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"tempered ended with {code}: {said.strip()}")
        self.code = code


def binary() -> str:
    """The path of the program: what ``TEMPERED`` says, else the one that was installed with this module, else the first on the path."""
    if named := os.environ.get(VARIABLE):
        return named
    own = next((str(place) for place in _installed() if os.access(place, os.X_OK)), None)
    found = own or shutil.which("tempered")
    if found is None:
        raise FileNotFoundError(f"there is no program `tempered` beside this module or on the path; install the wheel, or set {VARIABLE}")
    return found


def _installed() -> Iterator[pathlib.Path]:
    """Where the wheel's program may lie."""
    try:
        files = metadata.files("tempered") or []
    except metadata.PackageNotFoundError:
        files = []
    yield from (pathlib.Path(str(one.locate())).resolve() for one in files if one.name == "tempered")
    # `pip install --target` moves programs after it has written where they are.
    yield pathlib.Path(__file__).resolve().parent.parent / "bin" / "tempered"


def environment() -> dict[str, str]:
    """The environment of the program: workers that studies start as ``python3`` are to have the packages of this Python, also where its
    virtual environment has not been activated."""
    variables = dict(os.environ)
    if sys.prefix != sys.base_prefix:
        variables["PATH"] = os.pathsep.join([str(pathlib.Path(sys.executable).parent), variables.get("PATH", os.defpath)])
    return variables


def _call(*arguments: str) -> str:
    done = subprocess.run([binary(), *arguments], env=environment(), text=True, capture_output=True, check=False)
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


def scan(place: str | os.PathLike[str]) -> polars.LazyFrame:
    """The metrics of a run directory, a row a trial, as a ``polars.LazyFrame``. Needs Polars (``pip install 'tempered[scan]'``)."""
    import polars

    return polars.scan_parquet(pathlib.Path(place) / "metrics", hive_partitioning=True)
