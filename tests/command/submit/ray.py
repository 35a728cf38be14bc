"""Shares a study among tasks of a Ray cluster. To resume, or to help, run it again.

A task that is killed with its node is started elsewhere; one that was stopped (75) is started once more. Other codes need a look:
2 the study, 65 stored data, 70 a trial or a program, 74 the disk.
"""
import subprocess

import ray

COMMAND = ["tempered", "run", "small.yaml", "--out", "runs/small", "--join"]
WORKERS, CPUS, RETRIES = 8, 2, 20


@ray.remote(num_cpus=CPUS, max_retries=RETRIES)
def work():
    for _ in range(RETRIES):
        code = subprocess.run([*COMMAND, "--threads", str(CPUS)]).returncode
        # Negative codes are signals: the program was killed, not the task.
        if code != 75 and code >= 0:
            return code
    return code


ray.init()
codes = ray.get([work.remote() for _ in range(WORKERS)])
print("codes of the workers:", codes)
raise SystemExit(max(codes, key=abs))
