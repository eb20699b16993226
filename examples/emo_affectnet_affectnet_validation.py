"""Scores an image model on AffectNet's validation set, class by class.

emoaff prepare affectnet/march_2021 --manual-dir YOUR_COPY --data-dir data
python examples/emo_affectnet_affectnet_validation.py MODEL data

The authors report 66.37 % for `0_66_37_wo_gl` and 66.49 % for `0_66_49_wo_gl`,
on 500 pictures of each of seven classes; contempt is left out here too.
"""

import argparse

import emoaff

_MEASURES = ("precision", "recall", "f1")


def main(argv: list[str] | None = None) -> None:
    """Prints precision, recall and F1 of each class, accuracy and confusion."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("data_dir")
    parser.add_argument("--dataset", default="affectnet/march_2021")
    args = parser.parse_args(argv)
    preset = emoaff.load_preset(args.model)
    evaluation = emoaff.evaluate(
        preset, args.dataset, "validation", args.data_dir
    )
    table = evaluation.table
    classes = table.confusion["classes"]
    print(f"{'':12}" + "".join(f"{name:>11}" for name in _MEASURES))
    for name in classes:
        scores = [table.value(measure, name) for measure in _MEASURES]
        print(f"{name:12}" + "".join(f"{score:11.3f}" for score in scores))
    print(f"accuracy {table.value('accuracy'):.4f}")
    print(f"UAR {table.value('uar'):.4f}")
    print("confusion, rows are labels, columns predictions:")
    for name, counts in zip(classes, table.confusion["counts"], strict=True):
        print(f"{name:12}" + "".join(f"{count:6d}" for count in counts))


if __name__ == "__main__":
    main()
