"""One update of a model's weights, on one device, many, or many machines."""

import keras
import tensorflow as tf

from emoaff.training.frame_chunks import FrameChunks
from emoaff.training.fused_norms import fuse_batch_norms


class TrainingStep:
    """Computes gradients of a batch and applies them.

    The same function runs on one device and under every `tf.distribute`
    strategy: each replica gets an equal part of the batch, its loss is divided
    by the number of replicas, and the sum of all gradients is applied. For a
    loss that is a mean over sequences this is the update of one device. (A
    loss over the whole batch, as `ConcordanceLoss(over="batch")`, becomes the
    mean of the replicas' losses, and a batch norm sees its own part.)

    `keras.Model.fit` fails under `MultiWorkerMirroredStrategy` (keras issue
    20585), which is why there is a step of our own.

    Args:
        model: Built within the scope of `strategy`.
        optimizer: As `model`.
        loss: See `Experiment.loss`.
        strategy: A `tf.distribute.Strategy`.
        accumulate: Batches an update.
        clip_norm: Largest norm of the whole gradient, or `None`.
        xla: Whether XLA compiles what a replica computes.
        frames_at_once: See `emoaff.training.frame_chunks`; `None` for all.
    """

    def __init__(
        self,
        model,
        optimizer,
        loss,
        strategy,
        accumulate=1,
        clip_norm=None,
        xla=False,
        frames_at_once=None,
    ):
        self._model, self._optimizer, self._loss = model, optimizer, loss
        self._strategy, self._accumulate = strategy, accumulate
        self._clip_norm = clip_norm
        self._chunks = frames_at_once and FrameChunks(model, frames_at_once)
        self._replicas = strategy.num_replicas_in_sync
        self._variables = [v.value for v in model.trainable_variables]
        with strategy.scope():
            optimizer.build(model.trainable_variables)
        self._gradients = tf.function(self._gradients, jit_compile=xla)
        self._whole = tf.function(self._update)
        self._part = tf.function(self._compute_partial)
        self._last = tf.function(self._finish)

    def __call__(self, batches):
        """Makes one update.

        Args:
            batches: Iterator of `(x, y)`, distributed as the strategy has it;
                `accumulate` of them are taken.

        Returns:
            The loss before the update, a scalar tensor.
        """
        if self._accumulate == 1:
            return self._whole(*next(batches))
        sums, total = None, 0.0
        for _ in range(self._accumulate):
            sums, loss = self._part(*next(batches), sums)
            total += loss
        self._last(sums)
        return total / self._accumulate

    @property
    def variables(self):
        """Everything an update changes: of the model, then the optimizer."""
        return [*self._model.variables, *self._optimizer.variables]

    @property
    def learning_rate(self) -> float:
        """The rate of the next update."""
        rate = self._optimizer.learning_rate
        return float(keras.ops.convert_to_numpy(rate))

    def values(self):
        """Returns the variables' values as arrays."""
        return [keras.ops.convert_to_numpy(v) for v in self.variables]

    def copy_weights_to(self, model):
        """Sets `model` to the weights, averaged ones if there are any."""
        inner = getattr(self._optimizer, "inner_optimizer", self._optimizer)
        trained, own = self._model.trainable_variables, []
        if inner.use_ema:
            own = [keras.ops.convert_to_numpy(v) for v in trained]
            inner.finalize_variable_values(trained)
        for theirs, ours in zip(
            model.variables, self._model.variables, strict=True
        ):
            theirs.assign(keras.ops.convert_to_numpy(ours))
        for variable, value in zip(trained, own, strict=False):
            variable.assign(value)

    def _update(self, x, y):
        def replica(x, y):
            gradients, loss = self._gradients(x, y)
            self._apply(gradients)
            return loss

        return self._sum(self._strategy.run(replica, args=(x, y)))

    def _compute_partial(self, x, y, sums):
        def replica(x, y, sums):
            gradients, loss = self._gradients(x, y)
            if sums is not None:
                gradients = [
                    a + b for a, b in zip(sums, gradients, strict=True)
                ]
            return gradients, loss

        sums, loss = self._strategy.run(replica, args=(x, y, sums))
        return sums, self._sum(loss)

    def _finish(self, sums):
        def replica(sums):
            self._apply([g / self._accumulate for g in sums])

        self._strategy.run(replica, args=(sums,))

    def _gradients(self, x, y):
        """Gradients and loss of one replica's part, already divided."""
        with fuse_batch_norms(self._model):
            return self._compute_gradients(x, y)

    def _compute_gradients(self, x, y):
        if self._chunks:
            gradients, loss = self._chunks.gradients(
                x,
                lambda predicted: self._scaled(self._loss(y, predicted)),
                self._variables,
                lambda: self._scaled(self._compute_regularization()),
            )
            return gradients, self._unscale_loss(loss)
        with tf.GradientTape() as tape:
            predicted = self._model(x, training=True)
            loss = self._loss(y, predicted)
            loss += tf.cast(self._compute_regularization(), loss.dtype)
            scaled = self._scaled(loss)
        gradients = tape.gradient(
            scaled,
            self._variables,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        gradients = [tf.convert_to_tensor(g) for g in gradients]
        return gradients, loss / self._replicas

    def _compute_regularization(self):
        return sum(self._model.losses, 0.0)

    def _scaled(self, loss):
        return self._optimizer.scale_loss(loss / self._replicas)

    def _unscale_loss(self, loss):
        return loss / self._optimizer.scale_loss(tf.ones_like(loss))

    def _apply(self, gradients):
        if self._clip_norm is not None:
            if self._replicas > 1:
                # The optimizer sums over the replicas once more.
                context = tf.distribute.get_replica_context()
                gradients = context.all_reduce("SUM", gradients)
            # Under float16 the gradients are still scaled up here.
            limit = self._optimizer.scale_loss(tf.constant(self._clip_norm))
            gradients, _ = tf.clip_by_global_norm(gradients, limit)
            gradients = [g / self._replicas for g in gradients]
        self._optimizer.apply(gradients, self._model.trainable_variables)

    def _sum(self, per_replica):
        return self._strategy.reduce("SUM", per_replica, axis=None)


def make_strategy(name: str) -> tf.distribute.Strategy:
    """Makes a `tf.distribute` strategy.

    Args:
        name: `"none"` (the default device), `"mirrored"` (all devices of this
            machine) or `"multiworker"` (all machines that `TF_CONFIG` names;
            has to be made before TensorFlow does anything else).

    Raises:
        ValueError: For another name.
    """
    if name == "none":
        return tf.distribute.get_strategy()
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU")
        devices = devices or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([d.name for d in devices])
    if name == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    raise ValueError(
        "The strategy must be none, mirrored or multiworker. Received: "
        f"{name!r}."
    )


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Returns whether this process is the one worker that writes the files."""
    resolver = strategy.cluster_resolver
    return resolver is None or (resolver.task_id or 0) == 0


def set_precision(precision: str, strategy: tf.distribute.Strategy) -> None:
    """Sets Keras's global dtype policy for the models that follow.

    Args:
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`.
        strategy: What the training runs on.

    Raises:
        ValueError: For another precision, or `"mixed_float16"` on several
            replicas, whose loss scaling Keras cannot distribute.
    """
    known = ("float32", "mixed_bfloat16", "mixed_float16")
    if precision not in known:
        raise ValueError(
            f"`precision` must be one of {', '.join(known)}. Received: "
            f"precision={precision!r}."
        )
    if precision == "mixed_float16" and strategy.num_replicas_in_sync > 1:
        raise ValueError(
            "precision=mixed_float16 trains on one device only. Received: "
            f"{strategy.num_replicas_in_sync} replicas. Use mixed_bfloat16."
        )
    keras.config.set_dtype_policy(precision)
