import os

import numpy as np

from emoaff.faces.litert_network import LiteRTNetwork


class LiteRTModel:
    """A preset's LiteRT file in the place of its Keras model.

    Args:
        path: The file; `export/engine_files.py` writes it.
        outputs: Of the preset's `config.json`.
        threads: How many a call may use.

    Raises:
        ImportError: If `ai_edge_litert` cannot be imported.
        ValueError: If the file is none that it can read.
    """

    engine = "litert"

    def __init__(
        self, path: str | os.PathLike, outputs: dict, threads: int = 1
    ):
        self._network = LiteRTNetwork(path, threads)
        self._outputs = outputs

    def predict_on_batch(self, faces: np.ndarray) -> dict[str, np.ndarray]:
        """Answers pictures as the Keras model does.

        Args:
            faces: uint8 `(n, height, width, 3)`, `n` at least 1.

        Returns:
            Dict of float32 `(n, values)` by the preset's output names.
        """
        # One by one: of larger batches a face takes longer, since what one
        # face needs stays in the processor's cache.
        parts = [self._network(faces[i : i + 1]) for i in range(len(faces))]
        answers = {
            name: np.concatenate([part[name] for part in parts])
            for name in parts[0]
        }
        return {
            name: np.stack([answers[d] for d in output["names"]], axis=-1)
            if output["kind"] == "dimensional"
            else answers[name]
            for name, output in self._outputs.items()
        }
