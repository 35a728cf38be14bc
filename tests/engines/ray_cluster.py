"""Ray: a program is killed, and a worker of the engine with it; submitting again finds nothing to do."""
import os
import pathlib
import signal
import subprocess
import sys

from common import ENVIRONMENT, WORK, done, same, study, tempered, wait, workers

alone = study()
script = tempered("submit", "ray", "study.yaml", "--out", "out", "--workers", 3)
# Three tasks of one core, whatever this machine has.
script = script.replace("ray.init()", "ray.init(num_cpus=3, include_dashboard=False)")
environment = {**ENVIRONMENT, "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0"}
engine = subprocess.Popen([sys.executable, "-"], stdin=subprocess.PIPE, env=environment, cwd=WORK, text=True)
engine.stdin.write(script)
engine.stdin.close()
wait(lambda: done("out") > 5)
os.kill(workers("--out out")[0], signal.SIGKILL)
before = done("out")
wait(lambda: done("out") > before + 5 and workers("--out out"))
# The worker of the engine, which takes its program with it or leaves it behind: either may go on.
program = workers("--out out")[0]
parent = int(pathlib.Path(f"/proc/{program}/stat").read_text().rsplit(")", 1)[1].split()[1])
os.kill(parent, signal.SIGKILL)
assert engine.wait() == 0
same(alone, "out")
