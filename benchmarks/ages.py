"""Measures a preset on faces of the old, of children and of others.

    python benchmarks/ages.py compact_ferplus --data-dir data

Prints three tables in Markdown, of FER+'s validation split (built in
`--data-dir`). The corpus names no ages: how old a face looks was judged by eye,
by one person, from the pictures alone, and lies in `age_labels`. Counts come
with 95 % intervals (Wilson's).
"""

import argparse
import json
import pathlib

import numpy as np
from scipy import stats

from emoaff import load_preset
from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.presets.class_prior import read_prior
from emoaff.presets.class_prior import reweigh

LABELS = pathlib.Path(__file__).parent / "age_labels"
GROUPS = ("others", "children", "old")


def main():
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("preset", nargs="?", default="compact_ferplus")
    parser.add_argument("--data-dir", default="data")
    args = parser.parse_args()
    preset = load_preset(args.preset)
    split = load_recordings("ferplus", "validation", args.data_dir)
    batches = stored_pictures(split, preset.size)
    answers = [preset.predict(list(x))["expression"] for x in batches]
    truth = np.asarray(split.expression)
    known = truth >= 0
    answers, truth = np.concatenate(answers)[known], truth[known]
    groups = find_groups(split.names)[known]
    classes = preset.labels.classes
    uniform = read_prior("uniform", preset.trained_prior, preset.labels)
    shown = reweigh(answers, preset.answered_prior, uniform)
    for prior, values in (("as trained", answers), ("uniform", shown)):
        print(f"\n{preset.name}, prior {prior}:\n")
        print(describe_groups(values, truth, groups, classes))
    print("\nRecall of each class, prior as trained:\n")
    print(describe_recalls(answers, truth, groups, classes))


def find_groups(names):
    """Returns the group of each picture of FER+'s validation split.

    Args:
        names: Their names, such as `fer0030547`.

    Returns:
        Indices into `GROUPS`.
    """
    file = LABELS / "ferplus_validation.json"
    groups = json.loads(file.read_text("utf-8"))["groups"]
    of_name = {
        name: GROUPS.index(group)
        for group, members in groups.items()
        for name in members
    }
    return np.array([of_name.get(name, 0) for name in names])


def describe_groups(probabilities, truth, groups, classes):
    """Makes a table of what is right, and what is taken for sadness.

    Args:
        probabilities: `(n, classes)`.
        truth: `(n,)`, class indices.
        groups: `(n,)`, see `find_groups`.
        classes: Names of the classes.
    """
    named = probabilities.argmax(axis=1)
    neutral, sadness = (classes.index(c) for c in ("neutral", "sadness"))
    rows = []
    for k, group in enumerate(GROUPS):
        member = groups == k
        calm = member & (truth == neutral)
        sad = member & (truth == sadness)
        rows.append(
            [
                group,
                member.sum(),
                describe_share(named[member] == truth[member]),
                describe_mean(probabilities[member].max(axis=1)),
                calm.sum(),
                describe_share(named[calm] == neutral),
                describe_share(named[calm] == sadness),
                sad.sum(),
                describe_share(named[sad] == sadness),
            ]
        )
    head = [
        "faces",
        "pictures",
        "right",
        "mean confidence",
        "neutral",
        "of them right",
        "called sad",
        "sad",
        "of them right",
    ]
    return _table(head, rows)


def describe_recalls(probabilities, truth, groups, classes):
    """Makes a table of each class's recall in each group, as counts."""
    right = probabilities.argmax(axis=1) == truth
    rows = []
    for k, group in enumerate(GROUPS):
        cells = [group]
        for c in range(len(classes)):
            chosen = right[(groups == k) & (truth == c)]
            cells.append(f"{chosen.sum()} of {len(chosen)}")
        rows.append(cells)
    return _table(["faces", *classes], rows)


def describe_share(hits):
    """Returns a share with its 95 % interval; empty without cases."""
    if not len(hits):
        return ""
    test = stats.binomtest(int(np.sum(hits)), len(hits))
    low, high = test.proportion_ci(method="wilson")
    return f"{np.mean(hits):.3f} [{low:.3f}, {high:.3f}]"


def describe_mean(values):
    """Returns the mean; empty without cases."""
    return f"{np.mean(values):.3f}" if len(values) else ""


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


if __name__ == "__main__":
    main()
