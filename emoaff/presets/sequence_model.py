"""A preset with a memory, taken apart to see every face only once."""

import weakref

import keras
import numpy as np

from emoaff import presets
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models.sequence_parts import split
from emoaff.models.streaming import streaming
from emoaff.models.streaming import zero_states
from emoaff.presets import LAYER
from emoaff.presets import features_folder
from emoaff.presets.feature_model import build_feature_model

_BATCH = 32
_made: "weakref.WeakKeyDictionary" = weakref.WeakKeyDictionary()


class SequenceModel:
    """The image model and the temporal head of one preset.

    Args:
        encoder: `(batch, size, size, 3)` RGB 0-255 to `(batch, features)`.
        head: `(batch, frames, features)` to outputs `(batch, frames, c)` or
            `(batch, c)`.
        window: Frames that the head was trained on.

    Attributes:
        each_frame: Whether the head answers every frame, not once a window.
    """

    def __init__(self, encoder: keras.Model, head: keras.Model, window: int):
        self.encoder, self.head, self.window = encoder, head, window
        outputs = keras.tree.flatten(head.output)
        self.each_frame = all(len(x.shape) == 3 for x in outputs)
        self._step = None

    def encode(self, crops: list[np.ndarray]) -> np.ndarray:
        """Computes features `(n, features)` of crops `(size, size, 3)`."""
        parts = [
            self.encoder.predict_on_batch(np.stack(crops[i : i + _BATCH]))
            for i in range(0, len(crops), _BATCH)
        ]
        return np.concatenate(parts)

    def answer(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """Runs the temporal head on windows `(n, window, features)`."""
        return _named(self.head, self.head.predict_on_batch(features))

    def stepper(self) -> keras.Model:
        """Returns the model that takes one sample at a time; built once.

        Raises:
            ValueError: If the head has a layer that must see the future.
        """
        if self._step is None:
            window = None if self.each_frame else self.window
            self._step = streaming(self.head, window)
        return self._step

    def step(
        self, features: np.ndarray, states: dict | None
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Feeds one sample of one person.

        Args:
            features: `(features,)`.
            states: What the step before gave; `None` to begin.

        Returns:
            Outputs by name, `(1, c)`, and the states.
        """
        model = self.stepper()
        states = zero_states(model, 1) if states is None else states
        out = model.predict_on_batch({"features": features[None], **states})
        answers = {k: v for k, v in out.items() if k not in states}
        return answers, {name: out[name] for name in states}


@use_own_settings("float32")
def sequence_model(preset: "presets.Preset") -> SequenceModel:
    """Splits a preset into image model and temporal head; cached per preset.

    Args:
        preset: With a window of frames.

    Raises:
        ValueError: If its model has no such parts, takes more than faces, or
            the preset that it takes features from is gone or another.
    """
    preset.require_faces_alone()
    if preset not in _made:
        if not isinstance(preset.model, keras.Model):  # an exported file
            _made[preset] = preset.model.sequence(preset.window)
            return _made[preset]
        if preset.takes_features:
            encoder, head = _load_feature_encoder(preset), preset.model
        else:
            encoder, head = split(preset.model)
        _made[preset] = SequenceModel(encoder, head, preset.window)
    return _made[preset]


def _load_feature_encoder(preset):
    source = presets.load_preset(features_folder(preset))
    wanted = preset.config["input"].get("features_sha256")
    if wanted and source.config["weights"]["sha256"] != wanted:
        raise ValueError(
            f"{preset.name} was trained with features of the preset that lay "
            f"in {preset.config['input']['features_from']}. The one in "
            f"{source.path} has other weights. Name the right one in "
            f"`input.features_from` of {preset.path / presets.CONFIG}."
        )
    try:
        return build_feature_model(source.model, LAYER)
    except ValueError as error:
        raise ValueError(
            f"Expected a model with a layer named {LAYER!r}. {source.name} has "
            "none. Name another preset in `input.features_from` of "
            f"{preset.path / presets.CONFIG}."
        ) from error


def _named(model, outputs):
    if isinstance(outputs, dict):
        return outputs
    return {model.output_names[0]: outputs}
