"""Everything that a training run needs, but not how it is run."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Stage:
    """Some epochs with one optimizer and one choice of what is trained.

    Args:
        epochs: How many epochs, at least 1.
        optimizer: Makes the optimizer, given the model.
        prepare: Called with the model before the stage, to freeze and unfreeze
            layers. Defaults to leaving them as they are.

    Example:
    >>> stage = Stage(3, optimizer=lambda model: keras.optimizers.Adam(1e-4))
    >>> stage.epochs
    3
    """

    epochs: int
    optimizer: Callable[[keras.Model], keras.optimizers.Optimizer]
    prepare: Callable[[keras.Model], None] = lambda model: None


@dataclasses.dataclass(frozen=True)
class Experiment:
    """Everything that decides the weights a run ends with.

    Each member is a pure function of its arguments and the run's seed, so that
    an interrupted run can go on exactly where it was.

    Args:
        build: Makes the model with its first weights.
        stages: What is trained and how, in order.
        loss: Called as `loss(y_true, y_pred)`, each a tensor or a dict of
            tensors by output name; gives a scalar.
        batches: Called as `batches(epoch, first_step, shard)`: the batches of
            a 0-based epoch from update `first_step` on, as a
            `tf.data.Dataset` of `(x, y)`. `shard` is `(i, n)`: only the i-th
            n-th of each batch, for one of n workers.
        steps: Updates of an epoch.
        validate: Measures of a model after an epoch, by name; NaN where
            undefined.
        monitor: The measure that decides which epoch is best.
        higher_is_better: Whether a larger `monitor` is better.
        patience: Epochs without a better `monitor` after which the run stops,
            or `None` for never.
        stop_after: Epochs after which the run stops in any case, or `None`.
        publish: Makes the preset of the finished model, called as
            `publish(model, history, folder)`, history being a dict per epoch.
        accumulate: How many consecutive batches make one update. Their
            gradients are averaged.
        clip_norm: Largest norm of an update's whole gradient, or `None`.
        frames_at_once: Frames whose activations are in memory at once, see
            `emoaff.training.frame_chunks`, or `None` for all.
        norm_batches: Batches of each epoch that the averages of batch norms
            are computed from before the model is scored, see
            `emoaff.training.reestimate_batch_norm`; 0 leaves them as training
            moved them.
        describe: Names what is in a batch, called as `describe(epoch, step)`;
            for messages.

    Example:
    >>> x, y = np.zeros((16, 4), "float32"), np.ones((16, 1), "float32")
    >>> batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    >>> experiment = Experiment(
    ...     build=lambda: keras.Sequential(
    ...         [keras.Input((4,)), keras.layers.Dense(1)]
    ...     ),
    ...     stages=(Stage(2, lambda model: keras.optimizers.SGD(0.1)),),
    ...     loss=lambda y_true, y_pred: tf.reduce_mean((y_true - y_pred) ** 2),
    ...     batches=lambda epoch, first_step, shard: batches.skip(first_step),
    ...     steps=2,
    ...     validate=lambda model: {"bias": float(model.weights[1][0])},
    ...     monitor="bias",
    ...     publish=lambda model, history, folder: None,
    ... )
    >>> experiment.epochs, experiment.better(0.2, 0.1)
    (2, True)
    """

    build: Callable[[], keras.Model]
    stages: tuple[Stage, ...]
    loss: Callable[[Any, Any], tf.Tensor]
    batches: Callable[[int, int, tuple[int, int]], tf.data.Dataset]
    steps: int
    validate: Callable[[keras.Model], dict[str, float]]
    monitor: str
    publish: Callable[[keras.Model, list[dict], Any], Any]
    higher_is_better: bool = True
    patience: int | None = None
    stop_after: int | None = None
    accumulate: int = 1
    clip_norm: float | None = None
    frames_at_once: int | None = None
    norm_batches: int = 30
    describe: Callable[[int, int], str] = lambda epoch, step: ""

    @property
    def epochs(self) -> int:
        """Epochs of all stages."""
        return sum(stage.epochs for stage in self.stages)

    def stage_of(self, epoch: int) -> int:
        """Returns which stage the 0-based `epoch` belongs to."""
        for number, stage in enumerate(self.stages):
            if epoch < stage.epochs:
                return number
            epoch -= stage.epochs
        raise ValueError(
            f"Expected an epoch below {self.epochs}. Received: "
            f"{self.epochs + epoch}."
        )

    def better(self, value: float, best: float | None) -> bool:
        """Returns whether `value` beats `best`; NaN beats nothing."""
        if value != value:
            return False
        if best is None:
            return True
        return value > best if self.higher_is_better else value < best
