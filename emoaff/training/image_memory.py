import dataclasses
import pathlib

import numpy as np
import tensorflow as tf

from emoaff.data.augmentations import build_augmentation
from emoaff.data.recordings import Recordings
from emoaff.data.stored_images import image_batches
from emoaff.data.stored_images import read_stored_images
from emoaff.training.teacher import mix_answers

_CHANGED_AT_ONCE = 256


class ImageMemory:
    """The images of a recipe, held in memory as they are stored.

    Args:
        config: The run's settings, a `ClipConfig` with `data.in_memory`.
        training: What is learned from.
        validation: What decides which epoch is best.

    Attributes:
        training: uint8 `(n, height, width, channels)`, images to learn from.
        validation: The same, of the validation split.
        sides: Side of the images in pixels, for each epoch.
    """

    def __init__(self, config, training: Recordings, validation: Recordings):
        self._config = config
        self._labels = training
        self.training = read_stored_images(training)
        self.validation = read_stored_images(validation)
        self.sides = config.schedule.list_sides(config.model.size)

    def ask_once(self, teachers, rows: np.ndarray, file) -> None:
        """Mixes teachers' answers to images and their mirrors into the votes.

        Args:
            teachers: A list of `Teacher`.
            rows: int64 `(n,)`, the images.
            file: Where their mean answers `(n, classes)` are kept, and found
                again if there are as many.
        """
        votes = self._labels.distribution[rows]
        answers, file = None, pathlib.Path(file)
        if file.is_file():
            answers = np.load(file)
        if answers is None or answers.shape != votes.shape:
            images = self.training[rows]
            every = [teacher.answer(images) for teacher in teachers]
            answers = np.mean(every, axis=0)
            np.save(file, answers)
        mixed = self._labels.distribution.copy()
        share = self._config.teacher.share
        mixed[rows] = mix_answers(votes, [answers], share)
        self._labels = dataclasses.replace(self._labels, distribution=mixed)

    def batches(self, windows, order, batch_size, **arguments):
        """See `image_batches`; of the images to learn from."""
        return image_batches(
            windows,
            self._labels,
            self.training,
            order,
            batch_size=batch_size,
            **arguments,
        )

    def make_change(self, epoch: int):
        """Returns what an epoch does to its images, called with a seed."""
        augment = self._augmenter(self.sides[epoch])

        def change(images, seed):
            x = augment(images, seed)
            return tf.repeat(x, 3 // images.shape[-1], axis=-1)

        return change

    def predict(self, model, side: int = 0) -> np.ndarray:
        """Runs a model on the validation images; see `predict_images`.

        Args:
            model: Of one output.
            side: Side that they are resized to; 0 for that of the last epoch.
        """
        return predict_images(model, self.validation, side or self.sides[-1])

    def predict_changed(self, model, side: int = 0) -> np.ndarray:
        """Runs a model on the validation images, changed as in training.

        Each is changed once, always alike, without noise, at the size of the
        preset's images.

        Args:
            model: See `predict`.
            side: See `predict`.
        """
        augment = self._augmenter(self._config.model.size, noise=0.0)
        images, parts = self.validation, []
        for start in range(0, len(images), _CHANGED_AT_ONCE):
            some = images[start : start + _CHANGED_AT_ONCE]
            changed = augment(some, tf.constant([self._config.seed, start]))
            parts.append(tf.round(changed).numpy())
        return predict_images(
            model, np.concatenate(parts), side or self.sides[-1]
        )

    def _augmenter(self, size, **more):
        settings = self._config.augmentation
        if settings.name == "none":
            return lambda images, seed: tf.image.resize(images, (size, size))
        limits = {**settings.limits, **more}
        return build_augmentation(settings.name, size, limits)


def predict_images(model, images, side: int, batch_size: int = 128):
    """Runs a model on images, without augmentation.

    Args:
        model: From `(batch, side, side, 3)` RGB 0-255 to one output.
        images: `(n, height, width, 1 or 3)`, 0-255.
        side: Side in pixels that they are resized to, bilinear.
        batch_size: Images per call.

    Returns:
        float32 `(n, c)`.
    """
    parts = []
    for start in range(0, len(images), batch_size):
        x = tf.image.resize(images[start : start + batch_size], (side, side))
        x = tf.repeat(x, 3 // x.shape[-1], axis=-1)
        parts.append(np.float32(model.predict_on_batch(x)))
    return np.concatenate(parts)
