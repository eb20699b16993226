"""Pixel operations of `ClipAugmenter`, once everything is drawn."""

import math

import tensorflow as tf


def cut_picture(x, start, mirrored=None, *, shape):
    """Cuts a rectangle out of a picture, or out of each frame of a clip.

    Args:
        x: `(height, width, 3)` or `(frames, height, width, 3)`.
        start: First row, column and channel, three integers.
        mirrored: Whether to turn left into right, a scalar; or `None`.
        shape: Rows, columns and channels to take.

    Returns:
        The piece, as `x`.
    """
    frames = x.shape.rank - 3
    start = tf.concat([[0] * frames, start], axis=0)
    x = tf.slice(x, start, [*([-1] * frames), *shape])
    if mirrored is None:
        return x
    return tf.cond(mirrored, lambda: tf.reverse(x, [frames + 1]), lambda: x)


def cut_each(clips, start, mirrored, shape):
    """Does what `cut_picture` does to clips, each at a place of its own."""
    places = (start,) if mirrored is None else (start, mirrored)
    return tf.map_fn(
        lambda one: cut_picture(*one, shape=shape),
        (clips, *places),
        fn_output_signature=tf.TensorSpec(
            (clips.shape[1], *shape), clips.dtype
        ),
    )


@tf.function(jit_compile=True)
def recolour(clips, matrix, offset, dtype="float32"):
    """Mixes the channels of each clip, in one pass over the pixels.

    Plain operations would need six passes, each slower than a JPEG's share of
    decoding. XLA compiles this anew for each shape of `clips`.

    Args:
        clips: `(batch, frames, height, width, 3)`, any number dtype.
        matrix: float32 `(batch, 3, 3)`; `matrix[:, i, o]` is what channel `i`
            gives to the result's channel `o`. Or `(1, 3, 3)` for all.
        offset: float32 `(batch, 1)`, added to all channels.
        dtype: Of the result; `"uint8"` is rounded.

    Returns:
        As `clips`, of this dtype, clipped to `[0, 255]`.
    """
    x = tf.cast(clips, tf.float32)
    matrix, offset = matrix[:, None, None, None], offset[:, None, None, None]
    red, green, blue = (x[..., i : i + 1] * matrix[..., i, :] for i in range(3))
    x = tf.clip_by_value(red + green + blue + offset, 0.0, 255.0)
    return convert_dtype(x, dtype)


def convert_dtype(x, dtype):
    """Returns pixels 0-255 in another dtype, for uint8 the nearest ones."""
    if tf.as_dtype(dtype) == tf.uint8 and x.dtype.is_floating:
        x = tf.round(x)
    return tf.cast(x, dtype)


def blur(frames, sigma, largest):
    """Blurs pictures by a Gaussian, mirrored at the borders.

    Args:
        frames: float32 `(frames, height, width, 3)`.
        sigma: Scalar tensor, standard deviation in pixels.
        largest: The largest `sigma` there will be, a number.

    Returns:
        As `frames`.
    """
    radius = math.ceil(2.5 * largest)
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    sigma = tf.maximum(sigma, 1e-3)
    kernel = tf.nn.softmax(-0.5 * tf.square(offsets / sigma))
    kernel = kernel[:, None, None] * tf.ones((3, 1))
    for axis in (1, 2):
        paddings = [[0, 0]] * 4
        paddings[axis] = [radius, radius]
        frames = tf.nn.depthwise_conv2d(
            tf.pad(frames, paddings, mode="SYMMETRIC"),
            tf.expand_dims(kernel, 2 - axis),
            strides=(1, 1, 1, 1),
            padding="VALID",
        )
    return frames
