#!/usr/bin/env python3
"""usage: cloudformation.py BELAY

Every valid CloudFormation template of cfn-lint's own tests is read and evaluated without an error: all but those in bad/ and those
that are listed below with what CloudFormation would say to them.

BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import collections
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

# Ref and Fn::GetAtt name "a resource or parameter in the same template"
# (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html): these name none.
REFUSED = {
    'good/custom/is-defined.yaml': "the section is called Parameter, so that 'NodeEnv' is no parameter",
    'good/functions/sub_needed.yaml': 'an API and a function are named that are not there',
}


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'real', 'aws-cloudformation__cfn-lint', 'test', 'fixtures', 'templates')
    run = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', '.'], cwd=top, capture_output=True, timeout=100)
    report = json.loads(run.stdout)
    by_file = collections.Counter(r['file'] for r in report['resources'])
    valid = [f for f in by_file if not f.startswith('bad/')]
    errors = {d['file']: f"{d['line']}: {d['message']}" for d in reversed(report['diagnostics']) if d['severity'] == 'error'}
    bad = [f for f in errors if f.startswith('bad/')]
    refused = sorted(f for f in errors if f not in bad)
    with Tap() as tap:
        tap.check(run.returncode in (0, 3), 'the templates are read', run.stderr.decode(errors='replace'))
        tap.check(len(valid) >= 100, f'there are valid templates ({len(valid)}) with resources')
        tap.check(not set(refused) - set(REFUSED), 'no valid template is refused',
                  '\n'.join(f'{f}:{errors[f]}' for f in refused if f not in REFUSED))
        tap.check(set(refused) == set(REFUSED), 'what CloudFormation would refuse too is refused',
                  '\n'.join(sorted(set(REFUSED) - set(refused))))
        tap.check(len(bad) >= 10, f'templates that lead nowhere are refused ({len(bad)})')
    return tap.failed > 0


sys.exit(main())
