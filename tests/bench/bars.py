"""Scans configurations that a script writes, and holds each against its bars: what terraform.py and arm.py share."""
import argparse
import os
import tempfile

from bench import in_turn, median


def main(cases):
    """
    cases: {name: ({path: text}, most CPU seconds, most MB)}; a function that gives the files is called when they are written: what this process
    holds counts for its children's peak. The exit code: 1 when a bar is missed.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument('--belay', required=True)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--keep')
    options = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as temporary:
        top = options.keep or temporary
        for number, (name, (files, seconds, megabytes)) in enumerate(cases.items()):
            folder = os.path.join(top, str(number))
            for path, text in (files() if callable(files) else files).items():
                os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
                with open(os.path.join(folder, path), 'w', encoding='utf-8') as f:
                    f.write(text)
            command = [os.path.abspath(options.belay), 'scan', '--no-config', '--jobs', '1', '--root', folder, folder]
            rows = in_turn({name: command}, options.runs)[name]
            cpu, memory = median(rows, 1), median(rows, 2)
            over = cpu > seconds or memory > megabytes
            missed += over
            print(f'{name:34} {cpu:5.2f} s of {seconds}  {memory:4.0f} MB of {megabytes}{"  MISSED" if over else ""}')
    return missed != 0
