"""One table: presets and exported files against built corpora.

    python benchmarks/accuracy.py MODEL ... --on ferplus:validation ... \
        --data-dir data [--spoiled] [--silent]

MODEL is a preset's name, its folder, the --out of a run or a file that `emoaff
export` made. Prints Markdown: accuracy, UAR, macro F1, expected calibration
error and log loss of classes, CCC of valence and arousal, with the number of
frames. What a model or corpus does not have is empty.

`--spoiled` adds what is left of the accuracy on spoiled pictures
(`emoaff.evaluation.spoiled_pictures`), `--silent` how accuracy grows when the
model may keep silent (`emoaff.evaluation.scores.coverage_curve`). The numbers
of a model card are made the same way, by `emoaff evaluate --coverage --spoiled
--card`.
"""

import argparse
import math

import emoaff
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.coverage import compute_coverage
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.robustness import score_robustness
from emoaff.evaluation.scores import Bootstrap
from emoaff.presets import resolve_preset

_COLUMNS = (
    ("accuracy", ""),
    ("uar", ""),
    ("macro_f1", ""),
    ("calibration_error", ""),
    ("log_loss", ""),
    ("ccc", "valence"),
    ("ccc", "arousal"),
)


def main(argv: list[str] | None = None) -> None:
    """Prints the tables."""
    args = _arguments(argv)
    heads = [f"{measure} {of}".strip() for measure, of in _COLUMNS]
    print(_line(["model", "corpus", "frames", *heads]))
    print(_line(["---"] * (3 + len(heads))))
    more = []
    for name in args.models:
        preset = emoaff.load_preset(resolve_preset(name))
        for corpus in args.on:
            dataset, _, split = corpus.partition(":")
            recordings = load_recordings(
                dataset, split or "validation", args.data_dir
            )
            evaluation = evaluate_recordings(
                preset, recordings, bootstrap=Bootstrap(draws=0)
            )
            print(_line([name, corpus, *_scores(evaluation.table)]))
            title = f"\n{name} on {corpus}"
            if args.silent and "expression" in evaluation.predictions:
                more.append(title + ", where it may keep silent\n")
                more.append(
                    compute_coverage(preset, evaluation).to_wide_markdown()
                )
            if args.spoiled:
                more.append(title + ", pictures spoiled\n")
                more.append(
                    score_robustness(preset, recordings).to_wide_markdown()
                )
    print("\n".join(more))


def _arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument(
        "--on", nargs="+", required=True, metavar="CORPUS:SPLIT"
    )
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--spoiled", action="store_true")
    parser.add_argument("--silent", action="store_true")
    return parser.parse_args(argv)


def _scores(table):
    found = {(row.measure, row.of): row for row in table.rows if not row.part}
    rows = [found.get(column) for column in _COLUMNS]
    frames = max((row.n for row in rows if row), default=0)
    values = [math.nan if row is None else row.value for row in rows]
    return [frames, *("" if math.isnan(v) else f"{v:.4f}" for v in values)]


def _line(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
