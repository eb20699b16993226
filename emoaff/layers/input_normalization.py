import keras
from keras import ops

# scheme: (channel order, mean, divisor), both for pixels in [0, 255] and, where
# there are three, in that channel order.
_SCHEMES = {
    "imagenet_caffe": ("bgr", (103.939, 116.779, 123.68), 1.0),
    "imagenet_tf": ("rgb", (127.5, 127.5, 127.5), 127.5),
    "imagenet_torch": (
        "rgb",
        (255 * 0.485, 255 * 0.456, 255 * 0.406),
        (255 * 0.229, 255 * 0.224, 255 * 0.225),
    ),
    "vggface2": ("bgr", (91.4953, 103.8827, 131.0912), 1.0),
    "centered": ("rgb", (128.0, 128.0, 128.0), 128.0),
    "unit": ("rgb", (0.0, 0.0, 0.0), 255.0),
}


@keras.saving.register_keras_serializable(package="emoaff")
class InputNormalization(keras.layers.Layer):
    """Turns RGB 0-255 pictures into the values a backbone was trained on.

    It is the first layer of every emoaff model, so every saved or exported
    file takes plain RGB 0-255. The arithmetic runs in float32 whatever the
    dtype policy, and the result is cast to the compute dtype: a 16-bit float
    cannot hold 255 minus a mean to the precision the weights expect.

    This layer does not use masks.

    Args:
        scheme: String, one of

            - `"imagenet_caffe"`: BGR minus (103.939, 116.779, 123.68), the
              convention of `keras.applications.ResNet50`;
            - `"imagenet_tf"`: RGB, `x / 127.5 - 1`, the convention of
              `keras.applications.MobileNetV2`;
            - `"imagenet_torch"`: RGB, `x / 255` minus (0.485, 0.456, 0.406),
              divided by (0.229, 0.224, 0.225), the convention of torchvision;
            - `"vggface2"`: BGR minus (91.4953, 103.8827, 131.0912);
            - `"centered"`: RGB, `(x - 128) / 128`, as AffWildNet's code;
            - `"unit"`: RGB, `x / 255`.
        **kwargs: See `keras.Layer`.

    Input shape:
        `(..., 3)`, any number dtype, RGB in `[0, 255]`.

    Output shape:
        As the input, in the layer's compute dtype.

    Raises:
        ValueError: If `scheme` is not one of the above, or the last axis of
            the input does not hold 3 channels.

    Example:
    >>> pixels = keras.ops.array([[[[255, 0, 51]]]])
    >>> keras.ops.convert_to_numpy(InputNormalization("unit")(pixels))
    array([[[[1. , 0. , 0.2]]]], dtype=float32)

    References:
        - `keras.applications.imagenet_utils.preprocess_input`, modes "caffe",
          "tf" and "torch"
        - [Cao et al., 2018](https://arxiv.org/abs/1710.08092), VGGFace2
    """

    def __init__(self, scheme, **kwargs):
        # Keras would cast the pixels to the compute dtype before `call`.
        super().__init__(autocast=False, **kwargs)
        if scheme not in _SCHEMES:
            raise ValueError(
                f"`scheme` must be one of {sorted(_SCHEMES)}. "
                f"Received: scheme={scheme!r}."
            )
        self.scheme = scheme

    def build(self, input_shape):
        if input_shape[-1] != 3:
            raise ValueError(
                "`InputNormalization` expects RGB in the last axis. "
                f"Received: input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        order, mean, divisor = _SCHEMES[self.scheme]
        x = ops.cast(inputs, "float32")
        if order == "bgr":
            x = ops.flip(x, axis=-1)
        x = x - ops.convert_to_tensor(mean, dtype="float32")
        x = x / ops.convert_to_tensor(divisor, dtype="float32")
        return ops.cast(x, self.compute_dtype)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "scheme": self.scheme}
