"""Losses by the names that recipes use, for one output.

A new one is a file of its own in `emoaff.losses` and a line in `LOSSES`.
"""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from emoaff.labels import AFFECT_TARGETS
from emoaff.losses import ConcordanceLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.losses import WeightedSigmoidCrossentropy
from emoaff.losses import reciprocal_weights
from emoaff.losses.frame_shapes import match_frames


class NamedLoss(NamedTuple):
    """A loss that has a name.

    Attributes:
        build: Called with a `LossConfig` and the classes' weights, `(classes,)`
            or `None`: a function of labels and predictions to a scalar.
        of_affect: Whether it is for valence and arousal, else for classes.
        over_frames: Whether it compares frames with each other, so that it
            needs an axis of them: single frames become one sequence, the
            batch.
    """

    build: Callable
    of_affect: bool = False
    over_frames: bool = False


def _compute_masked_mse(truth, predicted):
    truth = match_frames(truth, predicted)
    known = tf.math.is_finite(truth)
    error = tf.where(known, truth - predicted, 0.0)
    count = tf.reduce_sum(tf.cast(known, tf.float32))
    return tf.math.divide_no_nan(tf.reduce_sum(tf.square(error)), count)


def compute_vote_loss(votes, logits):
    """Mean cross-entropy of votes `(batch, classes)`, of which all are known.

    It is a single operation of TensorFlow's, and so rounds otherwise than
    `WeightedCrossentropy`.
    """
    return tf.reduce_mean(
        keras.losses.categorical_crossentropy(votes, logits, from_logits=True)
    )


LOSSES = {
    "ccc": NamedLoss(
        lambda settings, weights: ConcordanceLoss("sequence"),
        of_affect=True,
        over_frames=True,
    ),
    "ccc_batch": NamedLoss(
        lambda settings, weights: ConcordanceLoss("batch"),
        of_affect=True,
        over_frames=True,
    ),
    "sigmoid": NamedLoss(
        lambda settings, weights: WeightedSigmoidCrossentropy(weights)
    ),
    "crossentropy": NamedLoss(
        lambda settings, weights: WeightedCrossentropy(
            weights, label_smoothing=settings.label_smoothing
        )
    ),
    "mse": NamedLoss(
        lambda settings, weights: _compute_masked_mse, of_affect=True
    ),
    "votes": NamedLoss(lambda settings, weights: compute_vote_loss),
}


def make_loss(settings, target: str, class_counts=None):
    """Makes the loss that the settings describe.

    Args:
        settings: A `LossConfig`.
        target: Name of the output, see `DataConfig`.
        class_counts: `(classes,)`, labelled frames of each class among the
            windows trained on; needed for `class_weights` and
            `prior_strength`.

    Returns:
        A function of labels and predictions of that output (labels are a dict
        by output name, predictions a tensor or such a dict) to a scalar. With
        `settings.prior_strength` this times the logarithm of the classes'
        shares is added to the predictions first.

    Raises:
        ValueError: If the loss is unknown or does not fit the target, or a
            class that is to be weighted does not occur.

    References:
        - [Menon et al., 2021](https://arxiv.org/abs/2007.07314), for
          `prior_strength`
    """
    named = _find_loss(settings.name, target)
    weights = None
    if settings.class_weights != "none":
        scale = {"raw": "none"}.get(
            settings.class_weights, settings.class_weights
        )
        weights = reciprocal_weights(class_counts, scale)
    compute = named.build(settings, weights)
    offset = make_prior_offset(settings.prior_strength, class_counts)

    def loss(truth, predicted):
        truth = truth[target]
        if isinstance(predicted, dict):
            predicted = predicted[target]
        predicted = tf.cast(predicted, tf.float32)
        if offset is not None:
            predicted += np.float32(offset)
        if named.over_frames and len(predicted.shape) == 2:
            # One frame a window: the batch is the sequence.
            truth, predicted = truth[tf.newaxis], predicted[tf.newaxis]
        return compute(truth, predicted)

    return loss


def make_prior_offset(strength: float, class_counts) -> np.ndarray | None:
    """Returns what `prior_strength` adds to logits, float64 `(classes,)`.

    Args:
        strength: See `emoaff.training.config_groups.LossConfig`.
        class_counts: See `make_loss`. A class has half a frame at least.

    Returns:
        `None` for a strength of 0.
    """
    if not strength:
        return None
    counts = np.maximum(class_counts, 0.5)
    return strength * np.log(counts / counts.sum())


def _find_loss(name, target):
    affect = target in AFFECT_TARGETS
    if name not in LOSSES or LOSSES[name].of_affect != affect:
        of_affect = [k for k, v in LOSSES.items() if v.of_affect]
        of_classes = [k for k, v in LOSSES.items() if not v.of_affect]
        raise ValueError(
            f"Expected a loss of valence and arousal ({', '.join(of_affect)}) "
            f"or of classes ({', '.join(of_classes)}), as the target is. "
            f"Received: loss.name={name!r}, data.target={target!r}."
        )
    return LOSSES[name]


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
