import keras
from keras import ops

# ITU-R BT.601 luma, the weights of OpenCV's and Pillow's RGB to grey.
_LUMA = (0.299, 0.587, 0.114)


@keras.saving.register_keras_serializable(package="emoaff")
class Greyscale(keras.layers.Layer):
    """Replaces RGB by its luma, repeated in three channels.

    For a model whose training pictures were all grey: a colour picture and
    its grey copy then give the same answer, instead of one that depends on
    colours the model has never seen.

    This layer does not use masks.

    Args:
        **kwargs: See `keras.Layer`.

    Input shape:
        `(..., 3)`, any number dtype, RGB in `[0, 255]`.

    Output shape:
        As the input, float32, in `[0, 255]`, three equal channels. GPUs that
        multiply in TF32 are off by up to a quarter of a grey level.

    Raises:
        ValueError: If the last axis of the input does not hold 3 channels.

    Example:
    >>> green = keras.ops.array([[[[0, 100, 0]]]])
    >>> keras.ops.convert_to_numpy(Greyscale()(green))
    array([[[[58.7, 58.7, 58.7]]]], dtype=float32)

    References:
        - [ITU-R BT.601](https://www.itu.int/rec/R-REC-BT.601/)
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape):
        if input_shape[-1] != 3:
            raise ValueError(
                "`Greyscale` expects RGB in the last axis. "
                f"Received: input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        # As one product, which LiteRT computes six times as fast as a sum
        # that is repeated.
        luma = ops.convert_to_tensor([[w] * 3 for w in _LUMA], dtype="float32")
        return ops.matmul(x, luma)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, dtype="float32")
