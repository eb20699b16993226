"""Counts pictures that stand in two splits of a corpus, exactly or nearly.

    python benchmarks/leakage.py ferplus train validation --data-dir data \
        [--model PRESET]

Pictures are compared by their pixels, and as grey 16 x 16 copies (averaged,
mean 0, length 1) by correlation, mirrored ones too: 1 is the same picture but
for light and contrast. Prints for several correlations how many pictures of the
second split have such a twin in the first, and with --model the accuracy on the
others.
"""

import argparse

import cv2
import numpy as np

import emoaff
from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.evaluation.shared_classes import SharedClasses

_SIDE = 16
_CORRELATIONS = (0.999, 0.99, 0.98, 0.95)
_ROWS = 512  # compared at once


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--model", metavar="PRESET")
    args = parser.parse_args(argv)
    known = load_recordings(args.dataset, args.first, args.data_dir)
    asked = load_recordings(args.dataset, args.second, args.data_dir)
    of_known, exact = _described(known)
    of_asked, wanted = _described(asked)
    exact = set(exact)
    same = np.array([pixels in exact for pixels in wanted])
    nearest = _find_nearest(of_asked, of_known)
    hits = args.model and _find_hits(args.model, asked)
    print(
        f"{len(asked)} pictures of {args.second}, {len(known)} of {args.first}"
    )
    print(
        "| twin | pictures |"
        + (" accuracy on the others |" if hits is not None else "")
    )
    print("|---|---|" + ("---|" if hits is not None else ""))
    rows = {"same pixels": same}
    rows |= {f"correlation {c} or more": nearest >= c for c in _CORRELATIONS}
    for name, twin in rows.items():
        print(f"| {name} | {twin.sum()} |" + _others(hits, twin))


def _others(hits, twin):
    if hits is None:
        return ""
    kept = ~twin & ~np.isnan(hits)
    return f" {hits[kept].mean():.4f} of {kept.sum()} |"


def _described(recordings):
    """Small grey copies `(n, 256)`, and the bytes of each picture."""
    copies, exact = [], []
    for pictures in stored_pictures(recordings, 48):
        for picture in pictures:
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
            copies.append(small(grey))
            exact.append(picture.tobytes())
    return np.stack(copies), exact


def small(grey: np.ndarray) -> np.ndarray:
    """A grey picture as float32 `(256,)`, mean 0 and length 1."""
    copy = cv2.resize(
        np.float32(grey), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA
    )
    copy -= copy.mean()
    return (copy / max(np.linalg.norm(copy), 1e-6)).ravel()


def _find_nearest(asked, known):
    """The largest correlation of each with any picture or its mirror image."""
    mirrored = known.reshape(-1, _SIDE, _SIDE)[:, :, ::-1]
    both = np.concatenate([known, mirrored.reshape(len(known), -1)]).T
    return np.concatenate(
        [
            (asked[start : start + _ROWS] @ both).max(axis=1)
            for start in range(0, len(asked), _ROWS)
        ]
    )


def _find_hits(model, recordings):
    """1 where the model is right, 0 where not, NaN where unlabelled."""
    preset = emoaff.load_preset(model)
    shared = SharedClasses(preset.labels, recordings.space)
    answers = [
        preset.predict(pictures)["expression"]
        for pictures in stored_pictures(recordings, preset.size)
    ]
    best = shared.probabilities(np.concatenate(answers)).argmax(axis=1)
    truth = shared.labels(recordings.expression)
    return np.where(truth < 0, np.nan, best == truth)


if __name__ == "__main__":
    main()
