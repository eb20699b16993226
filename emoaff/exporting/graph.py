"""The network of an exported file: what goes in, what comes out, and how."""

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from emoaff.exporting.sources import Source
from emoaff.models.streaming import streaming
from emoaff.models.streaming import zero_states
from emoaff.presets.class_prior import factors

FORMS = ("static", "sequence", "window", "streaming")
NEXT = "next_"


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """A network in one form, ready to be traced.

    Args:
        form: One of `FORMS`.
        inputs: Name to shape and dtype: `face`, and for the streaming form
            the states. `None` in a shape is a size that each call may choose.
        states: Name of a state's input to the name of its output, which is
            what goes into that input with the next frame.
        call: A dict of input tensors to the dict of outputs.
        variables: The weights as `tf.Variable`s.
        frames: Frames of a clip; `None` if any, or if there is no such axis.
    """

    form: str
    inputs: dict[str, tf.TensorSpec]
    states: dict[str, str]
    call: Callable[[dict], dict]
    variables: list[tf.Variable]
    frames: int | None = None

    def change_face_dtype(self, dtype: str) -> "Graph":
        """The same network, whose pictures come as this dtype."""
        face = self.inputs["face"]
        inputs = {**self.inputs, "face": tf.TensorSpec(face.shape, dtype)}
        return dataclasses.replace(self, inputs=inputs)


def build_graph(
    source: Source,
    form: str = "auto",
    frames: int | None = None,
    batch: int | None = None,
) -> Graph:
    """Builds the network that a file will hold.

    Outputs have the names of their meanings: classes as in the preset, the
    affect dimensions each by itself (`valence`, `arousal`), clipped to their
    range.

    Args:
        source: What to export.
        form: `"static"`: pictures one by one. `"sequence"`: a whole clip to
            an answer for each frame. `"window"`: as many frames as the model
            was trained on. `"streaming"`: a frame and the states before it to
            answers and the states after it. `"auto"`: `"static"` for models of
            pictures, `"streaming"` for models of clips.
        frames: Frames of a clip in the form `"sequence"`; `None` for any.
        batch: Pictures, clips or people at once; `None` for any.

    Returns:
        The graph.

    Raises:
        ValueError: If the form does not fit the model.
    """
    form = _fitting(source, form)
    if frames is not None and form != "sequence":
        raise ValueError(
            "Expected `frames` for the form 'sequence' alone. Received: "
            f"frames={frames}, form={form!r}."
        )
    if form == "streaming":
        return _streaming(source, batch)
    shape = (batch, *source.picture)
    if form != "static":
        frames = _frames(source, form, frames)
        shape = (batch, frames, *source.picture)
    model, outputs = source.model, source.config["outputs"]

    def call(inputs):
        answers = model(ops.cast(inputs["face"], "float32"), training=False)
        return name_outputs(answers, outputs, source.priors)

    face = {"face": tf.TensorSpec(shape, "uint8")}
    return Graph(form, face, {}, call, _variables(model), frames)


def name_outputs(answers: dict, outputs: dict, priors=None) -> dict:
    """Takes affect dimensions apart and clips them, and reweighs expressions.

    Args:
        answers: Output name to tensor `(..., values)`.
        outputs: As in a preset's `config.json`.
        priors: See `Source`.

    Returns:
        Name to tensor: `(..., classes)`, or `(...)` for a dimension.
    """
    named = {}
    for name, values in answers.items():
        output = outputs.get(name, {})
        if output.get("kind") != "dimensional":
            if name == "expression" and priors:
                values = _reweigh(values, *priors)
            named[name] = values
            continue
        for d, dimension in enumerate(output["names"]):
            named[dimension] = ops.clip(values[..., d], *output["range"])
    return named


def _reweigh(values, answered, asked):
    """`emoaff.presets.class_prior.reweigh` for tensors."""
    power = asked.sharpness / answered.sharpness
    moved = values if power == 1 else ops.power(values, power)
    moved = moved * ops.cast(factors(answered, asked), "float32")
    total = ops.sum(moved, axis=-1, keepdims=True)
    shares = ops.cast(ops.array(asked.shares), "float32")
    return ops.where(total > 0, moved / ops.maximum(total, 1e-30), shares)


def _fitting(source, form):
    fitting = ("static",)
    if source.takes_clips:
        each = source.answers_each_frame
        fitting = ("sequence", "streaming") if each else ("streaming",)
        if source.window:
            fitting = (*fitting, "window")
    if form == "auto":
        return "streaming" if source.takes_clips else "static"
    if form not in FORMS:
        raise ValueError(
            f"Expected a form, one of auto, {', '.join(FORMS)}. Received: "
            f"form={form!r}."
        )
    if form in fitting:
        return form
    what = "takes pictures one by one"
    if source.takes_clips:
        what = "takes clips of any length"
        if source.window:
            answers = "an answer a frame" if each else "one answer a window"
            what = f"takes windows of {source.window} frames with {answers}"
    raise ValueError(
        f"Expected a form that fits {source.name}, which {what}: "
        f"{' or '.join(fitting)}. Received: form={form!r}."
    )


def _frames(source, form, frames):
    fixed = source.model.input_shape[1]
    if form == "window":
        return source.window
    if frames is not None and fixed not in (None, frames):
        raise ValueError(
            f"Expected frames={fixed}, as {source.name} was built for. "
            f"Received: frames={frames}. The form 'streaming' takes clips of "
            "any length."
        )
    return fixed if frames is None else frames


def _streaming(source, batch):
    window = None if source.answers_each_frame else source.window
    step = streaming(source.head, window=window)
    outputs, encoder = source.config["outputs"], source.encoder
    # Of one person each, so a batch is of people and not of frames: each keeps
    # a state of its own.
    states = {
        name: tf.TensorSpec((batch, *zeros.shape[1:]), zeros.dtype)
        for name, zeros in zero_states(step, 1).items()
    }

    def call(inputs):
        seen = {name: inputs[name] for name in states}
        seen["features"] = encoder(
            ops.cast(inputs["face"], "float32"), training=False
        )
        answers = step(seen, training=False)
        # The step names a new state as the old; in a file, inputs and outputs
        # may not share names.
        after = {NEXT + name: answers.pop(name) for name in states}
        return {**name_outputs(answers, outputs, source.priors), **after}

    return Graph(
        "streaming",
        {"face": tf.TensorSpec((batch, *source.picture), "uint8"), **states},
        {name: NEXT + name for name in states},
        call,
        _variables(encoder) + _variables(step),
    )


def _variables(model: keras.Model):
    return [variable.value for variable in model.variables]
