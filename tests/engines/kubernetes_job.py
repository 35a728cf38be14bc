"""Kubernetes: the manifest is valid, and executed as the controller of indexed jobs would: a pod is killed, another one runs twice."""
import os
import signal
import subprocess
import threading
import time

import kubernetes_validate
import yaml
from common import ENVIRONMENT, WORK, done, same, study, tempered, wait, workers

alone = study()
manifest = yaml.safe_load(tempered("submit", "kubernetes", "study.yaml", "--out", "out", "--workers", 3, "--mount", WORK))
kubernetes_validate.validate(manifest, "1.29", strict=True)

# What the validator takes for any text.
spec, pod = manifest["spec"], manifest["spec"]["template"]["spec"]
rules = spec["podFailurePolicy"]["rules"]
assert manifest["apiVersion"] == "batch/v1" and manifest["kind"] == "Job"
assert spec["completionMode"] == "Indexed" and pod["restartPolicy"] == "Never", "both are conditions of backoffLimitPerIndex"
assert {rule["action"] for rule in rules} == {"FailIndex", "Ignore"}
assert [rule["onExitCodes"] for rule in rules if "onExitCodes" in rule] == [{"operator": "In", "values": [2, 3, 65]}]
assert [c for rule in rules for c in rule.get("onPodConditions", [])] == [{"type": "DisruptionTarget", "status": "True"}]
[container], [volume] = pod["containers"], pod["volumes"]
assert container["volumeMounts"][0]["name"] == volume["name"]
environment = {**ENVIRONMENT, **{entry["name"]: entry["value"] for entry in container["env"]}}
fails = {value for rule in rules if rule["action"] == "FailIndex" for value in rule["onExitCodes"]["values"]}


def start(index):
    """A pod of an index."""
    return subprocess.Popen(container["command"], env={**environment, "JOB_COMPLETION_INDEX": str(index)}, cwd=WORK)


def kill_one():
    wait(lambda: done("out") > 5)
    os.kill(workers("--out out")[0], signal.SIGKILL)


threading.Thread(target=kill_one).start()
running = {index: start(index) for index in range(spec["completions"])}
twin, failures = start(0), {}
while running:
    for index, process in list(running.items()):
        code = process.poll()
        if code is None:
            continue
        del running[index]
        if code != 0:
            failures[index] = failures.get(index, 0) + 1
            assert code not in fails and failures[index] <= spec["backoffLimitPerIndex"], (index, code)
            running[index] = start(index)
    time.sleep(0.05)
assert twin.wait() in (0, -signal.SIGKILL)
print("pods that were started again, by index:", failures)
same(alone, "out")
