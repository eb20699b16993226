"""Losses whose mean is over labelled frames only."""

import keras
import numpy as np
from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import count_only
from emoaff.losses.frame_shapes import expand_to_frames
from emoaff.losses.frame_shapes import match_frames


class MaskedLoss(keras.losses.Loss):
    """Base of losses with one value per frame, some frames unlabelled.

    Subclasses give `values(y_true, y_pred)`; this class leaves frames without
    a label out of value, gradient and mean, whichever way they are marked: in
    the labels or by a Keras mask on `y_pred`.

    Args:
        class_weights: Non-negative floats, one per class, or `None`.
        reduction: See `keras.losses.Loss`.
        name: String, the loss name.
        dtype: See `keras.losses.Loss`.
    """

    def __init__(self, class_weights, reduction, name, dtype):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if class_weights is not None:
            class_weights = tuple(float(w) for w in class_weights)
            finite = np.isfinite(class_weights).all()
            if not finite or min(class_weights) < 0 or sum(class_weights) <= 0:
                raise ValueError(
                    "`class_weights` must be finite, non-negative and not all "
                    f"0. Received: class_weights={class_weights}."
                )
        self.class_weights = class_weights

    def __call__(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "_keras_mask", None)
        y_pred = ops.convert_to_tensor(y_pred, dtype=self.dtype)
        y_true = ops.convert_to_tensor(y_true, dtype=self.dtype)
        self._check(y_true.shape, y_pred.shape)
        y_true = match_frames(y_true, y_pred)
        if mask is not None:
            mask = ops.cast(mask, "bool")
            if len(y_true.shape) > len(mask.shape):
                mask = ops.expand_dims(mask, axis=-1)
            y_true = ops.where(mask, y_true, float("nan"))
        if sample_weight is not None:
            frames = tuple(y_pred.shape)[:-1]
            sample_weight = expand_to_frames(sample_weight, frames)
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true, y_pred):
        dtype = keras.backend.result_type(y_pred.dtype, "float32")
        y_true, y_pred = ops.cast(y_true, dtype), ops.cast(y_pred, dtype)
        self._check(y_true.shape, y_pred.shape)
        y_true = match_frames(y_true, y_pred)
        values, labelled = self.values(y_true, y_pred)
        values = ops.where(labelled, values, 0.0)
        return count_only(values, labelled, self.reduction)

    def values(self, y_true, y_pred):
        """The loss of each frame, and whether the frame has a label.

        Args:
            y_true: float32 or wider.
            y_pred: `(..., classes)`, of the same dtype.

        Returns:
            A float and a bool tensor, `y_pred`'s shape without its last axis.
            The loss is finite, and its gradient 0, where there is no label.
        """
        raise NotImplementedError

    def weights(self, like):
        """The class weights as a tensor of the dtype of `like`; ones if none.

        Args:
            like: `(..., classes)`.
        """
        if self.class_weights is None:
            return ops.ones((like.shape[-1],), dtype=like.dtype)
        return ops.convert_to_tensor(self.class_weights, dtype=like.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "class_weights": self.class_weights,
            # `Loss.get_config` drops dtype (Keras 3.15): a reload would be f32.
            "dtype": self.dtype,
        }

    def _accepts(self, true_shape, pred_shape):
        return agree(true_shape, pred_shape)

    def _check(self, true_shape, pred_shape):
        if len(pred_shape) < 2 or not self._accepts(true_shape, pred_shape):
            raise ValueError(
                f"`{type(self).__name__}` expects (batch, ..., classes) and "
                "labels that go with it. "
                f"Received: y_true.shape={tuple(true_shape)}, "
                f"y_pred.shape={tuple(pred_shape)}."
            )
        given = self.class_weights
        if given is not None and len(given) != pred_shape[-1]:
            raise ValueError(
                f"`class_weights` must have {pred_shape[-1]} values, one per "
                f"class. Received: class_weights={given}."
            )
