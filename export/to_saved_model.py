"""Exports a preset as a TensorFlow SavedModel and compares the two.

    python export/to_saved_model.py PRESET OUT

`serving_default` takes uint8 `(batch, size, size, 3)`, RGB 0-255, any batch;
`float` takes float32. Both give the named outputs.
"""

import sys

import emoaff


def main(preset, out):
    """Exports, prints and returns the report."""
    report = emoaff.export(preset, out, "savedmodel")
    print(report)
    return report


if __name__ == "__main__":
    main(*sys.argv[1:])
