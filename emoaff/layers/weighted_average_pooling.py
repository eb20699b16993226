import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="emoaff")
class WeightedAveragePooling2D(keras.layers.Layer):
    """Averages a map over its places, of which some count more than others.

    With equal shares it is `keras.layers.GlobalAveragePooling2D`. The shares
    belong to the layer's settings, not to its weights, so it has none.

    This layer does not use masks.

    Args:
        shares: Floats `(height, width)`, at least 0: how much each place of
            the map counts. They are divided by their sum.
        **kwargs: See `keras.Layer`.

    Input shape:
        `(batch, height, width, channels)`, float.

    Output shape:
        `(batch, channels)`, float.

    Raises:
        ValueError: If `shares` is no table of such numbers, all of them are 0,
            or the map has another height or width.

    Example:
    >>> layer = WeightedAveragePooling2D([[3, 1]])
    >>> map_ = keras.ops.array([[[[4.0], [8.0]]]])
    >>> keras.ops.convert_to_numpy(layer(map_)).tolist()
    [[5.0]]
    """

    def __init__(self, shares, **kwargs):
        super().__init__(**kwargs)
        given = np.asarray(shares, np.float64)
        if (
            given.ndim != 2
            or not np.isfinite(given).all()
            or (given < 0).any()
            or not given.sum() > 0
        ):
            raise ValueError(
                "`WeightedAveragePooling2D` expects a number of at least 0 for "
                "each place of a map, in rows, and not 0 for all of them. "
                f"Received: shares={shares!r}."
            )
        self.shares = given / given.sum()

    def build(self, input_shape):
        sides = zip(input_shape[1:-1], self.shares.shape, strict=True)
        if any(side not in (None, wanted) for side, wanted in sides):
            raise ValueError(
                "`WeightedAveragePooling2D` expects a map of the height and "
                f"width {self.shares.shape} of its shares. "
                f"Received: input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        shares = ops.convert_to_tensor(
            self.shares[..., None], dtype=self.compute_dtype
        )
        return ops.sum(inputs * shares, axis=(1, 2))

    def compute_output_spec(self, inputs):
        shape = (inputs.shape[0], inputs.shape[-1])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "shares": self.shares.tolist()}
