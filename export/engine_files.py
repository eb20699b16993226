"""Writes the LiteRT files that emoaff ships and predicts with.

    python export/engine_files.py [PRESET] [--data-dir DATA] [--detector]

PRESET, compact_ferplus if none is named, gets `model.tflite` into its folder;
`config.json` and the card say how near it is to Keras on a built corpus. To be
run again whenever the preset's weights change. --detector writes MTCNN's three
networks as well.
"""

import argparse

from emoaff.exporting.engine_files import write_detector_files
from emoaff.exporting.engine_files import write_preset_file


def main(argv: list[str] | None = None) -> None:
    """Writes the files and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", nargs="?", default="compact_ferplus")
    parser.add_argument("--dataset", default="ferplus")
    parser.add_argument("--split", default="validation")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument(
        "--precision",
        default="mixed",
        choices=("float32", "float16", "mixed"),
    )
    parser.add_argument("--detector", action="store_true")
    args = parser.parse_args(argv)
    if args.detector:
        for path in write_detector_files():
            print(path)
    about = write_preset_file(
        args.preset, args.dataset, args.split, args.data_dir, args.precision
    )
    for name, value in about.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
