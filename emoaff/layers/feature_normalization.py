import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="emoaff")
class FeatureNormalization(keras.layers.Layer):
    """Brings features to mean 0 and deviation 1, and missing ones to 0.

    For features that other programs computed, such as openSMILE's. Mean and
    deviation are those of the training data and stand in the layer's
    configuration, so that a preset keeps them exactly, whatever its weights
    are stored as. A missing feature (NaN) becomes 0: the mean in training. So
    does one that had no value in training, and one that never changed there.

    The arithmetic runs in float32 whatever the dtype policy, and the result is
    cast to the compute dtype. This layer does not use masks.

    Args:
        mean: Floats, one for each feature; NaN for one without any value.
        deviation: Floats, as many.
        **kwargs: See `keras.Layer`.

    Input shape:
        `(..., features)`, float32, NaN where missing.

    Output shape:
        As the input, without NaN.

    Raises:
        ValueError: If there is not one deviation for each mean, or another
            number of features comes in.

    Example:
    >>> layer = FeatureNormalization([100.0, 0.5], [20.0, 0.1])
    >>> x = keras.ops.array([[120.0, float("nan")]])
    >>> keras.ops.convert_to_numpy(layer(x)).tolist()
    [[1.0, 0.0]]
    """

    def __init__(self, mean, deviation, **kwargs):
        # Keras would cast hertz to 16 bits before `call`.
        super().__init__(autocast=False, **kwargs)
        self.mean = np.asarray(mean, np.float64)
        self.deviation = np.asarray(deviation, np.float64)
        if self.mean.ndim != 1 or self.mean.shape != self.deviation.shape:
            raise ValueError(
                "`FeatureNormalization` expects a mean and a deviation for "
                f"each feature. Received: shapes {self.mean.shape} and "
                f"{self.deviation.shape}."
            )

    def build(self, input_shape):
        if input_shape[-1] != len(self.mean):
            raise ValueError(
                f"`FeatureNormalization` expects {len(self.mean)} features in "
                f"the last axis. Received: input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        known = np.isfinite(self.mean) & (self.deviation > 0)
        # Rounding must not make a feature of one that never changed.
        known &= self.deviation > 1e-6 * np.abs(np.nan_to_num(self.mean))
        mean = np.where(known, self.mean, 0.0)
        scale = np.where(known, 1 / np.where(known, self.deviation, 1.0), 0.0)
        x = ops.cast(inputs, "float32")
        missing = ops.isnan(x)
        x = ops.where(missing, ops.zeros_like(x), x)
        x = x - ops.convert_to_tensor(mean, dtype="float32")
        x = x * ops.convert_to_tensor(scale, dtype="float32")
        x = ops.where(missing, ops.zeros_like(x), x)
        return ops.cast(x, self.compute_dtype)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    def get_config(self):
        # JSON has no NaN: a feature without a value never changed either.
        mean = np.nan_to_num(self.mean)
        deviation = np.where(np.isfinite(self.mean), self.deviation, 0.0)
        return {
            **super().get_config(),
            "mean": mean.tolist(),
            "deviation": deviation.tolist(),
        }
