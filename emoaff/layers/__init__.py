"""Keras layers."""

# First: it imports Keras on TensorFlow.
from emoaff.layers import backend  # noqa: F401
from emoaff.layers.framewise import Framewise
from emoaff.layers.greyscale import Greyscale
from emoaff.layers.input_normalization import InputNormalization

__all__ = ["Framewise", "Greyscale", "InputNormalization"]
