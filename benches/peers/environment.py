"""The binary of Tempered, and a virtual environment with the peers' libraries outside the repository."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
PEERS = ["numpy", "numba", "torch", "jax"]
FEEDS = ["numpy", "scipy"]  # What every peer is fed through and compared by.


def binary():
    """The release build, or what the environment variable TEMPERED names."""
    if named := os.environ.get("TEMPERED"):
        return Path(named).resolve()
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return ROOT / target / "release" / "tempered"


def install():
    """Python of the environment, and by peer why it could not be installed."""
    pins = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode() + str(FEEDS).encode()).hexdigest()[:8]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "tempered" / "peers" / pins
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return python, {peer: why for peer in PEERS if (why := missing(python, folder, peer))}


def missing(python, folder, peer):
    done = folder / f"{peer}.installed"
    if done.exists():
        return None
    print(f"installing {peer}", file=sys.stderr, flush=True)
    # One at a time, so that one that fails does not take the others along.
    pins = [pin for pin in REQUIREMENTS.read_text().split() if pin.split("==")[0] in (*FEEDS, peer)]
    command = [python, "-m", "pip", "install", "--quiet", "--constraint", REQUIREMENTS, *pins]
    pip = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if pip.returncode == 0:
        done.touch()
        return None
    errors = [line for line in pip.stderr.splitlines() if "ERROR" in line] or ["pip failed"]
    return errors[0]


def settings(threads):
    """Environment variables of the peers: so many threads in every library, and memory that is kept."""
    names = ["OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA"]
    limit = {f"{name}_NUM_THREADS": str(threads) for name in names}
    # NPROC is the size of XLA's pool. Idle pools sleep, so that they do not take time from who is measured.
    limit |= {"NPROC": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
    # glibc would hand large arrays back to the system after every step, and fetch and clear them anew: half of the time.
    return limit | {"MALLOC_MMAP_THRESHOLD_": str(1 << 25), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}


def pin(threads):
    """Keeps this process and all that it starts on as many cores as there are threads, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        import platform

        return platform.processor() or platform.machine()
