"""HyperQueue: a program is killed, and the whole cluster stopped midway; submitting again resumes.

The package has the server and its workers, and no command `hq`: a stand-in reads the command line that the script gives it.
"""
import os
import signal
import subprocess
import threading

from common import ENVIRONMENT, WORK, done, same, study, tempered, wait, workers
from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def words_of(script):
    """The words that `hq` is given."""
    (WORK / "bin").mkdir(exist_ok=True)
    stand_in = WORK / "bin" / "hq"
    stand_in.write_text("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done\n")
    stand_in.chmod(0o755)
    environment = {**ENVIRONMENT, "PATH": f"{stand_in.parent}:{ENVIRONMENT['PATH']}"}
    printed = subprocess.run(["bash", "-s"], input=script, env=environment, capture_output=True, text=True, check=True)
    return printed.stdout.split("\0")[:-1]


def submit(client):
    """Does what `hq submit` would: a task for each index, running the command."""
    words = words_of(tempered("submit", "hyperqueue", "study.yaml", "--out", "out", "--workers", 3))
    assert words[0] == "submit", words
    options, command = words[1 : words.index("--")], words[words.index("--") + 1 :]
    options = dict(zip(options[::2], options[1::2]))
    first, last = map(int, options["--array"].split("-"))
    job = Job(default_workdir=WORK, default_env=ENVIRONMENT, name=options["--name"])
    for _ in range(first, last + 1):
        job.program(command, crash_limit=int(options["--crash-limit"]))
    return client.submit(job)


alone = study()
cluster = LocalCluster(worker_config=WorkerConfig(cores=3))
submit(cluster.client())
wait(lambda: done("out") > 5)
cluster.stop()
left = workers("--out out")
for process in left:
    os.kill(process, signal.SIGKILL)
print(f"stopped with {done('out')} of {len(alone) // 2} shards; killed {len(left)} programs that were left")

with LocalCluster(worker_config=WorkerConfig(cores=3)) as cluster:
    client = cluster.client()
    job = submit(client)

    def kill_one():
        before = done("out")
        wait(lambda: done("out") > before + 5 and workers("--out out"))
        os.kill(workers("--out out")[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    assert client.wait_for_jobs([job], raise_on_error=True)
    killer.join()
same(alone, "out")
