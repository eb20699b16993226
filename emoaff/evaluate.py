"""Scores a preset on a built corpus."""

import dataclasses
import os

import numpy as np
from sklearn import metrics

from emoaff.calibration import calibration_error
from emoaff.data.stills import load_stills
from emoaff.presets import Preset


@dataclasses.dataclass(frozen=True)
class Scores:
    """What a classifier of expressions reached on one split.

    Args:
        dataset: The corpus.
        split: The split.
        pictures: Number of labelled pictures scored.
        unlabelled: Number of pictures left out for want of a label.
        accuracy: Share of pictures whose most probable class is the label.
        uar: Unweighted average recall, the mean of `recall` over the classes
            that occur.
        recall: Class name to recall in `[0, 1]`; NaN for a class that does
            not occur.
        count: Class name to number of labelled pictures.
        confusion: Counts, rows are labels, columns predictions, in class
            order.
        calibration_error: Expected calibration error, 15 equal bins.
        log_loss: Mean negative natural logarithm of the label's probability.
        preprocessing: What was done to the pictures, in words.
    """

    dataset: str
    split: str
    pictures: int
    unlabelled: int
    accuracy: float
    uar: float
    recall: dict[str, float]
    count: dict[str, int]
    confusion: list[list[int]]
    calibration_error: float
    log_loss: float
    preprocessing: str

    def to_text(self) -> str:
        """Returns the scores as lines of text for a terminal."""
        names = list(self.recall)
        width = max(map(len, names))
        lines = [
            f"{self.dataset}, {self.split}: {self.pictures} pictures with a "
            f"label, {self.unlabelled} without",
            f"preprocessing: {self.preprocessing}",
            f"accuracy                    {self.accuracy:.4f}",
            f"unweighted average recall   {self.uar:.4f}",
            f"expected calibration error  {self.calibration_error:.4f}",
            f"log loss                    {self.log_loss:.4f}",
            "recall, and confusion (row: label, column: predicted in the same "
            "order)",
        ]
        for name, row in zip(names, self.confusion, strict=True):
            counts = " ".join(f"{n:5d}" for n in row)
            lines.append(f"  {name:{width}} {self.recall[name]:.4f} |{counts}")
        return "\n".join(lines)


def evaluate(
    preset: Preset, dataset: str, split: str, data_dir: str | os.PathLike
) -> Scores:
    """Scores the expressions of `preset` on still pictures.

    One crop a picture, no test-time augmentation. Pictures without a label
    (`expression` -1) are left out.

    Args:
        preset: A preset whose label space has the corpus's classes, in order.
        dataset: A built corpus, see `emoaff.corpora`.
        split: A split of it.
        data_dir: Where it was built.

    Returns:
        The scores.

    Raises:
        ValueError: If the preset has no expressions, or other classes, or
            the split holds no labelled picture.
        FileNotFoundError: If the corpus was not built.
    """
    stills = load_stills(dataset, split, data_dir)
    if preset.labels is None or len(preset.labels) != stills.classes:
        have = preset.labels.classes if preset.labels else "no expressions"
        raise ValueError(
            f"Expected a preset with the {stills.classes} classes of "
            f"{dataset}. Received: {preset.name} with {have}."
        )
    labelled = stills.take(stills.expression >= 0)
    if not len(labelled):
        raise ValueError(f"Expected labels in {dataset} {split}, found none.")
    probabilities = preset.predict(labelled.images)["expression"]
    return score(
        labelled.expression,
        probabilities,
        preset.labels.classes,
        dataset=dataset,
        split=split,
        unlabelled=len(stills) - len(labelled),
        preprocessing=(
            f"one crop a picture as published "
            f"({labelled.images.shape[1]}x{labelled.images.shape[2]}), resized "
            f"to {preset.size}x{preset.size} ({preset.interpolation}), no "
            "test-time augmentation; the rest is inside the model"
        ),
    )


def score(truth, probabilities, classes, **facts) -> Scores:
    """Computes `Scores` from labels and probabilities.

    Args:
        truth: int `(n,)`, class indices.
        probabilities: `(n, classes)`, rows sum to 1.
        classes: Class names in order.
        **facts: The fields of `Scores` that are not numbers of the result.

    Returns:
        The scores.
    """
    predicted = probabilities.argmax(axis=1)
    every = np.arange(len(classes))
    confusion = metrics.confusion_matrix(truth, predicted, labels=every)
    count = confusion.sum(axis=1)
    of_truth = probabilities[np.arange(len(truth)), truth]
    with np.errstate(invalid="ignore"):
        recall = confusion.diagonal() / count
    return Scores(
        pictures=len(truth),
        accuracy=float(metrics.accuracy_score(truth, predicted)),
        uar=float(np.nanmean(recall)),
        recall=dict(zip(classes, map(float, recall), strict=True)),
        count=dict(zip(classes, map(int, count), strict=True)),
        confusion=confusion.tolist(),
        calibration_error=calibration_error(truth, probabilities),
        log_loss=float(-np.log(of_truth.astype(np.float64)).mean()),
        **facts,
    )
