"""``python -m tempered`` is the program ``tempered``."""

import os
import sys

from .command import binary

os.execv(binary(), ["tempered", *sys.argv[1:]])
