"""The source of an export: a preset, an image model and a head."""

import dataclasses
import hashlib
import os

import keras
import numpy as np

from emoaff import presets
from emoaff.labels import AFFECT_TARGETS
from emoaff.labels import DIMENSION_RANGE
from emoaff.layers import Framewise
from emoaff.models.sequence_parts import split
from emoaff.presets import ClassPrior
from emoaff.presets import resolve_preset
from emoaff.presets.preset import Preset
from emoaff.presets.sequence_model import sequence_model


@dataclasses.dataclass(frozen=True, eq=False)
class Source:
    """A preset or a plain model, in the parts that exported files are made of.

    Args:
        name: Its name.
        config: As of a preset's `config.json`: `input`, `crop`, `sampling`,
            `outputs`, `licence`, `weights`; what is unknown is not in it.
        model: The whole model on pictures, `(batch, height, width, 3)` or
            `(batch, frames, height, width, 3)`, to a dict of named outputs.
        encoder: `(batch, height, width, 3)` to `(batch, features)`, or `None`
            for a model of single pictures.
        head: `(batch, frames, features)` to the dict of outputs, or `None`.
        priors: The class shares that the model's expressions are given for,
            and those that the file shall give them for; `None` to leave them
            as they are.
    """

    name: str
    config: dict
    model: keras.Model
    encoder: keras.Model | None = None
    head: keras.Model | None = None
    priors: tuple[ClassPrior, ClassPrior] | None = None

    @property
    def takes_clips(self) -> bool:
        """Whether it takes several pictures in a row."""
        return self.head is not None

    @property
    def answers_each_frame(self) -> bool:
        """Whether a model of clips has an answer for each of their frames."""
        return all(len(x.shape) == 3 for x in self.head.outputs)

    @property
    def window(self) -> int | None:
        """Frames that it was trained on at once; `None` where unknown."""
        found = self.config.get("sampling", {}).get("window")
        return found or (self.head.input_shape[1] if self.head else None)

    @property
    def picture(self) -> tuple[int, int, int]:
        """Height, width and channels of a picture."""
        return self.model.input_shape[-3:]


def read_source(model, prior=None) -> Source:
    """Reads what is to be exported.

    Args:
        model: A preset's name, folder or run, a `Preset`, or a functional
            `keras.Model` of pictures or clips.
        prior: The class shares that the file shall give expressions for, see
            `Preset.with_prior`; `None` for the preset's.

    Returns:
        The source. Of a preset of features it holds the image model of the
        preset that the features come from as well.

    Raises:
        ValueError: If it is none of these, an exported file, or a preset that
            another one belongs to which is gone or has changed.
        FileNotFoundError: If a weight file is missing.
    """
    if isinstance(model, keras.Model):
        if prior is not None:
            raise ValueError(
                "Expected a preset, which knows the class shares of its "
                f"training, to export for the prior {prior}. Received: a "
                f"keras.Model, {model.name}. Leave out the prior."
            )
        return _read_model(model)
    if not isinstance(model, Preset):
        model = presets.load_preset(resolve_preset(model))
    if not isinstance(model.model, keras.Model):
        raise ValueError(
            "Expected a preset to export. Received: "
            f"{os.fspath(model.path)}, which was exported already. Name the "
            "preset that it was made from."
        )
    model.require_faces_alone()
    model = model.with_prior(prior)
    config, priors = model.config, None
    if model.prior is not None:
        config, priors = _with_prior(model)
    if len(model.model.input_shape) == 4:
        return Source(model.name, config, model.model, priors=priors)
    parts = sequence_model(model)
    encoder, head = parts.encoder, parts.head
    whole = model.model
    if model.takes_features:
        whole = _joined(encoder, head)
    return Source(model.name, config, whole, encoder, head, priors)


def _with_prior(preset):
    """The config of a file that answers for a prior, and what changes it."""
    outputs = preset.config["outputs"]
    expression = {
        **outputs["expression"],
        "answered_prior": {
            "name": preset.prior.name,
            "shares": list(preset.prior.shares),
        },
    }
    config = {**preset.config, "outputs": {**outputs, "expression": expression}}
    return config, (preset.model_prior, preset.prior)


def _read_model(model):
    """A plain model; what its names do not tell is left open."""
    if not isinstance(model.output, dict):
        named = dict(zip(model.output_names, model.outputs, strict=True))
        model = keras.Model(model.inputs, named, name=model.name)
    rank = len(model.input_shape)
    if len(model.inputs) != 1 or rank not in (4, 5):
        raise ValueError(
            "Expected a model of pictures (batch, height, width, 3) or clips "
            f"(batch, frames, height, width, 3). Received: {model.name} of "
            f"input_shape={model.input_shape}. Of models of features export "
            "the preset, which knows where they come from."
        )
    if None in model.input_shape[-3:]:
        raise ValueError(
            "Expected a model of pictures of one size. Received: "
            f"{model.name} of input_shape={model.input_shape}. Build it with "
            "an `image_size`."
        )
    config = {
        "name": model.name,
        "input": {
            "size": model.input_shape[-2],
            "channels": "RGB",
            "range": [0, 255],
        },
        "outputs": {k: _described(k, x) for k, x in model.output.items()},
        "weights": {"sha256": _sha256(model)},
    }
    if rank == 4:
        return Source(model.name, config, model)
    encoder, head = split(model)
    return Source(model.name, config, model, encoder, head)


def _described(name, tensor):
    if name in AFFECT_TARGETS:
        return {
            "kind": "dimensional",
            "names": name.split("_"),
            "range": list(DIMENSION_RANGE),
        }
    layer = tensor._keras_history.operation
    if getattr(layer, "activation", None) is keras.activations.softmax:
        classes = [f"class_{i}" for i in range(tensor.shape[-1])]
        return {"kind": "probabilities", "range": [0, 1], "classes": classes}
    return {"kind": "values", "size": tensor.shape[-1]}


def _sha256(model):
    """Of a model that lies in no file: of its weights as float32."""
    sha = hashlib.sha256()
    for weight in model.get_weights():
        sha.update(np.ascontiguousarray(weight, np.float32).tobytes())
    return sha.hexdigest()


def _joined(encoder, head):
    """A head of features as a model of clips, with what makes the features."""
    clip = keras.Input(
        (head.input_shape[1], *encoder.input_shape[1:]), name="clip"
    )
    outputs = head(Framewise(encoder, name="backbone")(clip))
    return keras.Model(clip, outputs, name=head.name)
