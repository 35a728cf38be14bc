#!/bin/bash
#SBATCH --job-name=small
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --mem=4096M
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=small-%A_%a.log
#SBATCH --signal=B:TERM@60

# Each task shares the study with all others, and stops by itself before its time is over. To resume, or to help, submit again.
# Codes of tempered: 0 nothing is left to do; 75 stopped, so this task is queued once more; 2 the study, 65 stored data, 70 a trial
# or a program, 74 the disk need a look, and the task fails with that code.
trap 'kill -TERM "$worker" 2>/dev/null' TERM
tempered run small.yaml --out runs/small --join --threads "$SLURM_CPUS_PER_TASK" --max-time 7080s &
worker=$!
# A signal ends `wait` before the worker has ended.
while true; do
  wait "$worker"
  code=$?
  kill -0 "$worker" 2>/dev/null || break
done
if [ "$code" = 75 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" && sleep 60
fi
exit "$code"
