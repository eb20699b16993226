import keras
import numpy as np
import tensorflow as tf

from emoaff import presets
from emoaff.presets import resolve_preset

_LEAST = 1e-7


def load_teachers(settings, space) -> "list[Teacher]":
    """Loads the teachers that the settings name, of which there may be none.

    Args:
        settings: A `TeacherConfig`.
        space: The label space that they must have.

    Raises:
        ValueError: See `Teacher`.
    """
    names = settings.preset.split(",") if settings.preset else []
    return [Teacher(name, space, settings.temperature) for name in names]


def mix_answers(votes, answers, share: float):
    """Mixes the mean of teachers' answers into votes.

    Args:
        votes: `(n, classes)`, rows sum to 1.
        answers: A list of the same, one for each teacher.
        share: Of the teachers, in `[0, 1]`.

    Returns:
        `(n, classes)`.
    """
    mean = sum(answers) / len(answers)
    return (1 - share) * votes + share * mean


class Teacher:
    """A preset that says what another model should answer.

    Args:
        preset: Name or folder of a preset of single pictures with expressions,
            or a run.
        space: The label space that it must have.
        temperature: Over 1 softens its probabilities: logits are divided by
            it.

    Call arguments:
        pictures: float `(n, side, side, 3)`, RGB 0-255.

    Returns:
        float32 `(n, classes)`, rows sum to 1. No gradient flows.

    Raises:
        ValueError: If there is no such preset, or it has other classes.

    References:
        - [Hinton et al., 2015](https://arxiv.org/abs/1503.02531)
    """

    def __init__(self, preset, space, temperature: float = 1.0):
        found = presets.load_preset(resolve_preset(preset))
        found.require_single_pictures()
        classes = found.labels.classes if found.labels else ()
        if classes != space.classes:
            raise ValueError(
                f"Expected a teacher of the classes {', '.join(space.classes)} "
                f"in this order. Received: {preset}, of "
                f"{', '.join(classes) or 'none'}."
            )
        self._model, self._size = found.model, found.size
        self._temperature = temperature
        self._model.trainable = False

    def __call__(self, pictures):
        # Much as `Preset.predict`, which averages large crops down.
        x = tf.image.resize(pictures, (self._size, self._size), antialias=True)
        p = self._model(tf.round(x), training=False)["expression"]
        logits = tf.math.log(tf.maximum(p, _LEAST)) / self._temperature
        return tf.stop_gradient(keras.ops.softmax(logits))

    def answer(self, images, batch_size: int = 128) -> np.ndarray:
        """Answers pictures and their mirror images, and averages.

        Args:
            images: `(n, height, width, 1 or 3)`, 0-255.
            batch_size: Pictures per call.

        Returns:
            float32 `(n, classes)`, rows sum to 1.
        """
        ask = tf.function(self.__call__, reduce_retracing=True)
        parts = []
        for start in range(0, len(images), batch_size):
            x = tf.cast(images[start : start + batch_size], tf.float32)
            x = tf.repeat(x, 3 // x.shape[-1], axis=-1)
            parts.append((ask(x) + ask(x[:, :, ::-1])).numpy() / 2)
        return np.concatenate(parts)
