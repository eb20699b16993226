"""A day of research: corpus, training, predictions, features, fusion, sweep.

    python examples/research_day.py --out day

On drawn faces, so that it needs no corpus; every line is what one would type
for a real one. The sound features are made up, in the form of openSMILE's
eGeMAPS: loudness follows arousal, the others are noise. They go to an SVM
beside a face's features, and into the training of a network beside the faces.
It ends with a paired test over seeds, without sound and with it, and a table of
all runs.
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
from emoaff.data.recordings import load_recordings
from emoaff.data.side_features import read_side_features

CORPUS = "synthetic_affect/tiny"
# A few updates, for the story's sake.
QUICK = ("schedule.frozen=true", "schedule.head_epochs=0", "schedule.epochs=1")
SHORT = (
    *("window.frames=20", "window.stride=10", "model.units=[16]"),
    *("optimizer.learning_rate=0.01", "schedule.epochs=5"),
)
# Names as openSMILE writes them; only the first says anything here.
EGEMAPS = (
    *("Loudness_sma3", "alphaRatio_sma3", "hammarbergIndex_sma3"),
    *("F0semitoneFrom27.5Hz_sma3nz", "jitterLocal_sma3nz"),
)


def emoaff(*words):
    """Runs one command, as a terminal would."""
    words = [str(word) for word in words]
    print("$ emoaff " + " ".join(words))
    if emoaff_cli.main(words):
        raise SystemExit("The command above failed.")


def write_sound(folder, data):
    """Writes made-up features of sound, 100 a second, a file a recording."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for split in ("train", "validation", "test"):
        recordings = load_recordings(CORPUS, split, data)
        for number, name in enumerate(recordings.names):
            rows = recordings.frames_of(number)
            at, arousal = recordings.time[rows], recordings.arousal[rows]
            times = np.arange(0, at[-1] + 0.04, 0.01)
            values = rng.normal(size=(len(times), len(EGEMAPS)))
            known = np.isfinite(arousal)
            if known.any():
                course = np.interp(times, at[known], arousal[known])
                values[:, 0] = course + 0.3 * values[:, 0]
            table = pd.DataFrame(values, columns=EGEMAPS)
            table.insert(0, "frameTime", times.round(2))
            table.insert(0, "name", f"'{name}'")
            table.to_csv(folder / f"{name}.csv", sep=";", index=False)


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
    sound = out / "egemaps"
    write_sound(sound, data)
    y, test_y = train["label_expression"], test["label_expression"]
    faces = score_svm(train_x, y.to_numpy(), test_x, test_y.to_numpy())
    # Early fusion: one vector of both.
    both = score_svm(
        np.hstack([train_x, align_sound(sound, train)]),
        y.to_numpy(),
        np.hstack([test_x, align_sound(sound, test)]),
        test_y.to_numpy(),
    )
    print(f"SVM on faces: {faces:.3f}, with sound: {both:.3f}")

    # The same in training, with a memory: valence and arousal of each frame.
    # Of faces it takes the features that the first run makes.
    settings += [*SHORT, f"side_files=audio={sound}", f"features_from={run}"]
    short = ["--small", *(w for s in settings for w in ("--set", s))]
    fused = out / "fused"
    emoaff(
        *("train", "tzirakis_recola", "--data-dir", data, "--out", fused),
        *(*short, "--set", "modalities=video,audio"),
    )
    emoaff(
        *("evaluate", fused, *place, "--split", "validation"),
        *("--side-files", f"audio={sound}"),
    )
    # Three seeds, without sound and with it, and a paired test.
    emoaff(
        *("sweep", "tzirakis_recola", "--data-dir", data, *short),
        *("--out", out / "sweep", "--seeds", "0..2"),
        *("--set", "modalities=[video],[video,audio]"),
    )
    emoaff("runs", out)
    return faces, both


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="day", help="folder for all of it")
    parser.add_argument("--steps", type=int, default=20)
    arguments = parser.parse_args()
    main(arguments.out, arguments.steps)
