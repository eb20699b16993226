import importlib.resources
from collections.abc import Callable

import numpy as np


def load_networks() -> list[Callable[[np.ndarray], list]]:
    """Loads the three networks of the `mtcnn` package and its weights.

    They run on the CPU in float32, whatever Keras's settings are, and each
    is traced once, for batches and pictures of any size.

    Returns:
        Functions of float32 pixels `(batch, height, width, 3)`, RGB scaled
        by `(pixel - 127.5) / 128`. The first gives offsets and face
        probabilities for every place of a picture of any size; the second
        offsets and probabilities for squares of 24 pixels; the third
        offsets, ten landmark coordinates and probabilities for squares of
        48 pixels.
    """
    # Here, because the package loads TensorFlow.
    import tensorflow as tf
    from mtcnn import stages

    from emoaff.layers.keras_settings import use_own_settings

    weights = importlib.resources.files("mtcnn.assets.weights")
    kinds = (
        (stages.StagePNet, "pnet.lz4", None),
        (stages.StageRNet, "rnet.lz4", 24),
        (stages.StageONet, "onet.lz4", 48),
    )
    with use_own_settings("float32"):
        # By its full path: the bare name would be looked for in the current
        # folder first, and such a file is unpickled.
        models = [
            (kind(weights=str(weights / name)).model, size)
            for kind, name, size in kinds
        ]

    def traced(model, size):
        @tf.function(
            input_signature=[tf.TensorSpec((None, size, size, 3), "float32")]
        )
        def call(images):
            return model(images, training=False)

        def run(images):
            with tf.device("CPU:0"):
                return call(images)

        return run

    return [traced(model, size) for model, size in models]
