import dataclasses
import json
import pathlib
from typing import TYPE_CHECKING

import numpy as np

from emoaff import labels
from emoaff.faces.crop import crop_face
from emoaff.faces.crop import stretch
from emoaff.presets import class_prior
from emoaff.presets.class_prior import ClassPrior
from emoaff.presets.stored_prior import read_stored_prior
from emoaff.presets.stored_prior import require_trained_prior

if TYPE_CHECKING:
    import keras

    from emoaff.faces.litert_network import LiteRTNetwork
    from emoaff.presets.sequence_model import SequenceModel


@dataclasses.dataclass(frozen=True, eq=False)
class Preset:
    """A model that knows its labels and how its pictures are made.

    Args:
        name: Its name, or its folder's; for that of a run, the run's.
        path: Its folder.
        config: What `config.json` holds.
        model: The `keras.Model`: `(batch, height, width, 3)` RGB 0-255 in, a
            dict of named outputs out. With a `window`, `(batch, frames,
            height, width, 3)`; or features instead of pictures. Or what
            `load_preset` was asked to put in its place, which has
            `predict_on_batch` only.
        labels: The label space of the output `expression`, or `None`.
        prior: The class shares that its expressions are given for, see
            `with_prior`; `None` for those that its model was made with.

    Example:
    >>> preset = load_preset("compact_ferplus")
    >>> picture = emoaff.faces.read_picture("astronaut.jpg").image
    >>> crop = preset.crop(picture, (180, 63, 86, 110))
    >>> probabilities = preset.predict([crop])["expression"]
    >>> preset.labels.classes[int(probabilities[0].argmax())]
    'happiness'
    """

    name: str
    path: pathlib.Path
    config: dict
    model: "keras.Model | LiteRTNetwork"
    labels: labels.LabelSpace | None
    prior: ClassPrior | None = None

    @property
    def engine(self) -> str:
        """What its model runs on: `"keras"`, `"litert"` or `"exported"`."""
        return getattr(self.model, "engine", "keras")

    @property
    def size(self) -> int:
        """Side in pixels of the model's input."""
        return self.config["input"]["size"]

    @property
    def margin(self) -> float:
        """Crop margin about the box; see `emoaff.faces.crop_face`."""
        return self.config["crop"]["margin"]

    @property
    def interpolation(self) -> str:
        """Resize filter of the crops; see `emoaff.faces.crop_face`."""
        return self.config["crop"]["interpolation"]

    @property
    def shape(self) -> str:
        """Shape of the crop around the box; see `emoaff.faces.crop_face`."""
        return self.config["crop"].get("shape", "square")

    @property
    def sees_grey(self) -> bool:
        """Whether its model first turns its pictures into grey ones."""
        graph = self.config.get("architecture", {}).get("config", {})
        layers = graph.get("layers", [])
        after = layers[:1]  # the input; then what alone is made of it
        for _ in layers:  # no more steps: a damaged file may go in circles
            if len(after) != 1:
                return False
            (layer,) = after
            if layer["class_name"] == "Greyscale":
                return True
            if layer["class_name"] not in ("InputLayer", "Resizing"):
                return False
            name = json.dumps(layer["name"])
            after = [
                other
                for other in layers
                if name in json.dumps(other.get("inbound_nodes"))
            ]
        return False

    @property
    def window(self) -> int:
        """Frames in a row that the model takes at once; 1 for pictures."""
        return self.config.get("sampling", {}).get("window") or 1

    @property
    def takes_features(self) -> bool:
        """Whether it takes another preset's features instead of pictures."""
        return self.config["input"].get("kind") == "features"

    @property
    def sides(self) -> dict[str, dict]:
        """What it takes beside faces: by modality, `names` and `rule`."""
        return self.config["input"].get("sides", {})

    @property
    def sees_faces(self) -> bool:
        """Whether it takes faces at all, as pictures or features."""
        return self.config["input"].get("faces", True)

    @property
    def dimensions(self) -> list[str]:
        """Names of its dimensions, such as valence, in its own order."""
        return [
            name
            for output in self.config["outputs"].values()
            if output["kind"] == "dimensional"
            for name in output["names"]
        ]

    @property
    def trained_prior(self) -> ClassPrior | None:
        """The class shares of its training data; `None` where not stored."""
        return read_stored_prior(self, "class_prior")

    @property
    def model_prior(self) -> ClassPrior | None:
        """The class shares that its model itself answers for."""
        # An exported file may have another prior than its training inside.
        return read_stored_prior(self, "answered_prior") or self.trained_prior

    @property
    def answered_prior(self) -> ClassPrior | None:
        """The class shares that its expressions are given for."""
        return self.prior or self.model_prior

    def with_prior(self, prior) -> "Preset":
        """Returns the preset with its expressions for other class shares.

        Their probabilities are divided by the shares of the training data and
        multiplied by those asked for, see
        `emoaff.presets.class_prior.reweigh`. docs/priors.md says when to ask
        for which.

        Args:
            prior: `"as-trained"`, `"uniform"`, `"natural"`, or shares of
                classes as `"neutral=.6,happiness=.2"` or a dict; see
                `emoaff.presets.class_prior.read_prior`. `None` changes
                nothing.

        Returns:
            The preset; it shares its model with this one.

        Raises:
            ValueError: If the preset names no expressions, does not know the
                shares of its training data, or `prior` is none of these.

        Example:
        >>> preset = emoaff.load_preset("compact_ferplus")
        >>> preset.with_prior("uniform").describe_prior()["name"]
        'uniform'
        """
        if prior is None or prior == self.describe_prior()["name"]:
            return self
        require_trained_prior(self, prior)
        asked = class_prior.read_prior(prior, self.trained_prior, self.labels)
        if asked == self.answered_prior:
            return self
        if asked == self.model_prior:
            asked = None
        return dataclasses.replace(self, prior=asked)

    def describe_prior(self) -> dict:
        """Describes which class shares expressions are for, as plain JSON.

        Returns:
            `name` and `shares` by class; `None` for shares that are not known
            or of a preset without expressions.
        """
        prior = self.answered_prior
        if prior is None:
            return {"name": class_prior.AS_TRAINED, "shares": None}
        return prior.to_dict()

    def require_single_pictures(self) -> None:
        """Raises ValueError if the model does not take pictures one by one."""
        self.require_faces_alone()
        if self.window > 1 or self.takes_features:
            what = f"windows of {self.window} frames"
            if self.takes_features:
                what += (
                    f" of features from {self.config['input']['features_from']}"
                )
            raise ValueError(
                "Expected a preset that takes pictures one by one. Received: "
                f"{self.name}, which takes {what} and so needs whole tracks. "
                "Give it videos with `emoaff predict`, or score it on a built "
                "corpus with `emoaff evaluate`."
            )

    def require_faces_alone(self) -> None:
        """Raises ValueError if the model takes more than faces, or none."""
        if self.sides:
            raise ValueError(
                "Expected a preset that takes faces alone. Received: "
                f"{self.name}, which takes features of "
                f"{', '.join(self.sides)} as well. Score it on a built corpus "
                "with `emoaff evaluate`."
            )

    def require_answers(self) -> None:
        """Raises ValueError if the model says nothing about a face."""
        kinds = [o.get("kind") for o in self.config["outputs"].values()]
        if kinds and all(kind == "features" for kind in kinds):
            raise ValueError(
                "Expected a preset that names expressions or gives valence "
                f"and arousal. Received: {self.name}, which gives features "
                "alone. Train a model on top of it: emoaff train RECIPE "
                "--set start=FOLDER."
            )

    def crop(self, image: np.ndarray, box) -> np.ndarray:
        """Cuts what this model expects around a detector's box.

        Args:
            image: `(height, width, 3)` uint8, RGB.
            box: `(x, y, w, h)` in pixels.

        Returns:
            `(size, size, 3)` uint8, RGB.
        """
        return crop_face(
            image, box, self.margin, self.size, self.interpolation, self.shape
        )

    def predict(
        self, crops, batch_size: int = 64, prior=None
    ) -> dict[str, np.ndarray]:
        """Runs the model on face crops.

        A crop is one face with the preset's margin already around it. It is
        resized to the model's input; one that is not square is first completed
        to a square by repeating its border, or for a preset of `shape`
        `"stretch"` loses its proportions.

        Args:
            crops: List or array of uint8 pictures, 0-255, any sizes: RGB
                `(height, width, 3)`, or grey `(height, width[, 1])`.
            batch_size: Pictures per call of the model.
            prior: See `with_prior`; `None` for the preset's.

        Returns:
            For each output its values, float32, in the order of `crops`; see
            `named`.

        Raises:
            ValueError: If a crop is no uint8 picture, the model takes no
                single pictures, or it has no such prior.
        """
        self.require_single_pictures()
        if prior is not None:
            return self.with_prior(prior).predict(crops, batch_size)
        pictures = [self._resized(crop, i) for i, crop in enumerate(crops)]
        if not pictures:
            blank = np.zeros((1, self.size, self.size, 3), np.uint8)
            answers = self.model.predict_on_batch(blank)
            return self.named({k: answer[:0] for k, answer in answers.items()})
        parts = [
            self.model.predict_on_batch(
                np.stack(pictures[start : start + batch_size])
            )
            for start in range(0, len(pictures), batch_size)
        ]
        return self.named(
            {
                name: np.concatenate([part[name] for part in parts])
                for name in parts[0]
            }
        )

    def take_apart(self) -> "SequenceModel":
        """Splits a model with a memory into image model and temporal head.

        Returns:
            The parts, made once; see
            `emoaff.presets.sequence_model.sequence_model`.

        Raises:
            ValueError: If it has no such parts, takes more than faces, or the
                preset that it takes features from is gone or another.
        """
        # Here, because it loads Keras, which a model of pictures does without.
        from emoaff.presets.sequence_model import sequence_model

        return sequence_model(self)

    def features(
        self, crops, layer: str = "features", batch_size: int = 64
    ) -> np.ndarray:
        """Computes what a layer of the image model makes of face crops.

        Args:
            crops: See `predict`.
            layer: Name of a layer; see
                `emoaff.presets.feature_model.build_feature_model`. Its model
                card says how wide the layer `features` is.
            batch_size: Pictures per call of the model.

        Returns:
            float32 `(n, width)`, in the order of `crops`.

        Raises:
            ValueError: If a crop is no uint8 picture, or the model has no such
                layer, or takes no pictures.

        Example:
        >>> preset = emoaff.load_preset("compact_ferplus")
        >>> preset.features(np.zeros((2, 60, 60, 3), np.uint8)).shape
        (2, 1024)
        """
        if self.takes_features or self.engine != "keras":
            raise ValueError(
                "Expected a preset with a Keras model of pictures. Received: "
                f"{self.name}, which takes features, is an exported file or "
                "was loaded for another engine. Name the preset that sees the "
                "faces, and load it for the engine keras."
            )
        # Here, because it loads Keras.
        from emoaff.presets.feature_model import build_feature_model

        model = build_feature_model(self.model, layer)
        pictures = [self._resized(crop, i) for i, crop in enumerate(crops)]
        parts = [
            model.predict_on_batch(np.stack(pictures[i : i + batch_size]))
            for i in range(0, len(pictures), batch_size)
        ]
        if not parts:
            return np.zeros((0, model.output_shape[-1]), np.float32)
        return np.concatenate(parts)

    def named(self, answers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Turns what the model puts out into what it means.

        Args:
            answers: Output name to float `(n, values)`; dimensions may also be
                `(n,)` each under its name, as files of other engines have them.

        Returns:
            `expression` for the preset's `prior`, other classes as they are,
            `(n, classes)` in the order of the preset's `classes`. Dimensions
            each under its name, `valence` and `arousal` `(n,)`, clipped to
            their range [-1, 1]: these outputs are linear and may leave it. NaN
            stays NaN.
        """
        outputs, named = self.config["outputs"], {}
        for name, values in answers.items():
            kind = outputs.get(name, {}).get("kind")
            if name == "expression" and self.prior is not None:
                named[name] = class_prior.reweigh(
                    values, self.model_prior, self.prior
                )
            elif kind == "dimensional" and values.ndim > 1:
                columns = enumerate(outputs[name]["names"])
                named |= {dimension: values[:, d] for d, dimension in columns}
            else:
                named[name] = values
        for output in outputs.values():
            if output.get("kind") == "dimensional":
                for name in named.keys() & set(output["names"]):
                    named[name] = np.clip(named[name], *output["range"])
        return named

    def _resized(self, crop, i):
        crop = np.asarray(crop)
        if crop.ndim == 2:
            crop = crop[..., np.newaxis]
        if (
            crop.ndim != 3
            or crop.shape[2] not in (1, 3)
            or crop.dtype != np.uint8
            or not crop.size
        ):
            raise ValueError(
                "Expected uint8 pictures (height, width, 3) in RGB or (height, "
                f"width) in grey. Received: crops[{i}] of shape {crop.shape} "
                f"and dtype {crop.dtype}."
            )
        if crop.shape[2] == 1:
            crop = np.repeat(crop, 3, axis=2)
        if crop.shape == (self.size, self.size, 3):
            return crop
        if self.shape == "stretch":
            return stretch(crop, self.size, self.interpolation)
        height, width = crop.shape[:2]
        return crop_face(
            crop, (0, 0, width, height), 0.0, self.size, self.interpolation
        )
