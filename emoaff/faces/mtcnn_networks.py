import importlib.resources
import pathlib
from collections.abc import Callable

import numpy as np

from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.faces.litert_network import check_engine
from emoaff.faces.litert_network import has_litert
from emoaff.faces.litert_network import run_each

# `export/engine_files.py` writes them.
FOLDER = pathlib.Path(__file__).parent / "files"
NAMES = ("pnet", "rnet", "onet")
# Outputs of each network, in the order in which it gives them.
OUTPUTS = {
    "pnet": ("offsets", "logits"),
    "rnet": ("offsets", "faces"),
    "onet": ("offsets", "points", "faces"),
}
_SIDES = {"pnet": None, "rnet": 24, "onet": 48}


def load_networks(
    engine: str = "auto",
) -> list[Callable[[np.ndarray], list[np.ndarray]]]:
    """Loads the three networks of the `mtcnn` package and its weights.

    They run on the CPU in float32, whatever Keras's settings are.

    Args:
        engine: `"litert"`, which runs LiteRT files of them without
            TensorFlow; `"keras"`; or `"auto"`, the first of these that can be
            imported.

    Returns:
        Functions of float32 pixels `(batch, height, width, 3)`, RGB scaled
        by `(pixel - 127.5) / 128`. The first gives offsets and the logits
        of no face and of a face for every place of a picture of any size; the
        second offsets and probabilities for squares of 24 pixels; the third
        offsets, ten landmark coordinates and probabilities for squares of
        48 pixels.

    Raises:
        ImportError: If the engine's packages are missing.
        ValueError: For another engine.
    """
    if check_engine(engine) == "keras" or (
        engine == "auto" and not has_litert()
    ):
        return [_trace(*build_network(name)) for name in NAMES]
    return [
        run_each(LiteRTNetwork(FOLDER / f"{name}.tflite"), OUTPUTS[name])
        for name in NAMES
    ]


def build_network(name: str):
    """Builds one of `NAMES` as a Keras model, with its side in pixels."""
    # Here, because the package loads TensorFlow.
    from mtcnn import stages

    from emoaff.layers.keras_settings import use_own_settings

    kinds = {
        "pnet": stages.StagePNet,
        "rnet": stages.StageRNet,
        "onet": stages.StageONet,
    }
    weights = importlib.resources.files("mtcnn.assets.weights")
    with use_own_settings("float32"):
        # By its full path: the bare name would be looked for in the current
        # folder first, and such a file is unpickled.
        stage = kinds[name](weights=str(weights / f"{name}.lz4"))
    if name == "pnet":
        # LiteRT's softmax of two takes 7 % of its time.
        stage.model.get_layer("conv4-2").activation = None
    return stage.model, _SIDES[name]


def _trace(model, size):
    """Traces a model once, for batches and pictures of any size."""
    import tensorflow as tf

    @tf.function(
        input_signature=[tf.TensorSpec((None, size, size, 3), "float32")]
    )
    def call(images):
        return model(images, training=False)

    def run(images):
        with tf.device("CPU:0"):
            return [np.asarray(output) for output in call(images)]

    return run
