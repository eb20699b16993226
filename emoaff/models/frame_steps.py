"""One frame through the layers of a head, its memory given and returned.

What is public here:

    step(head, features) -> states, outputs
    named(head, outputs) -> outputs by name
"""

import keras
from keras import layers
from keras import ops

from emoaff.layers import FeatureNormalization

# Layers whose answer for a frame depends on that frame alone.
_FRAME_BY_FRAME = (
    layers.Activation,
    layers.ActivityRegularization,
    layers.Add,
    layers.Average,
    layers.BatchNormalization,
    layers.Concatenate,
    layers.Dense,
    layers.ELU,
    FeatureNormalization,
    layers.Identity,
    layers.LayerNormalization,
    layers.LeakyReLU,
    layers.Maximum,
    layers.Minimum,
    layers.Multiply,
    layers.ReLU,
    layers.Rescaling,
    layers.Softmax,
    layers.Subtract,
)
_ONLY_IN_TRAINING = (
    layers.AlphaDropout,
    layers.Dropout,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.SpatialDropout1D,
)
_RECURRENT = (layers.GRU, layers.LSTM, layers.SimpleRNN)


def step(head, features):
    """Builds the step of a head: one frame and states to outputs and states.

    Layers and cells are called once each, on one frame: no loop, and every
    weight a copy.

    Args:
        head: Functional `keras.Model` of one input,
            `(batch, frames, features)`.
        features: `KerasTensor` `(batch, features)`.

    Returns:
        The states' inputs by name, and a dict of the outputs and of the new
        states by the names of the inputs.

    Raises:
        ValueError: If a layer of the head must see more than one frame.
    """
    walk = _Walk(head, features)
    sequences = keras.models.clone_model(
        head,
        input_tensors=head.input,
        clone_function=lambda layer: layer,
        call_function=walk.call,
    ).output
    outputs = keras.tree.map_structure(walk.frame, sequences)
    return walk.states, {**named(head, outputs), **walk.new_states}


def named(head, outputs):
    """Returns what `head` puts out as a dict by output name."""
    if isinstance(outputs, dict):
        return outputs
    names = head.output_names
    return dict(zip(names, keras.tree.flatten(outputs), strict=True))


class _Walk:
    """Follows the call of a head on sequences with the call on one frame.

    A frame's value is a pair: `(batch, c)`, and its mask `(batch, 1)` or
    `None`.
    """

    def __init__(self, head, features):
        self.states = {}
        self.new_states = {}
        self._head = head
        self._seen = set()
        # With the sequence's tensor, whose id no other may get meanwhile.
        given = head.inputs[0]
        self._values = {id(given): (given, (features, None))}

    def frame(self, sequence):
        """Returns the frame's part of a sequence."""
        return self._value(sequence, "its output")[0]

    def call(self, layer, *args, **kwargs):
        """Calls a layer on sequences and its copy on the current frame."""
        sequences = layer(*args, **kwargs)
        # What is no layer may be how Keras computes a mask. If it is more, its
        # result is missed later.
        if isinstance(layer, layers.Layer):
            if layer.name in self._seen:
                self._refuse(layer, "used more than once")
            self._seen.add(layer.name)
            given = keras.tree.map_structure(
                lambda x: self._value(x, f"what {layer.name!r} takes"), args[0]
            )
            value = self._through(layer, given)
            self._values[id(sequences)] = sequences, value
        return sequences

    def _value(self, sequence, what):
        found = self._values.get(id(sequence))
        if found is None:
            raise ValueError(
                f"{_EXPECTED} In {self._head.name!r}, {what} comes of an "
                f"operation that is no layer. {_ADVICE}"
            )
        return found[1]

    def _through(self, layer, given):
        if isinstance(layer, _RECURRENT):
            return self._call_with_memory(layer, given)
        if isinstance(layer, _ONLY_IN_TRAINING):
            return given
        if isinstance(layer, layers.Masking):
            x, _ = given
            seen = ops.not_equal(x, layer.mask_value)
            seen = ops.any(seen, axis=-1, keepdims=True)
            # A frame that is all 0 is 0 already.
            x = ops.where(seen, x, 0.0) if layer.mask_value else x
            return x, seen
        if isinstance(layer, layers.TimeDistributed):
            x, mask = given
            return _called(layer.layer, x), mask
        if not isinstance(layer, _FRAME_BY_FRAME):
            self._refuse(layer, "which looks at more than one frame")
        return self._answered(layer, given)

    def _answered(self, layer, given):
        pairs = given if isinstance(given, list) else [given]
        mask = pairs[0][1]
        if any(other is not mask for _, other in pairs):
            self._refuse(layer, "of masked and other values")
        changes = {}
        if hasattr(layer, "axis"):
            rank = len(layer.output.shape)
            axis = keras.tree.flatten(layer.axis)
            if any(a % rank != rank - 1 for a in axis):
                self._refuse(layer, f"over axis {layer.axis}")
            changes["axis"] = -1
        x = [x for x, _ in pairs]
        y = _called(layer, x if isinstance(given, list) else x[0], **changes)
        return y, mask if layer.supports_masking else None

    def _call_with_memory(self, layer, given):
        if isinstance(given, list):
            self._refuse(layer, "with a first state of its own")
        x, mask = given
        self._refuse_traits(layer, mask)
        # A GRU has one state `(batch, units)`, an LSTM two; names that are not
        # needed fall away in `zip`.
        names = [f"{layer.name}_{letter}" for letter in "hc"]
        sizes = keras.tree.flatten(layer.cell.state_size)
        old = {
            name: keras.Input((size,), dtype=layer.compute_dtype, name=name)
            for name, size in zip(names, sizes, strict=False)
        }
        _, new = _called(
            layer.cell,
            x,
            list(old.values()),
            name=layer.name,
            dropout=0.0,
            recurrent_dropout=0.0,
        )
        # A masked frame leaves its person's state as it was.
        if mask is not None:
            pairs = zip(new, old.values(), strict=True)
            new = [ops.where(mask, *pair) for pair in pairs]
        self.states.update(old)
        self.new_states.update(zip(old, new, strict=True))
        # The first state of these cells is what they put out.
        return new[0], mask if layer.return_sequences else None

    def _refuse_traits(self, layer, mask):
        traits = ["go_backwards", "stateful", "return_state"]
        if mask is not None:
            traits.append("zero_output_for_mask")
        for trait in traits:
            if getattr(layer, trait):
                self._refuse(layer, f"{trait}=True")

    def _refuse(self, layer, why):
        raise ValueError(
            f"{_EXPECTED} {self._head.name!r} has the layer {layer.name!r} "
            f"({type(layer).__name__}, {why}). {_ADVICE}"
        )


_EXPECTED = "Expected a head that can be run one frame at a time."
_ADVICE = (
    "Give `window`, the number of frames it was trained on, or run it on "
    "sequences."
)


def _called(layer, *args, **changes):
    """Calls a copy of a layer on `args`."""
    config = {**layer.get_config(), **changes}
    if config["name"] == "features":  # the name of the input
        config["name"] = "features_layer"
    copy = type(layer).from_config(config)
    outputs = copy(*args)
    copy.set_weights(layer.get_weights())
    copy.trainable = False
    return outputs
