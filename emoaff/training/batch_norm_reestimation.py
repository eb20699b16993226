"""Averages of batch norms, computed anew from batches with today's weights."""

import contextlib
import itertools
from collections.abc import Iterable

import keras
import tensorflow as tf

BATCHES = 30  # more gained nothing where it was measured, see docs/claims.md


class BatchNormReestimation(keras.callbacks.Callback):
    """Computes the averages of batch norms anew before they are used.

    A batch norm is evaluated with moving averages, which lag behind the
    weights: with a momentum of 0.99 by a hundred updates, whatever the number
    of frames in each. `emoaff.train` re-estimates them by itself. With
    `keras.Model.fit` this callback does so before each validation and at the
    end of each epoch, so also at the end of training. See
    `reestimate_batch_norm`.

    Name it before callbacks that save weights, such as
    `keras.callbacks.ModelCheckpoint`, which then save the new averages.

    Args:
        batches: Training batches, such as what `fit` is given: a
            `tf.data.Dataset` or another iterable of `x`, `(x, y)` or `(x, y,
            sample_weight)`. It is begun anew each time.
        count: How many batches to take, at least 1. Defaults to `30`.

    Raises:
        ValueError: If `count` is below 1.

    Example:
    >>> import numpy as np
    >>> x, y = np.random.rand(64, 4), np.random.rand(64, 1)
    >>> batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    >>> model = keras.Sequential(
    ...     [keras.layers.BatchNormalization(), keras.layers.Dense(1)]
    ... )
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(
    ...     batches, callbacks=[BatchNormReestimation(batches)], verbose=0
    ... )
    >>> np.allclose(model.layers[0].moving_mean, x.mean(axis=0), atol=1e-6)
    True
    """

    def __init__(self, batches: Iterable, count: int = BATCHES):
        super().__init__()
        _require_some(count)
        self._batches, self._count = batches, count
        self._is_stale = False

    def on_train_batch_end(self, batch, logs=None):
        self._is_stale = True

    def on_test_begin(self, logs=None):
        self._refresh()

    def on_epoch_end(self, epoch, logs=None):
        self._refresh()

    def _refresh(self):
        if self._is_stale:
            reestimate_batch_norm(self.model, self._batches, self._count)
            self._is_stale = False


def reestimate_batch_norm(
    model: keras.Model, batches: Iterable, count: int = BATCHES
) -> int:
    """Sets each batch norm's averages to mean and variance over batches.

    The batches pass through the model once, as in training but without
    dropout; each batch norm normalises by the batch, as it does there, and is
    given the mean and the population variance of everything that reached it.
    Weights, optimizer and random states stay as they are. A batch norm that is
    frozen (`trainable = False`) keeps its averages, since it trains with them.

    Args:
        model: Any Keras model on TensorFlow; those inside other layers, such
            as `emoaff.layers.Framewise`, are found too.
        batches: Iterable of `x`, `(x, y)` or `(x, y, sample_weight)`.
        count: How many of them to take; all where there are fewer.

    Returns:
        How many batch norms were given new averages.

    Raises:
        ValueError: If `count` is below 1 or there is no batch.

    Example:
    >>> x = np.random.default_rng(0).normal(5.0, 2.0, (64, 3))
    >>> model = keras.Sequential([keras.layers.BatchNormalization()])
    >>> outputs = model(x)
    >>> reestimate_batch_norm(model, [x[:32], x[32:]])
    1
    >>> np.allclose(model.layers[0].moving_mean, x.mean(axis=0), atol=1e-5)
    True

    References:
        - [Wu and Johnson, 2021](https://arxiv.org/abs/2105.07576), Section 3:
          population statistics, there called PreciseBN
    """
    _require_some(count)
    layers = list(model._flatten_layers())
    moments = [
        _Moments(layer)
        for layer in layers
        if isinstance(layer, keras.layers.BatchNormalization)
        and layer.trainable
    ]
    if not moments:
        return 0
    with _nothing_changed(model, layers), contextlib.ExitStack() as recorded:
        for each in moments:
            recorded.enter_context(each.record())
        forward = tf.function(lambda x: model(x, training=True))
        for batch in itertools.islice(batches, count):
            forward(batch[0] if isinstance(batch, tuple | list) else batch)
    if not moments[0].count.numpy():
        raise ValueError(
            "Expected at least one batch to re-estimate batch norms with. "
            "Received none. Give the batches that the model is trained on."
        )
    for each in moments:
        each.assign()
    return len(moments)


class _Moments:
    """Sums over what reaches a batch norm, however often it is called."""

    def __init__(self, norm):
        self.norm = norm
        self._axis = norm.axis
        zeros = tf.zeros(norm.moving_mean.shape, tf.float64)
        with tf.init_scope():
            self.count = tf.Variable(0.0, dtype=tf.float64, trainable=False)
            self._sum = tf.Variable(zeros, trainable=False)
            self._squares = tf.Variable(zeros, trainable=False)

    @contextlib.contextmanager
    def record(self):
        """Adds every input of the batch norm while it is open."""
        call = self.norm.call

        def recorded(inputs, *args, mask=None, **kwargs):
            self._add(inputs, mask)
            return call(inputs, *args, mask=mask, **kwargs)

        self.norm.call = recorded
        try:
            yield
        finally:
            del self.norm.call

    def assign(self):
        """Sets the averages to mean and population variance."""
        mean = self._sum / self.count
        variance = tf.maximum(self._squares / self.count - mean**2, 0)
        self.norm.moving_mean.assign(tf.cast(mean, tf.float32))
        self.norm.moving_variance.assign(tf.cast(variance, tf.float32))

    def _add(self, inputs, mask):
        inputs = tf.cast(inputs, tf.float32)
        channels = self._axis % len(inputs.shape)
        axes = [i for i in range(len(inputs.shape)) if i != channels]
        if mask is None:
            count = tf.cast(tf.size(inputs), tf.float64)
            mean, variance = tf.nn.moments(inputs, axes)
        else:
            weights = tf.cast(mask, tf.float32)[..., None]
            weights *= tf.ones_like(inputs)
            count = tf.cast(tf.reduce_sum(weights), tf.float64)
            mean, variance = tf.nn.weighted_moments(inputs, axes, weights)
        count /= tf.cast(tf.shape(inputs)[channels], tf.float64)
        mean = tf.cast(mean, tf.float64)
        # Each call's own moments are exact in 32 bits; their sums are not.
        self.count.assign_add(count)
        self._sum.assign_add(count * mean)
        square = tf.cast(variance, tf.float64) + mean**2
        self._squares.assign_add(count * square)


@contextlib.contextmanager
def _nothing_changed(model, layers):
    """Turns dropout off, and gives back everything that training moves.

    Seeds of random layers move too; a run that is resumed must find them
    where they were.
    """
    dropouts = [x for x in layers if isinstance(x, keras.layers.Dropout)]
    rates = [dropout.rate for dropout in dropouts]
    moved = model.non_trainable_variables
    values = [keras.ops.convert_to_numpy(v).copy() for v in moved]
    for dropout in dropouts:
        dropout.rate = 0.0
    try:
        yield
    finally:
        for dropout, rate in zip(dropouts, rates, strict=True):
            dropout.rate = rate
        for variable, value in zip(moved, values, strict=True):
            variable.assign(value)


def _require_some(count):
    if count < 1:
        raise ValueError(
            f"Expected count to be 1 or more. Received: count={count}."
        )
