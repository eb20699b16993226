"""Keras layers."""

# First, since it imports Keras on TensorFlow.
import emoaff.layers.backend  # noqa: F401, I001
from emoaff.layers.feature_normalization import FeatureNormalization
from emoaff.layers.framewise import Framewise
from emoaff.layers.greyscale import Greyscale
from emoaff.layers.input_normalization import InputNormalization
from emoaff.layers.weighted_average_pooling import WeightedAveragePooling2D

__all__ = [
    "FeatureNormalization",
    "Framewise",
    "Greyscale",
    "InputNormalization",
    "WeightedAveragePooling2D",
]
