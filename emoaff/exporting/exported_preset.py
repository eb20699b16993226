"""Exported files as presets, to predict with them and to score them."""

import os
import pathlib

import numpy as np
import tensorflow as tf

from emoaff import labels
from emoaff.exporting import running
from emoaff.exporting.exported_sequence import ExportedSequence
from emoaff.exporting.metadata import read_metadata
from emoaff.exporting.runtimes import open_runtime
from emoaff.presets.config_check import check_parts
from emoaff.presets.preset import Preset


class ExportedModel:
    """An exported file in the place of a preset's Keras model.

    It takes what the exported model took: pictures, or clips of any number of
    people. Files of the streaming form go through a clip frame by frame.

    Args:
        path: The file, or the folder of a SavedModel.
        threads: How many its runtime may use; `None` for one a core.

    Attributes:
        about: The file's metadata.
        run: The runtime: a dict of arrays by input name to one by output name.

    Raises:
        FileNotFoundError: If there is nothing at `path`.
        ValueError: If it is no exported file, or damaged.
        ImportError: If its runtime is not installed.
    """

    engine = "exported"

    def __init__(self, path: str | os.PathLike, threads: int | None = None):
        self.about = read_metadata(path)
        self.run = open_runtime(path, threads or os.cpu_count() or 1)

    @property
    def takes_clips(self) -> bool:
        """Whether it takes several pictures in a row."""
        return self.about["form"] != "static"

    def sequence(self, window: int) -> ExportedSequence:
        """Makes an exported model of clips usable one frame at a time.

        Args:
            window: Frames that the model was trained on.
        """
        return ExportedSequence(self, window)

    def predict_on_batch(self, faces) -> dict[str, np.ndarray]:
        """Answers pictures, or clips, as the model did before it was exported.

        But valence and arousal are clipped to their range in the file.

        Args:
            faces: `(n, height, width, 3)`, or `(n, frames, height, width, 3)`;
                0-255. Fractions are rounded.

        Returns:
            Dict of float32 `(n, values)` or, for models that answer each
            frame, `(n, frames, values)`, by the preset's output names.
        """
        faces = self.convert(np.asarray(faces))
        self._require_frames(faces)
        answers = running.run_all(self.run, self.about, faces, len(faces))
        each = self.about["answers_each_frame"]
        if self.about["form"] == "streaming" and not each:
            # Of a window only the last frame saw all of it.
            answers = {name: x[:, -1] for name, x in answers.items()}
        return self.restore_outputs(answers)

    def convert(self, faces: np.ndarray) -> np.ndarray:
        """Rounds faces 0-255 where the file takes whole numbers."""
        dtype = self.about["inputs"]["face"]["dtype"]
        if dtype == "uint8" and faces.dtype != np.uint8:
            return np.uint8(np.clip(np.rint(faces), 0, 255))
        return faces

    def __call__(self, faces, training=False):
        """As `predict_on_batch`, also within a `tf.function`."""
        outputs = self.about["preset"]["outputs"]
        names = sorted(outputs)

        def call(pictures):
            answers = self.predict_on_batch(pictures)
            return [np.float32(answers[name]) for name in names]

        values = tf.numpy_function(call, [faces], [tf.float32] * len(names))
        for value in values:
            rank = 3 if self.about["answers_each_frame"] else 2
            value.set_shape([None] * rank)
        return dict(zip(names, values, strict=True))

    def _require_frames(self, faces):
        shape = self.about["inputs"]["face"]["shape"]
        if len(shape) == 5 and isinstance(shape[1], int):
            if faces.shape[1] != shape[1]:
                raise ValueError(
                    f"Expected clips of {shape[1]} frames, which the file was "
                    f"exported for. Received: {faces.shape[1]} frames. Export "
                    "it again with the form streaming."
                )

    def restore_outputs(self, answers):
        """Puts affect dimensions together again, as the preset has them.

        Args:
            answers: Array by output name of the file.

        Returns:
            Array by output name of the preset.
        """
        before = {}
        for name, output in self.about["preset"]["outputs"].items():
            if output["kind"] == "dimensional":
                columns = [answers[d] for d in output["names"]]
                before[name] = np.stack(columns, axis=-1)
            else:
                before[name] = answers[name]
        return before


def load_exported(
    path: str | os.PathLike, threads: int | None = None
) -> Preset:
    """Loads an exported file as a preset.

    Args:
        path: The file, or the folder of a SavedModel.
        threads: How many its runtime may use; `None` for one a core.

    Returns:
        A preset whose `model` is an `ExportedModel`. One of features takes
        pictures now, since its image model is in the file. Where the exported
        model had no crop, crops are square, without a margin.

    Raises:
        FileNotFoundError: If there is nothing at `path`.
        ValueError: If it is no exported file, or damaged.
        ImportError: If its runtime is not installed.

    Example:
    >>> _ = emoaff.export("my_preset", "mine.tflite")
    >>> crops = np.zeros((2, 48, 48, 3), "uint8")
    >>> load_exported("mine.tflite").predict(crops)["expression"].shape[0]
    2
    """
    path = pathlib.Path(path)
    try:
        return _load(path, threads)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            f"Expected a file that emoaff exported. What {path} says of "
            f"itself is damaged ({type(error).__name__}: {error}). Export it "
            "again with `emoaff export`."
        ) from error


def _load(path, threads):
    model = ExportedModel(path, threads)
    about = model.about
    config = {
        "crop": {"margin": 0.0, "interpolation": "area"},
        **about["preset"],
        "name": about["name"],
        "weights": {"file": path.name, "sha256": about["weights_sha256"]},
    }
    check_parts(config, path)
    taken = config["input"]
    config["input"] = {
        k: taken[k] for k in ("size", "channels", "range") if k in taken
    }
    expression = config["outputs"].get("expression", {})
    space = None
    if "classes" in expression:
        name = expression.get("label_space", about["name"])
        space = labels.LabelSpace(name, tuple(expression["classes"]))
    return Preset(about["name"], path, config, model, space)
