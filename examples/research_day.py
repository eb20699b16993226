"""A day of research: corpus, training, predictions, features, fusion, sweep.

    python examples/research_day.py --out day

On drawn faces, so that it needs no corpus; every line is what one would type
for a real one. It ends with a table of settings and a paired test over seeds.
The sound features are made up (an eGeMAPS-like file a recording): they stand
for what openSMILE writes.
"""

import argparse
import pathlib

import h5py
import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

import emoaff_cli
from emoaff.data.side_features import read_side_features

CORPUS = "synthetic_affect/tiny"
# A few updates, for the story's sake.
QUICK = ("schedule.frozen=true", "schedule.head_epochs=0", "schedule.epochs=1")


def emoaff(*words):
    """Runs one command, as a terminal would."""
    words = [str(word) for word in words]
    print("$ emoaff " + " ".join(words))
    if emoaff_cli.main(words):
        raise SystemExit("The command above failed.")


def write_sound(folder, table):
    """Writes made-up features of sound, 100 a second, a file a recording."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for name, rows in table.groupby("recording"):
        times = np.arange(0, rows["time_s"].max() + 0.04, 0.01)
        arousal = np.interp(
            times, rows["time_s"], rows["label_arousal"].fillna(0)
        )
        loudness = arousal + 0.3 * rng.normal(size=len(times))
        frame = pd.DataFrame(
            {
                "name": f"'{name}'",
                "frameTime": times.round(2),
                "Loudness_sma3": loudness,
                "F0semitone": rng.normal(size=len(times)),
            }
        )
        frame.to_csv(folder / f"{name}.csv", sep=";", index=False)


def read_vectors(path):
    """Reads what `emoaff features` wrote: a table, and its vectors."""
    with h5py.File(path) as file:
        vectors = file["vector"][:]
        table = pd.DataFrame(
            {
                name: values.asstr()[:] if values.dtype == object else values[:]
                for name, values in file.items()
                if name != "vector"
            }
        )
    return table, vectors


def align_sound(folder, table):
    """The mean of the sound over each frame; the recording's where missing."""
    parts = []
    for name, rows in table.groupby("recording", sort=False):
        sound = read_side_features(folder / f"{name}.csv")
        values = sound.align(rows["time_s"].to_numpy(), "mean")
        mean = np.nanmean(values, axis=0)
        parts.append(np.where(np.isnan(values), mean, values))
    return np.concatenate(parts)


def score_svm(train, train_y, test, test_y):
    """Balanced accuracy of a linear SVM, over the frames with a class."""
    model = make_pipeline(StandardScaler(), LinearSVC(dual=False, C=0.01))
    known, scored = train_y != "", test_y != ""
    model.fit(train[known], train_y[known])
    return balanced_accuracy_score(test_y[scored], model.predict(test[scored]))


def main(out, steps=20):
    """Does the day; returns the two accuracies.

    Args:
        out: Folder for all of it.
        steps: Updates of each training.
    """
    out = pathlib.Path(out)
    data, run = out / "data", out / "run"
    settings = [f"data.dataset={CORPUS}", f"schedule.steps_per_epoch={steps}"]
    chosen = [w for s in (*settings, *QUICK) for w in ("--set", s)]
    emoaff("prepare", CORPUS, "--data-dir", data)
    emoaff("train", "finetune", "--data-dir", data, "--out", run, *chosen)
    place = ["--dataset", CORPUS, "--data-dir", data]

    # Predictions of the test split, as if it had no labels: tables, and what
    # an ABAW competition takes.
    emoaff(
        *("evaluate", run, *place, "--split", "test", "--unlabelled"),
        *("--predictions", out / "predictions", "--abaw", out / "abaw.txt"),
    )

    for split in ("train", "validation"):
        emoaff(
            *("features", run, *place, "--split", split),
            *("--out", out / f"{split}.h5"),
        )
    train, train_x = read_vectors(out / "train.h5")
    test, test_x = read_vectors(out / "validation.h5")
    write_sound(out / "sound", pd.concat([train, test]))
    y, test_y = train["label_expression"], test["label_expression"]
    faces = score_svm(train_x, y.to_numpy(), test_x, test_y.to_numpy())
    # Early fusion: one vector of both.
    both = score_svm(
        np.hstack([train_x, align_sound(out / "sound", train)]),
        y.to_numpy(),
        np.hstack([test_x, align_sound(out / "sound", test)]),
        test_y.to_numpy(),
    )
    print(f"SVM on faces: {faces:.3f}, with sound: {both:.3f}")

    emoaff(
        *("sweep", "finetune", "--data-dir", data, "--out", out / "sweep"),
        *("--seeds", "0..2", "--set", "optimizer.learning_rate=1e-4,1e-2"),
        *chosen,
    )
    emoaff("runs", out)
    return faces, both


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="day", help="folder for all of it")
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    main(arguments.out, arguments.steps)
