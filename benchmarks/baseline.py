"""Shows what taking a resting face off does to a video's expressions.

    emoaff predict VIDEO --faces largest --out plain
    emoaff predict VIDEO --faces largest --out rested --baseline 1
    python benchmarks/baseline.py plain/VIDEO.csv rested/VIDEO.csv \
        [--plot baseline.png]

Prints for each class the mean probability over the frames that both tables
answer, and how many of them name it; --plot draws both over time.
"""

import argparse

import matplotlib.pyplot as plt
import pandas as pd

_FIRST, _LAST = "face_score", "expression"  # the classes stand between


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plain")
    parser.add_argument("rested")
    parser.add_argument("--plot", metavar="FILE")
    args = parser.parse_args(argv)
    tables = [
        pd.read_csv(path).set_index(["frame", "person"])
        for path in (args.plain, args.rested)
    ]
    columns = list(tables[0].columns)
    classes = columns[columns.index(_FIRST) + 1 : columns.index(_LAST)]
    answered = tables[1].dropna(subset=classes).index
    plain, rested = (table.loc[answered] for table in tables)
    print(f"{len(answered)} frames\n")
    print("| class | mean | mean, rested | frames | frames, rested |")
    print("|---|---|---|---|---|")
    for name in classes:
        means = [f"{table[name].mean():.3f}" for table in (plain, rested)]
        counts = [str((t.expression == name).sum()) for t in (plain, rested)]
        print(f"| {' | '.join([name, *means, *counts])} |")
    if args.plot:
        _plot(tables, classes, args.plot)


def _plot(tables, classes, path):
    """The classes that ever reach a third, as they are and rested."""
    shown = [c for c in classes if tables[0][c].max() > 1 / 3]
    figure, axes = plt.subplots(
        len(shown), sharex=True, sharey=True, figsize=(8, 1.3 * len(shown))
    )
    for axis, name in zip(axes, shown, strict=True):
        for table, style, label in zip(
            tables, ("--", "-"), ("as it is", "resting face off"), strict=True
        ):
            axis.plot(table.time_s, table[name], style, label=label)
        axis.set_ylabel(name)
    axes[0].set_ylim(0, 1)
    axes[0].legend(loc="upper right", fontsize="small")
    axes[-1].set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
