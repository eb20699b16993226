"""Inputs of single calls, to calibrate 8 bits with."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from emoaff.exporting import running
from emoaff.exporting.graph import Graph
from emoaff.exporting.saved_model_file import trace


def make_samples(
    graph: Graph, about: dict, faces: np.ndarray
) -> Iterator[dict[str, np.ndarray]]:
    """Yields inputs as the file will see them.

    For the streaming form the states are those that the faces before lead to.

    Args:
        graph: The network.
        about: Its metadata.
        faces: See `emoaff.exporting.running.run_all`.
    """
    fixed = about["inputs"]["face"]["shape"][0]
    batch = fixed if isinstance(fixed, int) else 1
    call = trace(graph)
    for start in range(0, len(faces) - batch + 1, batch):
        some = faces[start : start + batch]
        if graph.form != "streaming":
            yield {"face": some}
            continue
        states = running.make_zero_states(about, batch)
        for frame in range(some.shape[1]):
            yield {"face": some[:, frame], **states}
            _, states = running.step(
                lambda inputs: _called(call, inputs),
                about,
                some[:, frame],
                states,
            )


def _called(call, inputs):
    tensors = {name: tf.constant(x) for name, x in inputs.items()}
    return {name: np.asarray(x) for name, x in call(**tensors).items()}
