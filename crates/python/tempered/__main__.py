"""``python -m tempered`` is the program ``tempered``."""

import os
import sys

from .command import binary, environment

os.execve(binary(), ["tempered", *sys.argv[1:]], environment())
