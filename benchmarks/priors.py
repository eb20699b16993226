"""Measures what each class prior does, for docs/priors.md.

    python benchmarks/priors.py compact_ferplus --data-dir data \
        --kerc KERC_DIR --clips a.mp4 b.mp4

Prints three tables in Markdown:

- FER+ validation (built in `--data-dir`): accuracy, log loss and calibration
  error of each prior, when classes occur as in FER+, as in everyday footage and
  equally often. Pictures are weighted to that end.
- KERC 2020 (`--kerc`, a folder with `frame_img/` and `train_mean.csv`): derived
  valence and arousal against the ratings of whole clips, mean over a clip's
  faces; ratings as (x - 5) / 5.
- `--clips`: which expressions are named, in shares of the rows with a face that
  is large, sharp and turned to the camera; every third frame.
"""

import argparse
import collections
import csv
import pathlib
import re

import cv2
import numpy as np

from emoaff import load_preset
from emoaff.data.stills import load_stills
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.prediction import predict_video
from emoaff.prediction.derived_affect import derive_affect
from emoaff.presets.class_prior import NAMES
from emoaff.presets.class_prior import read_prior
from emoaff.presets.class_prior import reweigh

_HALF = 0.5  # where `emoaff predict` is no longer unsure
_BINS = 15


def main():
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("preset", nargs="?", default="compact_ferplus")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--kerc", type=pathlib.Path)
    parser.add_argument("--clips", nargs="*", default=[])
    args = parser.parse_args()
    preset = load_preset(args.preset)
    priors = [
        read_prior(name, preset.trained_prior, preset.labels) for name in NAMES
    ]
    _print_shares(preset, priors)
    _print_ferplus(preset, priors, args.data_dir)
    if args.kerc:
        _print_kerc(preset, priors, args.kerc)
    if args.clips:
        _print_clips(preset, priors, args.clips)


def _print_shares(preset, priors):
    rows = [
        [prior.name, *(f"{share:.3f}" for share in prior.shares)]
        for prior in priors
    ]
    _print_table(["prior", *preset.labels.classes], rows)


def _print_ferplus(preset, priors, data_dir):
    stills = load_stills("ferplus", "validation", data_dir)
    stills = stills.take(stills.expression >= 0)
    truth = stills.expression
    answers = preset.predict(list(stills.images))["expression"]
    counts = np.bincount(truth, minlength=len(preset.labels))
    rows = []
    for prior in priors:
        shown = reweigh(answers, preset.answered_prior, prior)
        cells = [prior.name]
        for real in priors:
            weights = np.array(real.shares)[truth] / counts[truth]
            if real is priors[0]:
                weights = np.ones(len(truth))  # the split as it is
            cells.append(_scores(truth, shown, weights / weights.sum()))
        rows.append(cells)
    print(
        f"\nFER+ validation, {len(truth):,} pictures, {preset.name}, accuracy, "
        "log loss and calibration error:\n"
    )
    real = [f"classes are {prior.name}" for prior in priors]
    _print_table(["prior", *real], rows)


def _scores(truth, shown, weights):
    hit = shown.argmax(axis=1) == truth
    confidence = shown.max(axis=1)
    of_truth = shown[np.arange(len(truth)), truth]
    loss = -np.log(np.maximum(of_truth, 1e-7))
    places = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(places, weights=weights * (hit - confidence))
    error = np.abs(gaps).sum()
    accuracy = weights @ hit
    return f"{accuracy:.3f} / {weights @ loss:.3f} / {error:.3f}"


def _print_kerc(preset, priors, folder):
    with (folder / "train_mean.csv").open(newline="") as file:
        ratings = {
            int(re.search(r"(\d+)\.mp4", row["video_name"]).group(1)): (
                (float(row["Valence"]) - 5) / 5,
                (float(row["Arousal"]) - 5) / 5,
            )
            for row in csv.DictReader(file)
        }
    files = sorted((folder / "frame_img").glob("v*-face_*.jpg"))
    clips = np.array([int(re.match(r"v(\d+)", f.name).group(1)) for f in files])
    numbers = [number for number in np.unique(clips) if number in ratings]
    truth = np.array([ratings[number] for number in numbers])
    rows = []
    for crop in (1.0, 0.8):
        answers = _answers(preset, files, crop)
        for prior in priors:
            shown = reweigh(answers, preset.answered_prior, prior)
            affect = derive_affect(shown, preset.labels)
            means = np.array(
                [np.nanmean(affect[clips == n], axis=0) for n in numbers]
            )
            cells = [f"{crop:.0%}", prior.name]
            for d in range(2):
                ccc = compute_ccc(truth[:, d], means[:, d])
                r = np.corrcoef(truth[:, d], means[:, d])[0, 1]
                cells.append(f"{ccc:.3f} ({r:.3f})")
            rows.append(cells)
    print(f"\nKERC 2020, {len(numbers)} clips, {preset.name}, CCC (r):\n")
    _print_table(["of the picture", "prior", "valence", "arousal"], rows)


def _answers(preset, files, crop, batch=256):
    parts = []
    for start in range(0, len(files), batch):
        crops = []
        for file in files[start : start + batch]:
            image = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
            edge = round((1 - crop) / 2 * len(image))
            crops.append(image[edge : len(image) - edge, edge : -edge or None])
        parts.append(preset.predict(crops)["expression"])
    return np.concatenate(parts)


def _print_clips(preset, priors, paths):
    rows = []
    for path in paths:
        seen = [
            row.probabilities
            for row in predict_video(path, preset, every=3)
            if row.probabilities is not None and row.doubt in ("", "unsure")
        ]
        for prior in priors if seen else ():
            shown = reweigh(np.array(seen), preset.answered_prior, prior)
            named = collections.Counter(
                preset.labels.classes[best] if most >= _HALF else "unsure"
                for best, most in zip(
                    shown.argmax(axis=1), shown.max(axis=1), strict=True
                )
            )
            words = ", ".join(
                f"{name} {count / len(seen):.0%}"
                for name, count in named.most_common()
            )
            rows.append([pathlib.Path(path).name, len(seen), prior.name, words])
    print(f"\nClips, {preset.name}:\n")
    _print_table(["clip", "rows", "prior", "named"], rows)


def _print_table(head, rows):
    for line in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(map(str, line))} |")


if __name__ == "__main__":
    main()
