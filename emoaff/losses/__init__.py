"""Losses for continuous affect and for classes of emotion."""

# First, so that Keras is whole before anything here needs it.
import keras  # noqa: F401, I001
from emoaff.losses.class_weights import reciprocal_weights
from emoaff.losses.concordance_loss import ConcordanceLoss
from emoaff.losses.concordance_loss import concordance
from emoaff.losses.multi_task_loss import MultiTaskLoss
from emoaff.losses.weighted_crossentropy import WeightedCrossentropy
from emoaff.losses.weighted_sigmoid_crossentropy import (
    WeightedSigmoidCrossentropy,
)

__all__ = [
    "ConcordanceLoss",
    "MultiTaskLoss",
    "WeightedCrossentropy",
    "WeightedSigmoidCrossentropy",
    "concordance",
    "reciprocal_weights",
]
