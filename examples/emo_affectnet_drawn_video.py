"""A video with EMO-AffectNet's boxes and labels, as its `visualization.py`.

python examples/emo_affectnet_drawn_video.py MODEL VIDEO DRAWN.mp4

Every person is followed and has a label of their own; with --original the
detector runs on every frame and the rules are those of the original.
"""

import argparse
import pathlib
import tempfile

import emoaff
from emoaff.prediction import tables
from emoaff.prediction.drawing import annotate


def main(argv: list[str] | None = None) -> None:
    """Predicts, then draws what was predicted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("drawn")
    parser.add_argument("--original", action="store_true")
    args = parser.parse_args(argv)
    rules = {}
    if args.original:
        rules = {"rules": "emo-affectnet", "detection": "every"}
    timeline = emoaff.predict_video(args.video, args.model, **rules)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "rows.csv")
        with tables.table(path, timeline.classes) as write:
            for row in timeline:
                write(row)
        annotate(args.video, path, args.drawn, style="emo-affectnet")
    print(f"{args.drawn}: {timeline.label or 'no face'}")


if __name__ == "__main__":
    main()
