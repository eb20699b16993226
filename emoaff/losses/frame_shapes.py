"""Shapes of what belongs to frames."""

from keras import ops


def agree(a, b):
    """Whether two static shapes, `None` where unknown, can be equal."""
    return len(a) == len(b) and all(
        m is None or n is None or m == n for m, n in zip(a, b, strict=True)
    )


def expand_to_frames(sample_weight, rank):
    """Returns weights of samples or frames with the rank of the frames.

    Args:
        sample_weight: `(batch,)` or the shape of the frames; one more axis of
            length 1 at the end is dropped.
        rank: Int, 1 for frames of shape `(batch,)`, 2 for `(batch, frames)`.

    Returns:
        A tensor of that rank, to broadcast against the frames from the left.
        (Keras broadcasts from the right: a weight of a sample would meet a
        frame.)

    Raises:
        ValueError: If it is of another rank.
    """
    weight = ops.convert_to_tensor(sample_weight)
    shape = tuple(weight.shape)
    if len(shape) == rank + 1 and shape[-1] == 1:
        return ops.squeeze(weight, axis=-1)
    if not 1 <= len(shape) <= rank:
        raise ValueError(
            "`sample_weight` must have the shape (batch,) or that of the "
            f"frames, of rank {rank}. "
            f"Received: sample_weight.shape={shape}."
        )
    while len(weight.shape) < rank:
        weight = ops.expand_dims(weight, axis=-1)
    return weight
