"""Exports a preset as a TensorFlow SavedModel and compares the two.

    python export/saved_model.py PRESET OUT

The SavedModel's `serve` takes float32 `(batch, size, size, 3)`, RGB 0-255, any
batch, and gives a dict of named outputs, as the preset's model does.
"""

import argparse
import pathlib

import numpy as np
import tensorflow as tf

import emoaff


def main(argv: list[str] | None = None) -> float:
    """Exports, prints and returns the largest difference of any output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", metavar="PRESET|FOLDER")
    parser.add_argument("out", type=pathlib.Path, metavar="OUT")
    args = parser.parse_args(argv)
    if args.out.exists():
        parser.error(f"{args.out} exists; choose another folder.")
    preset = emoaff.load_preset(args.preset)
    preset.model.export(args.out, verbose=False)
    served = tf.saved_model.load(args.out)
    worst = 0.0
    for batch in (1, 5):
        faces = _noise(batch, preset.size)
        expected, got = preset.model(faces), served.serve(faces)
        for name in expected:
            difference = np.abs(np.asarray(expected[name]) - got[name])
            worst = max(worst, float(difference.max()))
    print(f"{args.out}: largest difference of an output {worst:.1e}")
    return worst


def _noise(batch, size):
    rng = np.random.default_rng(batch)
    return np.float32(rng.uniform(0, 255, (batch, size, size, 3)))


if __name__ == "__main__":
    main()
