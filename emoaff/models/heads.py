"""Outputs of a model: affect dimensions, one class, or several classes."""

import dataclasses

import keras

from emoaff import labels

_ACTIVATIONS = {
    "dimensional": None,
    "categorical": "softmax",
    "multi_label": "sigmoid",
}
_AFFECT = {
    "arousal_valence": ("arousal", "valence"),
    "valence_arousal": ("valence", "arousal"),
}


@dataclasses.dataclass(frozen=True)
class Head:
    """One output of a model.

    Args:
        kind: `"dimensional"` (a real number per name), `"categorical"` (one
            of the names holds; softmax) or `"multi_label"` (each holds or
            not; sigmoid).
        names: The dimensions or classes in output order.
        activation: Name of the Keras activation, or `None` for that of the
            kind: linear, softmax, sigmoid.

    Raises:
        ValueError: If `kind` is not one of the above or `names` is empty.

    Example:
    >>> affect = Head("dimensional", ("valence", "arousal"), "tanh")
    >>> affect.layer("valence_arousal").units
    2
    """

    kind: str
    names: tuple[str, ...]
    activation: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(self.names))
        if self.kind not in _ACTIVATIONS or not self.names:
            raise ValueError(
                f"`kind` must be one of {', '.join(_ACTIVATIONS)}, with at "
                f"least one name. Received: kind={self.kind!r}, "
                f"names={self.names}."
            )

    def layer(self, name: str, logits: bool = False) -> keras.layers.Layer:
        """Returns the output layer.

        Under mixed precision it computes in float32: 16 bits would round
        probabilities and starve the loss.

        Args:
            name: The layer's name, which Keras makes the output's name.
            logits: Whether to leave softmax and sigmoid to the loss.

        Returns:
            A `keras.layers.Dense`.
        """
        activation = self.activation
        if activation is None and not logits:
            activation = _ACTIVATIONS[self.kind]
        half = keras.config.dtype_policy().compute_dtype.endswith("16")
        return keras.layers.Dense(
            len(self.names),
            activation=activation,
            dtype="float32" if half else None,
            name=name,
        )


def parse(heads) -> dict[str, Head]:
    """Reads the `heads` argument of the model builders.

    Args:
        heads: One head or a dict of heads by output name. A head is a `Head`,
            a `LabelSpace` or its registered name, the number of classes, or a
            tuple of dimension names. One head gets a name by itself:
            `"expression"` for classes, the names joined by `_` for dimensions
            (`"arousal_valence"`), and the strings `"arousal_valence"` and
            `"valence_arousal"` mean just that.

    Returns:
        Head by output name, in the given order.

    Raises:
        ValueError: If a head is none of the above.
    """
    if not isinstance(heads, dict):
        head = _head(heads)
        dimensional = head.kind == "dimensional"
        name = "_".join(head.names) if dimensional else "expression"
        return {name: head}
    if not heads:
        raise ValueError("`heads` must hold at least one head. Received: {}.")
    return {name: _head(head) for name, head in heads.items()}


def _head(spec):
    if isinstance(spec, Head):
        return spec
    if isinstance(spec, str):
        if spec in _AFFECT:
            return Head("dimensional", _AFFECT[spec])
        spec = labels.get(spec)
    if isinstance(spec, labels.LabelSpace):
        kind = "multi_label" if spec.multi_label else "categorical"
        return Head(kind, spec.classes)
    if isinstance(spec, int) and spec > 0:
        return Head("categorical", tuple(f"class_{i}" for i in range(spec)))
    if isinstance(spec, tuple | list):
        return Head("dimensional", tuple(spec))
    raise ValueError(
        "A head must be a Head, a LabelSpace or its name, a number of classes "
        f"or a tuple of dimension names. Received: {spec!r}."
    )
