"""A head that takes one frame at a time and hands its memory along.

What is public here:

    streaming(head, window=None) -> keras.Model
    zero_states(model, batch) -> dict of arrays
"""

import keras
import numpy as np
from keras import ops

from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import frame_steps

# Up to here the steps of a window are written out, which exporters like.
_WRITTEN_OUT = 32


@use_own_settings()
def streaming(head, window=None):
    """Turns a head over sequences into one over single frames.

    The state is made of ordinary inputs and outputs, so that many people can
    share a batch and any runtime can hold it. Inference only; weights are
    copies made now. `predict_on_batch` takes and gives arrays; called as a
    layer it wants arrays or tensors, not both.

    Without `window` the state is that of the recurrent layers: fed frame by
    frame from `zero_states` on, it answers each as `head` answers the sequence
    up to it.

    With `window` the state is the last frames themselves, and each answer is
    that of `head` for them; until there are enough, the first one is repeated
    in front, as EMO-AffectNet's live program does. A head that answers every
    frame gives its answer to the last.

    Args:
        head: Functional `keras.Model`, `(batch, frames, features)` to one
            output or several; see `emoaff.models.sequence_parts.split` for
            models of clips. Its recurrent layers are LSTM, GRU or SimpleRNN,
            forward in time.
        window: Int, the number of frames that `head` was trained on, or `None`
            to carry the recurrent state. Defaults to `None`.

    Input shape:
        A dict: `features` `(batch, features)` and the states. Without
        `window`: `<layer>_h` `(batch, units)`, and `<layer>_c` for an LSTM.
        With it: `recent` `(batch, window, features)`, the last frames, and
        `count` `(batch, 1)`, int32, how many there have been.

    Output shape:
        A dict: `(batch, c)` by output name (that of its layer, if the head
        has no names), and each state by the name of its input.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `head` is not such a model, takes windows of another
            size, or (without `window`) has a layer that must see more than one
            frame; the message names it.

    Example:
    >>> head = emoaff.models.build_rangulov_gru(frames=None)
    >>> step = streaming(head)
    >>> states = zero_states(step, batch=1)
    >>> for face in np.zeros((5, 1, 300), "float32"):
    ...     answer = step.predict_on_batch({"features": face, **states})
    ...     states = {name: answer.pop(name) for name in states}
    >>> answer["valence_arousal"].shape
    (1, 2)
    """
    shapes = [tuple(x.shape) for x in head.inputs]
    shape = shapes[0]
    if len(shapes) > 1 or len(shape) != 3:
        raise ValueError(
            "Expected a head that takes (batch, frames, features). Received a "
            f"model that takes {', '.join(map(str, shapes))}. Take the head "
            "from emoaff.models.sequence_parts.split(model)."
        )
    features = keras.Input((shape[2],), name="features")
    if window is None:
        states, outputs = frame_steps.step(head, features)
    else:
        states, outputs = _build_windowed(head, window, features)
    inputs = {"features": features, **states}
    return keras.Model(inputs, outputs, name=f"{head.name}_streaming")


def zero_states(model, batch):
    """Returns the states that a streaming model begins with.

    Args:
        model: What `streaming` made, or a larger model with such states: its
            inputs that are outputs too.
        batch: Int, the number of people.

    Returns:
        Array of zeros by name, `(batch, ...)` and of the dtype of the input.
    """
    return {
        name: np.zeros((batch, *x.shape[1:]), x.dtype)
        for name, x in model.input.items()
        if name in model.output
    }


def _build_windowed(head, window, features):
    frames, width = head.inputs[0].shape[1:]
    if window < 1 or frames not in (None, window):
        raise ValueError(
            f"Expected a window of {frames or 'at least 1'}, as {head.name!r} "
            f"takes. Received: window={window}."
        )
    # `recent` `(batch, window, width)` are the last frames, oldest first, and
    # `count` `(batch, 1)` the frames so far, of each person by itself: people
    # come at different times.
    recent = keras.Input((window, width), name="recent")
    count = keras.Input((1,), dtype="int32", name="count")
    newest = ops.expand_dims(features, 1)
    # A first frame fills the whole window; zeros would be faces that nobody has
    # seen.
    first = ops.equal(ops.expand_dims(count, -1), 0)
    shifted = ops.concatenate([recent[:, 1:], newest], axis=1)
    kept = ops.where(first, newest, shifted)
    copy = _copy_head(head, window)
    answers = copy(keras.tree.pack_sequence_as(copy.input, [kept]))
    outputs = {
        name: x if len(x.shape) == 2 else x[:, -1]
        for name, x in frame_steps.named(head, answers).items()
    }
    states = {"recent": recent, "count": count}
    return states, {**outputs, "recent": kept, "count": count + 1}


def _copy_head(head, window):
    def clone(layer):
        config = layer.get_config()
        if "unroll" in config and window <= _WRITTEN_OUT:
            config["unroll"] = True
        return type(layer).from_config(config)

    inputs = keras.Input((window, head.inputs[0].shape[2]), name="window")
    inputs = keras.tree.pack_sequence_as(head.input, [inputs])
    copy = keras.models.clone_model(
        head, input_tensors=inputs, clone_function=clone
    )
    copy.set_weights(head.get_weights())
    copy.trainable = False
    return copy
