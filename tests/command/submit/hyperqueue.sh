#!/bin/bash
# Each task shares the study with all others. To resume, or to help, submit again.
# A task whose worker dies is started again by HyperQueue. Codes of tempered: 0 nothing is left to do; 75 stopped, and above 128 killed,
# are started once more here; 2 the study, 65 stored data, 70 a trial or a program, 74 the disk need a look, and the task fails.
hq submit --name small --array 1-8 --cpus 2 --crash-limit 20 -- bash -c '
  code=75
  for _ in $(seq 20); do
    "$@"
    code=$?
    [ "$code" = 75 ] || [ "$code" -gt 128 ] || break
  done
  exit "$code"' worker tempered run small.yaml --out runs/small --join --threads 2
