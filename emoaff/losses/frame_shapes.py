"""Shapes of what belongs to frames."""

from keras import ops


def agree(a, b):
    """Whether two static shapes, `None` where unknown, can be equal."""
    return len(a) == len(b) and all(
        m is None or n is None or m == n for m, n in zip(a, b, strict=True)
    )


def match_frames(y_true, y_pred):
    """Returns labels that have a row for each frame of the predictions.

    Arithmetic would stretch one sequence of labels over a whole batch, or one
    dimension over two. Sizes that are known are compared at once; of those
    that a graph learns only when it runs the labels are joined to the
    predictions, which fails there if they differ.

    Args:
        y_true: `(..., c)`, or `(...)` for labels that are class indices.
        y_pred: `(..., c)`, of the same dtype.

    Returns:
        `y_true`.

    Raises:
        ValueError: If known sizes differ.
    """
    true_shape, pred_shape = tuple(y_true.shape), tuple(y_pred.shape)
    index = len(true_shape) == len(pred_shape) - 1
    if not agree(true_shape, pred_shape[:-1] if index else pred_shape):
        raise ValueError(
            "Expected labels for each frame of the predictions. Received: "
            f"y_true.shape={true_shape}, y_pred.shape={pred_shape}."
        )
    if None not in (*true_shape, *pred_shape) or not pred_shape:
        return y_true
    like = y_pred[..., :1] if index else y_pred
    rows = ops.expand_dims(y_true, axis=-1) if index else y_true
    width = like.shape[-1] or ops.shape(like)[-1]
    joined = ops.concatenate([like, rows], axis=-1)[..., width:]
    # The last axis is the one along which anything may be joined.
    joined = ops.reshape(joined, ops.shape(like))
    return ops.squeeze(joined, axis=-1) if index else joined


def expand_to_frames(sample_weight, frames):
    """Returns weights of samples or frames with the rank of the frames.

    Args:
        sample_weight: `(batch,)` or the shape of the frames; one more axis of
            length 1 at the end is dropped.
        frames: Their shape, `(batch,)` or `(batch, frames)`, `None` where
            unknown.

    Returns:
        A tensor of that rank, to broadcast against the frames from the left.
        (Keras broadcasts from the right: a weight of a sample would meet a
        frame.)

    Raises:
        ValueError: If it is of another rank, or of another size.
    """
    weight = ops.convert_to_tensor(sample_weight)
    shape, rank = tuple(weight.shape), len(frames)
    if len(shape) == rank + 1 and shape[-1] == 1:
        weight = ops.squeeze(weight, axis=-1)
    known = tuple(weight.shape)
    if not 1 <= len(known) <= rank or not _reach(known, frames):
        raise ValueError(
            "`sample_weight` must have the shape (batch,) or that of the "
            f"frames, {tuple(frames)}, of rank {rank}. "
            f"Received: sample_weight.shape={shape}."
        )
    while len(weight.shape) < rank:
        weight = ops.expand_dims(weight, axis=-1)
    return weight


def count_only(values, counted, reduction):
    """Lets a Keras loss average over some of its values.

    Args:
        values: float, 0 where nothing is counted.
        counted: bool, of the same shape.
        reduction: That of the loss.

    Returns:
        The values, with a Keras mask; where a tensor takes none, as JAX's
        while it traces, scaled so that Keras's mean is that of the counted.
    """
    try:
        values._keras_mask = counted
    except AttributeError:
        if reduction == "sum_over_batch_size":
            share = ops.mean(ops.cast(counted, values.dtype))
            return ops.divide_no_nan(values, share)
    return values


def _reach(weight, frames):
    """Whether weights are for these frames, or one for all along an axis."""
    return all(
        m is None or n is None or m in (1, n)
        for m, n in zip(weight, frames, strict=False)
    )
