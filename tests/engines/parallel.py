"""GNU parallel: a worker is killed, and tried again."""
import os
import signal
import subprocess

from common import ENVIRONMENT, WORK, done, same, study, tempered, wait, workers

alone = study()
script = tempered("submit", "parallel", "study.yaml", "--out", "out", "--workers", 3)
engine = subprocess.Popen(["bash", "-s"], stdin=subprocess.PIPE, env=ENVIRONMENT, cwd=WORK, text=True)
engine.stdin.write(script)
engine.stdin.close()
wait(lambda: done("out") > 5)
os.kill(workers("--out out")[0], signal.SIGKILL)
assert engine.wait() == 0
same(alone, "out")
