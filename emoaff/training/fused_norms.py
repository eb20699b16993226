"""Batch norms of a model that learns, as one operation each."""

import contextlib
import functools

import keras
import tensorflow as tf


@contextlib.contextmanager
def fuse_batch_norms(model):
    """Lets TensorFlow's fused operation do the work of batch norms.

    Keras writes a batch norm that learns as many operations, forwards and
    backwards, each of which goes through all values. Results, moving
    averages and gradients are the same but for rounding.

    Batch norms of pictures, `(batch, height, width, channels)`, are fused;
    others, such as those with renormalisation, with a mask or over all
    replicas, stay as Keras has them.

    Args:
        model: What is called in the block, such as while a step is traced.
    """
    norms = [layer for layer in model._flatten_layers() if _can_be_fused(layer)]
    try:
        for norm in norms:
            norm.call = functools.partial(_call_fused, norm, norm.call)
        yield
    finally:
        for norm in norms:
            vars(norm).pop("call", None)


def _can_be_fused(layer):
    return (
        type(layer) is keras.layers.BatchNormalization
        and layer.axis in (-1, 3)
        and layer.trainable
        and not getattr(layer, "renorm", False)  # new in Keras
        and not layer.synchronized
        and "call" not in vars(layer)
    )


def _call_fused(norm, call, inputs, training=None, mask=None):
    if not training or mask is not None or len(inputs.shape) != 4:
        return call(inputs, training=training, mask=mask)
    x = tf.cast(inputs, tf.float32)  # as Keras does with 16 bits
    channels = x.shape[-1]
    scale = norm.gamma.value if norm.scale else tf.ones(channels)
    offset = norm.beta.value if norm.center else tf.zeros(channels)
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.cast(scale, tf.float32),
        offset=tf.cast(offset, tf.float32),
        mean=[],
        variance=[],
        epsilon=norm.epsilon,
        is_training=True,
    )
    # Divided by one less than the count, unlike Keras's.
    count = tf.cast(tf.size(x) // channels, tf.float32)
    _move(norm.moving_mean, mean, norm.momentum)
    _move(norm.moving_variance, variance * (count - 1) / count, norm.momentum)
    return tf.cast(outputs, norm.compute_dtype)


def _move(average, value, momentum):
    kept = tf.cast(average.value, tf.float32) * momentum
    average.assign(kept + tf.stop_gradient(value) * (1.0 - momentum))
