#!/bin/bash
# {{workers}} processes share the study; with --sshloginfile they are on many hosts that see the same files.
# To resume, or to help, run it again. Codes of tempered: 0 nothing is left to do; 75 stopped, and tried again as any failure is.
seq {{workers}} | parallel -n0 --jobs {{workers}} --retries 20 --line-buffer --tagstring '{#}' \
  {{command_quoted}}' --threads {{cpus}} --progress plain'
