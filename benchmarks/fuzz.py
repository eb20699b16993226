"""Damages files in every way it knows, and reads them with every parser.

    python benchmarks/fuzz.py [--inputs 200000] [--presets 2000] [--first 0]
        [--only NAME ...]

Tables of labels, annotations, results, post-processing and other systems'
weights share the inputs evenly; presets, each of which is built, have a count
of their own. A damaged file is read or ends in an error of ours, one sentence;
anything else is printed with the seed that damages it again (see `KEPT` in
tests/fuzzing/test_fuzzing.py), and it exits with 1. The same numbers are the
same files; `--first` begins at another.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main(argv: list[str] | None = None) -> int:
    """Runs the parsers and prints a table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=200_000, metavar="N")
    parser.add_argument("--presets", type=int, default=2_000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="N")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    args = parser.parse_args(argv)
    findings, inputs, began = [], 0, time.monotonic()
    print("| parser | inputs | findings | ms each |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for target, count in _shared_out(args, pathlib.Path(folder)):
            start = time.monotonic()
            found = _run(target, range(args.first, args.first + count))
            each = 1e3 * (time.monotonic() - start) / max(count, 1)
            row = f"| {target.name} | {count:,} | {len(found)} | {each:.2f} |"
            print(row, flush=True)
            inputs += count
            findings += found
    for finding in findings:
        print(f"- {finding.seed!r}: {finding.what}")
    minutes = (time.monotonic() - began) / 60
    print(f"{inputs:,} inputs, {len(findings)} findings, {minutes:.1f} minutes")
    return 1 if findings else 0


def _shared_out(args, folder):
    """Pairs of parser and number of inputs, which sum to what was asked."""
    # The damage is that of the tests.
    sys.path.insert(0, os.fspath(ROOT))
    from tests.fuzzing.models import preset_targets
    from tests.fuzzing.models import weight_targets
    from tests.fuzzing.tables import table_targets

    files = [*table_targets(folder), *weight_targets(folder)]
    presets = preset_targets(folder)
    for targets, count in ((files, args.inputs), (presets, args.presets)):
        if args.only:
            targets = [each for each in targets if each.name in args.only]
        for place, target in enumerate(targets):
            share, rest = divmod(count, len(targets))
            yield target, share + (place < rest)


def _run(target, numbers):
    from tests.fuzzing.running import fuzz

    with tempfile.TemporaryDirectory() as folder:
        return list(fuzz(target, numbers, pathlib.Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
