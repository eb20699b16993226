"""A folder of videos to reports, as EMO-AffectNet's `run.py` writes them.

python examples/emo_affectnet_folder_of_videos.py MODEL VIDEOS REPORTS

MODEL is the folder that `emoaff convert` wrote for the LSTM. The same from the
command line, where every rule can be changed by itself:

emoaff predict VIDEOS --model MODEL --out REPORTS --rules emo-affectnet
"""

import argparse

import emoaff
from emoaff.prediction.files import predict_files
from emoaff.prediction.video import Options


def main(argv: list[str] | None = None) -> int:
    """Writes `<stem>.csv` per video and prints its label."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("videos")
    parser.add_argument("reports")
    args = parser.parse_args(argv)
    failures = predict_files(
        [args.videos],
        emoaff.load_preset(args.model),
        args.reports,
        Options.of_rules("emo-affectnet"),
        form="emo-affectnet",
    )
    for failure in failures:
        print(failure.reason)
    return 2 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
