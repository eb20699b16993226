"""F1 of facial action units."""

import keras
from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import expand_to_frames
from emoaff.losses.frame_shapes import match_frames


@keras.saving.register_keras_serializable(package="emoaff")
class ActionUnitF1(keras.metrics.Metric):
    """Mean over action units of the F1 of each, over every frame seen.

    The score of the ABAW competitions from the third on, with 12 units. Each
    unit is a binary task of its own. A unit that is labelled, but never both
    present and predicted, has an F1 of 0 (scikit-learn's `zero_division=0`).

    A label of -1 or NaN is skipped, unit by unit, and so are frames that a
    Keras mask on `y_pred` hides. A NaN score beside a label makes the unit
    NaN.

    Undefined: a unit is NaN without a label, and the mean is then NaN too.

    Args:
        num_units: Int, the number of action units. Defaults to `12`.
        threshold: Float, the score over which a unit is predicted: 0.5 for
            probabilities, 0 for logits. Defaults to `0.5`.
        name: String, the metric name.
        dtype: See `keras.metrics.Metric`. Defaults to `"float64"`.

    Call arguments:
        y_true: `(batch, ..., units)`, 1 present, 0 absent, -1 or NaN not
            labelled.
        y_pred: `(batch, ..., units)`.
        sample_weight: `(batch,)` or the shape of the frames.

    Returns:
        A scalar in `[0, 1]`; `per_unit()` gives `(units,)`.

    Raises:
        ValueError: If an argument or the shape of an input is not one of the
            above.

    Example:
    >>> metric = ActionUnitF1(num_units=2)
    >>> metric.update_state([[1, 0], [1, -1]], [[0.9, 0.2], [0.1, 0.9]])
    >>> metric.per_unit().numpy().round(4).tolist()
    [0.6667, 0.0]

    References:
        - [Kollias, 2022](https://arxiv.org/abs/2202.10659), ABAW 3
    """

    def __init__(
        self,
        num_units=12,
        threshold=0.5,
        name="action_unit_f1",
        dtype="float64",
    ):
        super().__init__(name=name, dtype=dtype)
        self.num_units = num_units
        self.threshold = threshold
        # Rows: labels, units present, units predicted, both.
        self.state = self.add_variable(
            shape=(4, num_units),
            initializer="zeros",
            dtype=self.dtype,
            name="state",
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "_keras_mask", None)
        y_true = ops.cast(ops.convert_to_tensor(y_true), self.dtype)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        self._check(y_true.shape, y_pred.shape)
        y_true = match_frames(y_true, y_pred)
        labelled = y_true >= 0  # NaN is not
        if mask is not None:
            mask = ops.expand_dims(ops.cast(mask, "bool"), axis=-1)
            labelled = ops.logical_and(labelled, mask)
        weight = ops.where(ops.isnan(y_pred), float("nan"), 1.0)
        weight = ops.cast(weight, self.dtype)
        if sample_weight is not None:
            each = expand_to_frames(sample_weight, tuple(y_true.shape)[:-1])
            weight = weight * ops.cast(each, self.dtype)[..., None]
        weight = ops.where(labelled, weight, 0.0)
        present = ops.cast(y_true > 0.5, self.dtype)
        predicted = ops.cast(y_pred > self.threshold, self.dtype)
        axes = tuple(range(len(y_true.shape) - 1))
        rows = [weight, present, predicted, present * predicted]
        rows = [rows[0]] + [weight * row for row in rows[1:]]
        self.state.assign_add(
            ops.stack([ops.sum(row, axis=axes) for row in rows])
        )

    def per_unit(self):
        """The F1 of each unit so far, `(units,)`, NaN without a label."""
        state = ops.convert_to_tensor(self.state)
        count, present, predicted, both = ops.unstack(state, axis=0)
        f1 = ops.divide_no_nan(2.0 * both, present + predicted)
        return ops.where(count > 0, f1, float("nan"))

    def result(self):
        return ops.mean(self.per_unit())

    def get_config(self):
        return {
            **super().get_config(),
            "num_units": self.num_units,
            "threshold": self.threshold,
        }

    def _check(self, true_shape, pred_shape):
        sound = len(pred_shape) > 1 and agree(true_shape, pred_shape)
        if not sound or pred_shape[-1] != self.num_units:
            raise ValueError(
                f"`ActionUnitF1` expects (batch, ..., {self.num_units}), "
                "labels and scores alike. "
                f"Received: y_true.shape={tuple(true_shape)}, "
                f"y_pred.shape={tuple(pred_shape)}."
            )
