"""Trains the recipes on drawn faces and compares with what they should reach.

    python benchmarks/small_recipes.py [NAME ...] --data-dir data

What a small recipe should reach is in its module's `EXPECTED`. This trains all
of them, or those named and what they learn on top of, draws the corpora that
are missing, and prints a table of expected and reached scores. A run that was
stopped goes on, a finished one is read. It exits with 1 if a score is more than
0.05 below the expected one: runs with one seed are the same to the last digit
on one machine only. About 45 minutes on two cores.
"""

import argparse
import csv
import math
import pathlib
import sys

from emoaff import presets
from emoaff import recipes
from emoaff.training.expected import MEASURES
from emoaff.training.expected import split_measure
from emoaff.training.recipe_run import train

TOLERANCE = 0.05


def main(argv: list[str] | None = None) -> int:
    """Trains and prints the table; returns the exit code."""
    known = recipes.list_small_recipes()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=str(known))
    parser.add_argument("--data-dir", default="data")
    parser.add_argument(
        "--runs", type=pathlib.Path, default=pathlib.Path("runs/small")
    )
    args = parser.parse_args(argv)
    wrong = set(args.names) - set(known)
    if wrong:
        parser.error(f"Expected recipes of {known}. Received: {sorted(wrong)}.")
    rows = []
    for name in args.names or known:
        rows += compare(name, args.data_dir, args.runs)
    print("| recipe | measure | expected | reached | minutes |")
    print("|---|---|---|---|---|")
    for name, measure, expected, reached, minutes in rows:
        scores = f"{expected:.3f} | {reached:.3f}"
        print(f"| {name} | {measure} | {scores} | {minutes:.0f} |")
    missed = [row for row in rows if not row[3] >= row[2] - TOLERANCE]
    for name, measure, expected, reached, _ in missed:
        print(f"{name}: {measure} {reached:.3f}, expected is {expected:.3f}")
    return 1 if missed else 0


def compare(name, data_dir, runs) -> list[tuple]:
    """Trains one; returns name, measure, expected, reached and minutes."""
    folder = train_small(name, data_dir, runs)
    scores = presets.read_config(folder / "preset")["scores"]
    with (folder / "history.csv").open(newline="") as file:
        minutes = (
            sum(float(row["seconds"]) for row in csv.DictReader(file)) / 60
        )
    return [
        (name, describe_measure(of), value, read_score(scores, of), minutes)
        for expected in recipes.find_recipe(name, small=True).expected
        for of, value in expected.scores.items()
    ]


def describe_measure(name: str) -> str:
    """Returns a measure such as `"ccc valence"` as people write it."""
    measure, of = split_measure(name)
    return f"{MEASURES[measure]} {of}".strip()


def train_small(name, data_dir, runs) -> pathlib.Path:
    """Trains one, and first the one it sees through; returns its run."""
    settings = {}
    earlier = recipes.load_recipe(name).SMALL.features_from
    if earlier:
        run = train_small(earlier, data_dir, runs)
        settings["data.features_from"] = str(run)
    folder = runs / name
    if not (folder / "preset" / presets.CONFIG).is_file():
        print(f"== {name}", flush=True)
        resume = (folder / "config.json").is_file()
        train(
            name,
            data_dir,
            folder,
            {} if resume else settings,
            resume=resume,
            small=True,
        )
    return folder


def read_score(scores: dict, name: str) -> float:
    """Returns one number of a table of scores over all; NaN if undefined.

    Raises:
        KeyError: If the table has no such measure.
    """
    wanted = (*split_measure(name), "")
    for row in scores["rows"]:
        if (row["measure"], row["of"], row["part"]) == wanted:
            return math.nan if row["value"] is None else row["value"]
    raise KeyError(name)


if __name__ == "__main__":
    sys.exit(main())
