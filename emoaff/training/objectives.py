"""Losses by the names that recipes use, for one output."""

import numpy as np
import tensorflow as tf

from emoaff.losses import ConcordanceLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.losses import WeightedSigmoidCrossentropy
from emoaff.losses import reciprocal_weights


def make_loss(config, class_counts=None):
    """Makes the loss that the settings describe.

    Args:
        config: A `ClipConfig`.
        class_counts: `(classes,)`, labelled frames of each class among the
            windows trained on; needed for `class_weights`.

    Returns:
        A function of labels and predictions of the output `config.target`
        (labels are a dict by output name, predictions a tensor or such a
        dict) to a scalar.

    Raises:
        ValueError: If the loss does not fit the target, or a class that is
            to be weighted does not occur.
    """
    affect = config.target.endswith(("valence", "arousal"))
    if affect != (config.loss in ("ccc", "ccc_batch", "mse")):
        raise ValueError(
            "Expected loss=ccc, ccc_batch or mse for valence and arousal, "
            "sigmoid or crossentropy for classes. Received: "
            f"loss={config.loss!r}, target={config.target!r}."
        )
    weights = None
    if config.class_weights != "none":
        scale = {"raw": "none"}.get(config.class_weights, config.class_weights)
        weights = reciprocal_weights(class_counts, scale)
    made = {
        "ccc": lambda: ConcordanceLoss("sequence"),
        "ccc_batch": lambda: ConcordanceLoss("batch"),
        "mse": lambda: _masked_mse,
        "sigmoid": lambda: WeightedSigmoidCrossentropy(weights),
        "crossentropy": lambda: WeightedCrossentropy(
            weights, label_smoothing=config.label_smoothing
        ),
    }[config.loss]()
    correlating = config.loss.startswith("ccc")

    def loss(truth, predicted):
        truth = truth[config.target]
        if isinstance(predicted, dict):
            predicted = predicted[config.target]
        predicted = tf.cast(predicted, tf.float32)
        if correlating and len(predicted.shape) == 2:
            # One frame a window: the batch is the sequence.
            truth, predicted = truth[tf.newaxis], predicted[tf.newaxis]
        return made(truth, predicted)

    return loss


def _masked_mse(truth, predicted):
    known = tf.math.is_finite(truth)
    error = tf.where(known, truth - predicted, 0.0)
    count = tf.reduce_sum(tf.cast(known, tf.float32))
    return tf.math.divide_no_nan(tf.reduce_sum(tf.square(error)), count)


def class_counts(recordings, rows, target: str) -> np.ndarray:
    """Counts labelled frames of each class in windows.

    Args:
        recordings: `Recordings`.
        rows: int, any shape, rows of it; -1 is no frame. A frame counts as
            often as it stands there.
        target: `"expression"`, `"emotions"` or `"distribution"`.

    Returns:
        float64 `(classes,)`; votes count as shares of a frame.
    """
    times = np.bincount(rows[rows >= 0].ravel(), minlength=len(recordings))
    if target == "expression":
        known = recordings.expression >= 0
        return np.bincount(
            recordings.expression[known],
            times[known].astype(np.float64),
            minlength=len(recordings.space),
        )
    table = np.asarray(getattr(recordings, target), np.float64)
    return times @ np.nan_to_num(table)
