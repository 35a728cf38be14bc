#!/bin/bash
# 8 processes share the study; with --sshloginfile they are on many hosts that see the same files.
# To resume, or to help, run it again. Codes of tempered: 0 nothing is left to do; 75 stopped, and tried again as any failure is.
seq 8 | parallel -n0 --jobs 8 --retries 20 --line-buffer --tagstring '{#}' \
  'tempered run small.yaml --out runs/small --join'' --threads 2 --progress plain'
