"""Emotions of faces on video: corpora, Keras models, training, prediction."""

# First, since it imports Keras on TensorFlow.
import emoaff.layers.backend  # noqa: F401, I001

# Importing a class registers it: `keras.saving.load_model` finds nothing that
# these lines do not import.
from emoaff import corpora
from emoaff import faces
from emoaff import labels
from emoaff import layers
from emoaff import losses
from emoaff import metrics
from emoaff import models
from emoaff import presets
from emoaff.evaluation import evaluate
from emoaff.exporting import export
from emoaff.prediction import predict_video
from emoaff.presets import load_preset
from emoaff.training import train
from emoaff.version import __version__
from emoaff.version import keep_old_names

__all__ = [
    "__version__",
    "corpora",
    "evaluate",
    "export",
    "faces",
    "labels",
    "layers",
    "load_preset",
    "losses",
    "metrics",
    "models",
    "predict_video",
    "train",
]

for _package in (corpora, faces, labels, presets):
    keep_old_names(_package.__name__)
