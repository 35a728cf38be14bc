"""Slurm: one-minute slices, a preemption, a task that is cancelled, a node that goes down; resuming is submitting again."""
import os
import pathlib
import pwd
import subprocess
import time

from common import ENVIRONMENT, WORK, done, same, tempered, wait, files

HOST = os.uname().nodename.split(".")[0]
CONFIG = f"""ClusterName=tempered
SlurmctldHost={HOST}(127.0.0.1)
SlurmctldPort=17100
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={WORK}/munge/socket
StateSaveLocation={WORK}/state
SlurmdSpoolDir={WORK}/spool.%n
SlurmctldPidFile={WORK}/slurmctld.pid
SlurmdPidFile={WORK}/slurmd.%n.pid
SlurmctldLogFile={WORK}/slurmctld.log
SlurmdLogFile={WORK}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=5,bf_interval=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=5
ReturnToService=1
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname={HOST} NodeAddr=127.0.0.1 Port=17101 CPUs=1 RealMemory=4000
NodeName=n2 NodeHostname={HOST} NodeAddr=127.0.0.1 Port=17102 CPUs=1 RealMemory=4000
PartitionName=main Nodes=n[1-2] Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=10 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=n[1-2] PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP
"""
ENVIRONMENT["SLURM_CONF"] = str(WORK / "slurm.conf")


def call(*words, **options):
    done = subprocess.run(list(map(str, words)), env=ENVIRONMENT, cwd=WORK, capture_output=True, text=True, **options)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def start():
    """A controller and two nodes on this host, without systemd."""
    (WORK / "slurm.conf").write_text(CONFIG)
    for folder in ["state", "spool.n1", "spool.n2", "munge"]:
        (WORK / folder).mkdir()
    for folder in [*WORK.parents][:-1]:
        # The daemon of keys is nobody's friend, and must reach its socket.
        folder.chmod(folder.stat().st_mode | 0o011)
    WORK.chmod(0o755)
    munge = pwd.getpwnam("munge")
    key = WORK / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    for path in [key, WORK / "munge"]:
        os.chown(path, munge.pw_uid, munge.pw_gid)
    places = [f"--{name}={WORK}/munge/{name[:-5]}" for name in ["key-file", "pid-file", "seed-file", "log-file"]]
    call("runuser", "-u", "munge", "--", "/usr/sbin/munged", "--force", f"--socket={WORK}/munge/socket", *places)
    call("slurmctld")
    call("slurmd", "-N", "n1")
    call("slurmd", "-N", "n2")
    wait(lambda: "idle 2" in call("sinfo", "-h", "-o", "%T %D", "-p", "main"), 60)


def stop():
    subprocess.run(["scancel", "-u", "root"], env=ENVIRONMENT)
    for name in ["slurmd.n1", "slurmd.n2", "slurmctld", "munge/pid"]:
        path = WORK / (name if "/" in name else f"{name}.pid")
        if path.exists():
            subprocess.run(["kill", path.read_text().strip()])


def submit(workers):
    """Sends the script; returns the number of the job."""
    sent = tempered("submit", "slurm", "joshi.yaml", "--out", "out", "--workers", workers, "--memory", "1G", "--time", "1m", "--send")
    return sent.split()[-1]


def queue():
    return call("squeue", "-h", "-r", "-o", "%i %T %P")


joshi = pathlib.Path(__file__).parents[2] / "pipelines" / "joshi-2023.yaml"
(WORK / "joshi.yaml").write_bytes(joshi.read_bytes())
tempered("run", "joshi.yaml", "--out", "alone")
alone = files(WORK / "alone")
start()
try:
    begun = time.monotonic()
    job = submit(4)
    wait(lambda: (WORK / "out/metrics").exists() and done("out") > 3)
    # A partition of a higher tier takes both nodes.
    urgent = call("sbatch", "--parsable", "-p", "urgent", "--array=1-2", "--mem=1G", "--wrap", "sleep 8").strip()
    wait(lambda: sum("urgent" in line and "RUNNING" in line for line in queue().splitlines()) == 2, 120)
    print("preempted at", f"{time.monotonic() - begun:.0f} s with {done('out')} files")
    wait(lambda: any("main" in line and "RUNNING" in line for line in queue().splitlines()), 200)
    call("scancel", f"{job}_1")
    call("scontrol", "update", "NodeName=n2", "State=DOWN", "Reason=test")
    print("a task cancelled and a node down at", f"{time.monotonic() - begun:.0f} s with {done('out')} files")
    time.sleep(10)
    call("scontrol", "update", "NodeName=n2", "State=RESUME")
    again = submit(2)
    wait(lambda: not queue().strip(), 1500, 1)
    print("the queue is empty at", f"{time.monotonic() - begun:.0f} s with {done('out')} files")
    restarts = sum(log.read_text().count("stopped; the same command") for log in WORK.glob("joshi-2023-*.log"))
    print(f"{restarts} times a worker stopped in time and was queued again")
    same(alone, "out")
finally:
    stop()
