"""Exports a preset as ONNX and says how near it is to Keras.

    python export/to_onnx.py PRESET OUT.onnx [float16|dynamic|int8] [FACES]

FACES is a folder of face crops, which int8 is calibrated with.
"""

import sys

import emoaff


def main(preset, out, quantize=None, faces=None):
    """Exports, prints and returns the report."""
    report = emoaff.export(
        preset, out, "onnx", quantize=quantize, calibration=faces
    )
    print(report)
    return report


if __name__ == "__main__":
    main(*sys.argv[1:])
