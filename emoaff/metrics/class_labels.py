"""Labels of one class per frame, in the forms that corpora give them."""

from keras import ops

from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import expand_to_frames
from emoaff.losses.frame_shapes import match_frames


def flatten_labels(y_true, y_pred, sample_weight, dtype):
    """Reads class labels and scores of frames of any shape.

    Args:
        y_true: Class indices `(...)`, below 0 or NaN where unlabelled; or rows
            `(..., classes)`, one-hot or shares of votes, with a NaN or
            without anything over 0 where unlabelled. The highest share is the
            label, the first of several.
        y_pred: `(..., classes)`, higher for the likelier. A Keras mask on it
            hides frames.
        sample_weight: `(batch,)` or the shape of the frames, or `None`.
        dtype: String, the dtype of scores and weights.

    Returns:
        Labels int32 `(n,)`, scores `(n, classes)` and weights `(n,)`. The
        weight is 0 for an unlabelled frame. It is NaN where a labelled frame
        has a NaN score or an index beyond the classes, since neither may pass
        for a miss or a frame without a label.

    Raises:
        ValueError: If the shapes do not go together.
    """
    mask = getattr(y_pred, "_keras_mask", None)
    y_true = ops.convert_to_tensor(y_true)
    scores = ops.cast(ops.convert_to_tensor(y_pred), dtype)
    frames = tuple(scores.shape)[:-1]
    rows = len(y_true.shape) == len(scores.shape)
    wanted = (*frames, scores.shape[-1]) if rows else frames
    if not frames or not agree(y_true.shape, wanted):
        raise ValueError(
            "Expected scores (batch, ..., classes), and labels of that shape "
            "or, as indices, without the last axis. "
            f"Received: y_true.shape={tuple(y_true.shape)}, "
            f"y_pred.shape={tuple(scores.shape)}."
        )
    y_true = match_frames(ops.cast(y_true, dtype), scores)
    if rows:
        labelled = ops.sum(y_true, axis=-1) > 0
        index = ops.argmax(ops.where(ops.isnan(y_true), 0.0, y_true), axis=-1)
    else:
        labelled = y_true >= 0
        index = ops.cast(ops.where(labelled, y_true, -1.0), "int32")
    index = ops.cast(index, "int32")
    if mask is not None:
        labelled = ops.logical_and(labelled, ops.cast(mask, "bool"))
    weight = ops.ones_like(scores[..., 0])
    if sample_weight is not None:
        weight = weight * ops.cast(
            expand_to_frames(sample_weight, frames), dtype
        )
    wrong = ops.logical_or(
        index >= scores.shape[-1], ops.any(ops.isnan(scores), axis=-1)
    )
    weight = ops.where(wrong, float("nan"), weight)
    weight = ops.where(labelled, weight, 0.0)
    flat = ops.reshape(scores, (-1, scores.shape[-1]))
    return ops.reshape(index, (-1,)), flat, ops.reshape(weight, (-1,))
