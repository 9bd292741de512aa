"""The little that the Python tests need to speak TAP."""
import os
import sys


def corpora(*parts):
    """The folder PARTS of the labelled corpora that BELAY_CORPORA names; without them the test says so and ends."""
    top = os.environ.get('BELAY_CORPORA')
    if not top:
        print('1..0 # SKIP BELAY_CORPORA is not set')
        sys.exit(0)
    return os.path.join(os.path.abspath(top), *parts)


class Tap:
    """Counts and prints results; use as `with Tap() as t:` and the plan is printed at the end."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            print(f"1..{self.count}")
        return False

    def check(self, holds, name, why=""):
        """One test; `name` is a sentence, `why` is printed when it does not hold."""
        self.count += 1
        if not holds:
            self.failed += 1
        print(f"{'ok' if holds else 'not ok'} {self.count} - {name}")
        if not holds:
            for line in str(why).splitlines():
                print(f"# {line}")
        return holds

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")
