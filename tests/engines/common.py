"""What the tests of engines share: a study, its run on this machine alone, and the comparison with it."""
import hashlib
import os
import pathlib
import subprocess
import sys
import time

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
ENVIRONMENT = {**os.environ, "TEMPERED_PROGRESS": "none", "PATH": f"{os.path.dirname(BINARY)}:{os.environ['PATH']}"}

# Some hundred shards, a third of a minute of a core: workers can be killed while it is under way.
STUDY = """version: 1
name: engines
seed: 11
trials: 60
generate: {n: [20, 40, 80], design: uniform, target: zero, noise: {normal: {sd: [0.5, 1]}}}
train:
  spline: linear_spline
  net: {relu_network: {width: [20, 50], steps: 20000}}
evaluate: {risks: [1, 2]}
store: {weights: all, shard_trials: 3}
"""


def tempered(*arguments, code=0, **options):
    """Runs the command and checks its exit code; returns what it printed."""
    done = subprocess.run([BINARY, *map(str, arguments)], env=ENVIRONMENT, capture_output=True, text=True, cwd=WORK, **options)
    assert done.returncode == code, (arguments, done.returncode, done.stderr[-2000:])
    return done.stdout


def study(text=STUDY):
    """Writes the study, and runs it on this machine alone; returns the digests of all data files."""
    (WORK / "study.yaml").write_text(text)
    tempered("run", "study.yaml", "--out", "alone")
    return files(WORK / "alone")


def files(directory):
    """Digests of the data files of a run directory, by path."""
    tables = ["metrics", "weights", "checkpoints"]
    paths = [path for table in tables for path in (directory / table).rglob("*.parquet")]
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def done(directory):
    """Data files that are there."""
    return len(list((WORK / directory / "metrics").rglob("*.parquet")))


def wait(condition, seconds=300, every=0.05):
    """Waits until something is the case."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(every)


def same(alone, directory):
    """All files are those of a run on this machine alone, and verifying finds nothing."""
    found = files(WORK / directory)
    assert found == alone, (len(found), len(alone), [name for name in alone if found.get(name) != alone[name]][:5])
    tempered("verify", directory)
    print(f"{len(found)} files are those of one run")


def workers(needle):
    """Process numbers of running tempered processes whose arguments hold a text."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else [b""]
        except OSError:
            continue
        if words[0].endswith(b"tempered") and needle.encode() in b" ".join(words):
            found.append(int(entry.name))
    return found
