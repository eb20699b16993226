"""Runs models over whole recordings, from first frame to last."""

import dataclasses
import weakref
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from emoaff.data.clips import clip_batches
from emoaff.data.clips import feature_batches
from emoaff.data.clips import frame_batches
from emoaff.data.recordings import Recordings
from emoaff.data.window_votes import average_overlaps
from emoaff.data.windows import Windows
from emoaff.models.fusion import VIDEO

_OF_PICTURES = ("augment", "dtype", "seed")
_runners: "weakref.WeakKeyDictionary" = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True)
class Frames:
    """The frames of a split as a model takes them.

    Args:
        recordings: Their labels and where their pictures are.
        size: Side of the pictures in pixels.
        features: float `(n, features)`, what an image model made of each
            frame, or `None` to read the pictures.
        sides: By modality, float `(n, features)` of each frame, NaN where
            missing; see `emoaff.data.side_inputs`. Empty for faces alone.
        faces: Whether the model sees faces at all.
    """

    recordings: Recordings
    size: int
    features: np.ndarray | None = None
    sides: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    faces: bool = True

    def batches(self, windows, order, batch_size, **arguments):
        """Makes batches of windows, of pictures or of features.

        With other modalities, `x` is a dict of them, faces under `frames`.
        """
        if not self.sides:
            return self._face_batches(windows, order, batch_size, **arguments)
        parts = {}
        if self.faces:
            parts[VIDEO] = self._face_batches(
                windows, order, batch_size, **arguments
            )
        shared = {k: v for k, v in arguments.items() if k not in _OF_PICTURES}
        for modality, values in self.sides.items():
            parts[modality] = feature_batches(
                windows,
                self.recordings,
                values,
                order,
                batch_size=batch_size,
                fill=np.nan,
                **shared,
            )

        def join(together):
            labels = next(iter(together.values()))[1]
            return {name: x for name, (x, _) in together.items()}, labels

        return tf.data.Dataset.zip(parts).map(join)

    def _face_batches(self, windows, order, batch_size, **arguments):
        if self.features is not None:
            return feature_batches(
                windows,
                self.recordings,
                self.features,
                order,
                batch_size=batch_size,
                **arguments,
            )
        return clip_batches(
            windows,
            self.recordings,
            order,
            batch_size=batch_size,
            size=self.size,
            **arguments,
        )


def predict_windows(model, frames: Frames, windows: Windows, batch_size=8):
    """Runs a model of windows and puts its answers to the frames.

    A model with an answer a frame is averaged where windows overlap. A model
    with one answer a window gives it to the windows' `targets`, or to every
    frame of the window if it has none.

    Args:
        model: `(batch, frames, ...)` to one output, or a dict of them, each
            `(batch, frames, c)` or `(batch, c)`.
        frames: What it looks at.
        windows: Which windows.
        batch_size: Windows at once.

    Returns:
        Output name to float64 `(n, c)` for the n frames of the split, NaN
        where no window reached. One output has the name `""`.
    """
    parts: dict[str, list] = {}
    order = np.arange(len(windows))
    run = _make_runner(model)
    for x, _ in frames.batches(
        windows, order, batch_size, targets=(), drop_remainder=False
    ):
        for name, values in _named(run(x)).items():
            parts.setdefault(name, []).append(np.asarray(values, np.float32))
    answers = {}
    for name, values in parts.items():
        values = np.concatenate(values)
        rows = windows.rows
        if values.ndim == 2:
            values = values[:, np.newaxis]
            if windows.targets is not None:
                rows = windows.targets
            values = np.broadcast_to(values, (*rows.shape, values.shape[-1]))
        count = len(frames.recordings)
        answers[name] = average_overlaps(rows, values, count)
    return answers


def predict_frames(model, frames: Frames, batch_size=64, progress=None):
    """Runs a model of single pictures on every frame.

    Args:
        model: `(batch, size, size, 3)` RGB 0-255 to one output `(batch, c)`,
            or a dict of them.
        frames: What it looks at.
        batch_size: Pictures at once.
        progress: Called with the number of frames done, or `None`.

    Returns:
        Output name to float32 `(n, c)`, in stored order. One output has the
        name `""`.
    """
    parts: dict[str, list] = {}
    run = _make_runner(model)
    done = 0
    for x in frame_batches(frames.recordings, frames.size, batch_size):
        for name, values in _named(run(x)).items():
            parts.setdefault(name, []).append(np.asarray(values, np.float32))
        done += len(x)
        if progress:
            progress(done)
    return {name: np.concatenate(values) for name, values in parts.items()}


def _make_runner(model):
    """The model as a graph, traced once however often it is asked."""
    if model not in _runners:
        # The function must not keep alive what it is found by.
        found = weakref.ref(model)
        _runners[model] = tf.function(
            lambda x: found()(x, training=False), reduce_retracing=True
        )
    return _runners[model]


def _named(outputs):
    return outputs if isinstance(outputs, dict) else {"": outputs}
