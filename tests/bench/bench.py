#!/usr/bin/env python3
"""Measures belay against the floor (parsing alone) and against peers, in one run, and writes docs/performance.md.

usage: bench.py --belay BIN --floor BIN --grammars BIN --real DIR [--runs N] [--peer NAME=COMMAND ...] [--peers-on DIR] [--write FILE]

DIR is a folder of real repositories. CPU time (user + system) and peak memory are of whole processes, the operating system's own
accounting; the figure quoted is the median over the runs, belay and floor in turn. A peer's COMMAND has {} for the folder
--peers-on names (DIR without it: hours, for some) and is run once, beside belay on that folder.
"""
import argparse
import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time


def measure(command):
    """(wall seconds, CPU seconds, peak MB) of one run."""
    with tempfile.TemporaryFile() as sink:
        begun = time.monotonic()
        # not a fork: copying this process would be most of what a start costs
        pid = os.posix_spawnp(command[0], command, os.environ,
                              file_actions=[(os.POSIX_SPAWN_DUP2, sink.fileno(), to) for to in (1, 2)])
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) in (126, 127) or os.waitstatus_to_exitcode(status) < 0:
        sys.exit(f'{command[0]} ended with {os.waitstatus_to_exitcode(status)}')
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(rows, i):
    return statistics.median(r[i] for r in rows)


def in_turn(commands, runs):
    rows = {name: [] for name in commands}
    for name, command in commands.items():
        measure(command)
    for _ in range(runs):
        for name, command in commands.items():
            rows[name].append(measure(command))
    return rows


def grammar_table(program, real, rounds):
    """Lines of a table: how fast each grammar alone is, the best of so many rounds."""
    text = subprocess.run([program, real, str(rounds)], capture_output=True, text=True, check=True).stdout
    rows = [line.split('\t') for line in text.splitlines()]
    speed = {name: int(size) / float(seconds) / 1e6 for name, _, size, _, seconds in rows}
    out = ['| grammar | files | MB/s | million nodes/s | bytes a node | speed against json |', '|---|---|---|---|---|---|']
    for name, files, size, nodes, seconds in rows:
        out.append(f'| {name} | {files} | {speed[name]:.1f} | {int(nodes) / float(seconds) / 1e6:.2f} | '
                   f'{int(size) / int(nodes):.1f} | {speed[name] / speed["json (packaged)"]:.2f} |')
    return out


def small_file(folder):
    path = os.path.join(folder, 'main.tf')
    with open(path, 'w') as f:
        f.write('resource "azurerm_storage_account" "a" {\n  name = "a"\n  https_traffic_only_enabled = false\n}\n')
    return path


def scan_of(belay, folder):
    return [belay, 'scan', '--no-config', '--root', folder, '--jobs', '1', '--format', 'json', '--quiet', folder]


def peer_table(belay, folder, peers):
    """Lines of a table: belay and each peer once on the same folder; none without peers."""
    if not peers:
        return []
    commands = {'belay scan, one worker': scan_of(belay, folder)}
    for peer in peers:
        name, command = peer.split('=', 1)
        commands[name] = [w.replace('{}', folder) for w in shlex.split(command)]
    rows = {name: measure(command) for name, command in commands.items()}
    base = rows['belay scan, one worker']
    out = ['', f'Peers, on {os.path.basename(os.path.normpath(folder))} alone:', '',
           '| command | CPU s | wall s | peak MB | CPU against belay |', '|---|---|---|---|---|']
    for name, (wall, cpu, peak) in rows.items():
        out.append(f'| {name} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {cpu / base[1]:.0f} |')
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--belay', required=True)
    ap.add_argument('--floor', required=True)
    ap.add_argument('--grammars', required=True)
    ap.add_argument('--real', required=True)
    ap.add_argument('--runs', type=int, default=5)
    ap.add_argument('--peer', action='append', default=[])
    ap.add_argument('--peers-on')
    ap.add_argument('--write')
    a = ap.parse_args()
    belay, floor = os.path.abspath(a.belay), os.path.abspath(a.floor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    scan = scan_of(belay, a.real)
    rows = in_turn({'belay scan, one worker': scan, 'floor: parsing alone': [floor, a.real]}, a.runs)
    two = in_turn({'belay scan, two workers': [w if w != '1' else '2' for w in scan]}, a.runs)
    rows.update(two)
    with tempfile.TemporaryDirectory() as folder:
        path = small_file(folder)
        small = in_turn({'`belay --version`': [belay, '--version'],
                         'scan of one small file': [belay, 'scan', '--no-config', '--root', folder, path]}, max(a.runs, 15))
    corpus = subprocess.run([floor, a.real], capture_output=True, text=True).stdout.strip()
    base = rows['floor: parsing alone']
    out = ['# Performance', '', f'Written by `tests/bench/bench.py` on {platform.machine()}, {os.cpu_count()} cores: medians of {a.runs} whole-process runs, in turn.',
           'Ratios travel between machines; absolute times do not.', '', f'Real repositories: {corpus}.', '',
           '| command | CPU s | wall s | peak MB | CPU against the floor |', '|---|---|---|---|---|']
    for name, r in rows.items():
        out.append(f'| {name} | {median(r, 1):.2f} | {median(r, 0):.2f} | {median(r, 2):.0f} | {median(r, 1) / median(base, 1):.2f} |')
    out += ['', '| command | wall ms | peak MB |', '|---|---|---|']
    for name, r in small.items():
        out.append(f'| {name} | {1000 * median(r, 0):.1f} | {median(r, 2):.1f} |')
    out += peer_table(belay, a.peers_on or a.real, a.peer)
    out += ['', f'Parsing alone, a parser made and a tree freed for each file, on one core: the best of {4 * a.runs} rounds, the grammars in turn.', '']
    out += grammar_table(os.path.abspath(a.grammars), a.real, 4 * a.runs)
    out += ['', 'Bars: a scan of the real repositories within 2.0 times the floor\'s CPU time and 200 MB; HCL parsed at a third of the speed of JSON; one small file in under 15 ms; start-up in under 5 ms.', '']
    text = '\n'.join(out)
    print(text)
    if a.write:
        with open(a.write, 'w') as f:
            f.write(text)


if __name__ == '__main__':
    main()
