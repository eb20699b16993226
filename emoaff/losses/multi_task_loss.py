"""One loss for several named outputs."""

import keras
from keras import ops

from emoaff.losses.frame_shapes import agree


@keras.saving.register_keras_serializable(package="emoaff")
class MultiTaskLoss(keras.losses.Loss):
    """Weighted sum of one loss per named output, for a loop of your own.

    Corpora label different things, so a batch often lacks all labels of a
    task. Such a task adds nothing, in value and in gradient. (By itself
    `ConcordanceLoss` gives 1 there.) In a batch where only some sequences
    have a task's labels, the rest is up to that task's loss.

    `model.compile` takes one loss per output instead:
    `compile(loss=multi.losses, loss_weights=multi.weights)`; it has no rule
    for a task without labels.

    Formula:

    ```
    loss = sum(weights[name] * losses[name](y_true[name], y_pred[name]))
    ```

    Args:
        losses: Dict of output name to `keras.losses.Loss`, each reduced to a
            scalar.
        weights: Dict of output name to non-negative float, or `None`. Tasks
            that are not named weigh 1. Defaults to `None`.
        name: String, the loss name.
        dtype: See `keras.losses.Loss`; of the sum only.

    Call arguments:
        y_true: Dict of tensors with at least the tasks' names. NaN, or a
            negative integer, is no label.
        y_pred: Dict of tensors with at least the tasks' names.
        sample_weight: For all tasks, or a dict of task name to weights; a
            task that is not named has none.

    Returns:
        A scalar; `parts(y_true, y_pred, sample_weight)` gives the unweighted
        loss of each task by name, 0 for a task without labels.

    Raises:
        ValueError: If an argument is not one of the above, or the labels of a
            task are not of the frames of its predictions.

    Example:
    >>> loss = MultiTaskLoss({"smile": keras.losses.MeanSquaredError()})
    >>> float(loss({"smile": [[1.0]]}, {"smile": [[3.0]]}))
    4.0
    """

    def __init__(
        self, losses, weights=None, name="multi_task_loss", dtype=None
    ):
        super().__init__(name=name, reduction="sum", dtype=dtype)
        self.losses = _checked(losses)
        weights = dict(weights or {})
        if (
            not set(weights) <= set(losses)
            or min(weights.values(), default=0) < 0
        ):
            raise ValueError(
                "`weights` must be non-negative and named after the losses "
                f"{', '.join(losses)}. Received: weights={weights}."
            )
        self.weights = {task: float(weights.get(task, 1.0)) for task in losses}

    def __call__(self, y_true, y_pred, sample_weight=None):
        dtype = keras.backend.result_type(self.dtype, "float32")
        parts = self.parts(y_true, y_pred, sample_weight)
        return sum(
            self.weights[task] * ops.cast(part, dtype)
            for task, part in parts.items()
        )

    def parts(self, y_true, y_pred, sample_weight=None):
        """The unweighted loss of each task, a dict of scalars."""
        for name, value in (("y_true", y_true), ("y_pred", y_pred)):
            if not isinstance(value, dict) or not set(self.losses) <= set(
                value
            ):
                have = list(value) if isinstance(value, dict) else type(value)
                raise ValueError(
                    f"`{name}` must be a dict with {', '.join(self.losses)}. "
                    f"Received: {have}. For `compile`, pass the dicts "
                    "`.losses` and `.weights`."
                )
        parts = {}
        for task, loss in self.losses.items():
            weight = sample_weight
            if isinstance(sample_weight, dict):
                weight = sample_weight.get(task)
            _check_frames(task, y_true[task], y_pred[task])
            part = loss(y_true[task], y_pred[task], weight)
            parts[task] = ops.where(
                _has_any_label(y_true[task]), part, ops.zeros_like(part)
            )
        return parts

    def get_config(self):
        losses = {
            task: keras.losses.serialize(loss)
            for task, loss in self.losses.items()
        }
        return {
            "losses": losses,
            "weights": self.weights,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config):
        losses = {
            task: keras.losses.deserialize(loss)
            for task, loss in config["losses"].items()
        }
        return cls(**{**config, "losses": losses})


def _checked(losses):
    for task, loss in losses.items():
        scalar = getattr(loss, "reduction", None) not in (None, "none")
        if not isinstance(loss, keras.losses.Loss) or not scalar:
            raise ValueError(
                "Each loss must be a `keras.losses.Loss` that is reduced to a "
                f"scalar. Received: {task}={loss!r}."
            )
    if not losses:
        raise ValueError("`losses` must name a task. Received: losses={}.")
    return dict(losses)


def _check_frames(task, y_true, y_pred):
    """Refuses labels of other frames, which many losses would stretch."""
    true_shape = tuple(ops.convert_to_tensor(y_true).shape)
    pred_shape = tuple(ops.convert_to_tensor(y_pred).shape)
    axes = max(len(pred_shape) - 1, 1)
    if not agree(true_shape[:axes], pred_shape[:axes]):
        raise ValueError(
            f"Expected labels of {task} for each frame of its predictions. "
            f"Received: y_true.shape={true_shape}, y_pred.shape={pred_shape}."
        )


def _has_any_label(y_true):
    y_true = ops.convert_to_tensor(y_true)
    if keras.backend.is_float_dtype(y_true.dtype):
        return ops.any(ops.logical_not(ops.isnan(y_true)))
    return ops.any(y_true >= 0)
