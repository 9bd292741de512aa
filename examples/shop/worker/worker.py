"""Takes orders off the queue, one at a time."""

import os

print("waiting for", os.environ["QUEUE"])
