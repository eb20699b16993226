import numpy as np
import tensorflow as tf

from emoaff.data.sampling import draw_epoch_order


class ViewClips:
    """Whole clips to train heads on, a view of each drawn in each epoch.

    Args:
        features: float32 `(views, clips, frames, features)`, NaN after the
            end of a clip.
        labels: float32 `(clips, frames, 2)`, NaN where unlabelled.
        config: Has `batch_size` and `seed`.

    Attributes:
        mean: float32 `(features,)`, over all frames and views.
        deviation: float32 `(features,)`, with a floor so that a feature that
            hardly varies is not blown up.
        steps: Updates of an epoch.
    """

    def __init__(self, features, labels, config):
        frames = features[np.isfinite(features[..., 0])]
        self.mean, deviation = frames.mean(axis=0), frames.std(axis=0)
        self.deviation = deviation + 1e-2 * deviation.mean()
        self._features, self._labels = features, labels
        self._config = config
        self.steps = -(-len(labels) // config.batch_size)

    def scaled(self, features: np.ndarray) -> np.ndarray:
        """Standardises features; what is after the end of a clip becomes 0."""
        return np.nan_to_num((features - self.mean) / self.deviation)

    def batches(self, epoch, first_step, shard):
        """See `emoaff.training.Experiment.batches`."""
        seed, size = self._config.seed, self._config.batch_size
        count = len(self._labels)
        order = draw_epoch_order(count, seed, epoch)
        # Full batches: what is left over is filled up from the beginning.
        order = np.resize(order, self.steps * size)[first_step * size :]
        draws = np.random.default_rng([seed, epoch])
        view = draws.integers(len(self._features), size=count)[order]
        part, parts = shard

        def made():
            for start in range(0, len(order), size):
                rows = slice(start + part, start + size, parts)
                clips = order[rows]
                x = self._features[view[rows], clips]
                yield self.scaled(x), self._labels[clips]

        shapes = (self._features.shape[2:], self._labels.shape[1:])
        return tf.data.Dataset.from_generator(
            made,
            output_signature=tuple(
                tf.TensorSpec((None, *shape), tf.float32) for shape in shapes
            ),
        ).prefetch(2)
