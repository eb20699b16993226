import contextlib
import inspect

import keras
from keras import ops

# An average over ten updates, PyTorch's default. A clip's frames are alike, so
# that fewer updates would be an average over too few clips.
_LEAST_MOMENTUM = 0.9


@keras.saving.register_keras_serializable(package="emoaff")
class Framewise(keras.layers.TimeDistributed):
    """Applies an image layer to every frame by folding time into the batch.

    `keras.layers.TimeDistributed` unrolls a static time axis in Keras 3: one
    copy of the graph, and one batch-norm update, per frame. This layer calls
    the wrapped layer once on `batch * frames` images. At inference the two
    agree; in training a batch norm sees all frames at once and moves its
    averages once a step.

    So that they keep up with the weights as they do there, each batch norm's
    `momentum` counts for every frame: `momentum ** frames`, but not below 0.9
    (or its own momentum, where that is lower), since the frames of a few clips
    say little about all others. Moving averages still lag; before a model is
    scored or saved, `emoaff.training.BatchNormReestimation` computes them anew
    with the weights of that moment. `emoaff.train` does so by itself.

    A mask is handled as by `keras.layers.TimeDistributed`: it reaches the
    wrapped layer if that takes one, and goes on to the next layer unchanged.
    Masked frames are computed like the others.

    The layer itself casts nothing: under mixed precision the wrapped layer
    decides what it does with its input.

    Args:
        layer: A `keras.Layer` or `keras.Model` with one input, mapping
            `(batch, ...)` to `(batch, ...)` or to a structure (dict, list) of
            such outputs.
        **kwargs: See `keras.Layer`.

    Call arguments:
        inputs: `(batch, frames, ...)`; both may be unknown or differ from
            call to call.
        training: Boolean, passed on to the wrapped layer.
        mask: `(batch, frames)` or `(batch, frames, ...)`, boolean.

    Input shape:
        `(batch, frames, height, width, channels)`, or any shape of rank 3 or
        more.

    Output shape:
        `(batch, frames, features)`: that of the wrapped layer with `frames`
        put in second place, for each of its outputs.

    Raises:
        ValueError: If the input has less than 3 axes.

    Example:
    >>> encoder = keras.layers.GlobalAveragePooling2D()
    >>> Framewise(encoder)(keras.Input((16, 112, 112, 3))).shape
    (None, 16, 3)
    """

    def __init__(self, layer, **kwargs):
        # Casting 0-255 pixels to 16 bits here would come before the
        # normalisation that the wrapped model does in 32.
        super().__init__(layer, autocast=False, **kwargs)

    def build(self, input_shape):
        # Not the parent's: it would fix the batch size to that of `inputs`.
        keras.layers.Wrapper.build(self, _image(input_shape))

    def compute_output_shape(self, input_shape):
        shape = self.layer.compute_output_shape(_image(input_shape))
        return keras.tree.map_shape_structure(
            lambda s: (*input_shape[:2], *s[1:]), shape
        )

    def compute_output_spec(self, inputs, training=None, mask=None):
        images = keras.KerasTensor(_image(inputs.shape), dtype=inputs.dtype)
        return keras.tree.map_structure(
            lambda x: keras.KerasTensor(
                (*inputs.shape[:2], *x.shape[1:]), dtype=x.dtype
            ),
            self.layer.compute_output_spec(images),
        )

    def call(self, inputs, training=None, mask=None):
        batch, frames, *image = ops.shape(inputs)
        kwargs = {}
        takes = inspect.signature(self.layer.call).parameters
        if "training" in takes:
            kwargs["training"] = training
        if "mask" in takes and mask is not None:
            kwargs["mask"] = ops.reshape(mask, (-1, *ops.shape(mask)[2:]))
        with self.count_frames(frames if training else 1):
            outputs = self.layer(ops.reshape(inputs, (-1, *image)), **kwargs)
        # One -1 where it can be: exporters follow it, and not a shape tensor.
        if isinstance(frames, int):
            batch = -1
        elif isinstance(batch, int):
            frames = -1
        return keras.tree.map_structure(
            lambda x: ops.reshape(x, (batch, frames, *ops.shape(x)[1:])),
            outputs,
        )

    @contextlib.contextmanager
    def count_frames(self, frames):
        """Lets batch norms forget as after so many updates of one frame.

        For calls of the wrapped layer itself, on the frames of several clips in
        one axis; the layer's own `call` does so already.

        Args:
            frames: Frames of a clip that the call has, a number or a tensor;
                below 1 where it has fewer frames than there are clips.
        """
        norms = [
            layer
            for layer in self.layer._flatten_layers()
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        own = [norm.momentum for norm in norms]
        try:
            for norm in norms:
                norm.momentum = _momentum(norm.momentum, frames)
            yield
        finally:
            for norm, momentum in zip(norms, own, strict=True):
                norm.momentum = momentum


def _momentum(momentum, frames):
    """That of `frames` updates in one; a tensor if `frames` is one."""
    least = min(momentum, _LEAST_MOMENTUM)
    if isinstance(frames, int | float):
        return max(momentum**frames, least)
    power = ops.power(momentum, ops.cast(frames, "float32"))
    return ops.maximum(power, least)


def _image(shape):
    if len(shape) < 3:
        raise ValueError(
            "`Framewise` expects (batch, frames, ...), at least 3 axes. "
            f"Received: input_shape={tuple(shape)}."
        )
    return (None, *shape[2:])
