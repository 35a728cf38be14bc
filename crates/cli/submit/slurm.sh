#!/bin/bash
#SBATCH --job-name={{job}}
#SBATCH --array=1-{{workers}}
#SBATCH --cpus-per-task={{cpus}}
#SBATCH --mem={{memory}}
#SBATCH --time={{time}}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={{job}}-%A_%a.log
#SBATCH --signal=B:TERM@{{signal}}

# Each task shares the study with all others, and stops by itself before its time is over. To resume, or to help, submit again.
# Codes of tempered: 0 nothing is left to do; 75 stopped, so this task is queued once more; 2 the study, 65 stored data, 70 a trial
# or a program, 74 the disk need a look, and the task fails with that code.
trap 'kill -TERM "$worker" 2>/dev/null' TERM
{{command}} --threads "$SLURM_CPUS_PER_TASK" --max-time {{max_time}} &
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
