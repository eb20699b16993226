"""Presets: a model with everything needed to use it, in one folder.

A preset folder holds `config.json` (architecture, label space, outputs with
ranges, input size, crop, licence, provenance, scores), `model.weights.h5` and
`README.md`, the model card.

`outputs` in `config.json` names what the model puts out, each with its `kind`:

- `"probabilities"`: of `classes`, which sum to 1.
- `"probabilities of each"`: of `classes`, several of which may hold at once.
- `"dimensional"`: real numbers, `names` in their order, within `range`.

`expression` may have a `class_prior`, the share of each class in the training
data in the order of `classes`, which `Preset.with_prior` takes out.

`input` has the `size` of the pictures, or `kind` `"features"`: then the model
takes what the layer `features` of another preset, `features_from`, makes of
each picture. `input.sides` has the features of other modalities that the model
takes beside them, or with `faces` false alone: their `names` in order, and the
`rule` that brings them to frames. `sampling.window` is how many frames in a row
it takes at once.
"""

import json
import os
import pathlib
from typing import TYPE_CHECKING

from emoaff import labels
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.faces.litert_network import check_engine
from emoaff.presets import engine_file
from emoaff.presets.config_check import check_config
from emoaff.presets.config_check import parse_json
from emoaff.presets.hub import fetch_preset
from emoaff.presets.hub import is_hub_name
from emoaff.presets.other_forms import find_loader
from emoaff.presets.preset import Preset
from emoaff.presets.whole_folder import open_hidden
from emoaff.presets.whole_folder import put_in_place
from emoaff.presets.whole_folder import write_whole
from emoaff.progress import describe_names

if TYPE_CHECKING:
    import keras

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
CARD = "README.md"
_OF_RUN = "preset"  # a run's folder that holds its preset
_FORMAT = 1
_BUILT_IN = pathlib.Path(__file__).parent / "files"
_CHECKOUT = pathlib.Path(__file__).parents[2] / "weights"
_LARGE = ("resnet50_ferplus",)
# Trained on data that only research may use.
_RESEARCH = ("cnn_lstm_affect",)


def list_presets() -> list[str]:
    """Returns the names of the presets that are there, sorted.

    They lie in the installed package, in the folder that the environment
    variable `EMOAFF_HOME` names, and in `weights` of a clone of emoaff that it
    is installed from with `pip install -e`, or that the current folder is in.

    Example:
    >>> "compact_ferplus" in list_presets()
    True
    """
    return sorted(_named())


def is_named(path: str | os.PathLike) -> bool:
    """Returns whether a folder is one of those that `list_presets()` lists.

    Example:
    >>> is_named(find("compact_ferplus")), is_named("my_preset")
    (True, False)
    """
    named = _named().get(pathlib.Path(path).name)
    return named is not None and named.samefile(path)


def find(name_or_path: str | os.PathLike) -> pathlib.Path:
    """Returns the folder of a preset: that of a run is in it, `preset`.

    Raises:
        ValueError: If it is no name of `list_presets()` and no preset folder.

    Example:
    >>> find("compact_ferplus").name, find("my_preset").name
    ('compact_ferplus', 'my_preset')
    """
    if is_hub_name(name_or_path):
        return fetch_preset(name_or_path)
    named = _named()
    if str(name_or_path) in named:
        return named[str(name_or_path)]
    path = pathlib.Path(name_or_path)
    if (path / _OF_RUN / CONFIG).is_file():
        return path / _OF_RUN
    if not (path / CONFIG).is_file():
        if str(name_or_path) in _LARGE + _RESEARCH:
            why = "too large" if str(name_or_path) in _LARGE else "for research"
            raise ValueError(
                f"The preset {name_or_path} is {why}, so not in the installed "
                f"package. Expected its folder in {_CHECKOUT.name}/ of a clone "
                f"of emoaff that you are in, or in $EMOAFF_HOME. "
                f"{_describe_home()} Go to the clone, or type: "
                f"export EMOAFF_HOME=/path/to/the/clone/{_CHECKOUT.name}"
            )
        raise ValueError(
            f"No preset {str(name_or_path)!r}."
            + describe_names(
                str(name_or_path),
                list_presets(),
                "emoaff models",
                f"a folder that holds {CONFIG} and {WEIGHTS}, or that of a run "
                "(the --out of emoaff train)",
            )
            + _name_runs(path)
        )
    return path


def _name_runs(folder):
    """Names runs within a folder, where it was given in place of one."""
    within = folder.glob(f"*/{_OF_RUN}/{CONFIG}")
    runs = sorted(str(config.parent.parent) for config in within)
    if not runs:
        return ""
    more = f" and {len(runs) - 3} more" if len(runs) > 3 else ""
    return f" It holds runs: {', '.join(runs[:3])}{more}. Name one."


def _name_preset(path, config):
    """Its folder's name; that of the run where it is the one of a run."""
    if path.name != _OF_RUN:
        return path.name
    return config.get("name") or path.resolve().parent.name


def _named():
    """Name to folder; the package's own come first."""
    places = [_BUILT_IN]
    # Beside an installed package lie other people's folders.
    if _CHECKOUT.with_name("setup.cfg").is_file():
        places.append(_CHECKOUT)
    places += _find_clone()
    if os.environ.get("EMOAFF_HOME"):
        places.insert(1, pathlib.Path(os.environ["EMOAFF_HOME"]))
    found = {}
    for place in places:
        for config in sorted(place.glob(f"*/{CONFIG}")):
            found.setdefault(config.parent.name, config.parent)
    return found


def _find_clone():
    """`weights` of the clone that one stands in, if emoaff is installed."""
    here = pathlib.Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "emoaff" / "presets" / "folder.py").is_file():
            return [folder / _CHECKOUT.name]
    return []


def _describe_home():
    home = os.environ.get("EMOAFF_HOME")
    return f"It is {home}." if home else "That is not set."


def read_config(name_or_path: str | os.PathLike) -> dict:
    """Reads a preset's `config.json` without building its model.

    Raises:
        ValueError: If there is no such preset, or its `config.json` is
            damaged or of a later format, or it is a run that has not ended.

    Example:
    >>> config = read_config("my_preset")
    >>> config["input"]["size"], sorted(config["outputs"])
    (48, ['expression', 'valence_arousal'])
    """
    folder = find(name_or_path)
    path = folder / CONFIG
    refuse_pointer(path, f"a preset's {CONFIG}")
    try:
        config = parse_json(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(
            f"Expected a preset's {CONFIG} in {folder}. The one there is "
            f"damaged ({type(error).__name__}: {error}). Take a fresh copy."
        ) from error
    if isinstance(config, dict):
        if "recipe" in config and "format" not in config:
            raise ValueError(
                f"The run in {folder} has not ended, so it has no preset yet. "
                f"Go on with it by `emoaff train {config['recipe']} "
                f"--data-dir DIR --out {folder} --resume`."
            )
        found = config.get("format")
        if type(found) is int and found > _FORMAT:
            raise ValueError(
                f"The preset in {folder} has format {found}, and this emoaff "
                f"reads up to {_FORMAT}. Install a newer emoaff."
            )
    check_config(config, path)
    return config


def load_preset(
    name_or_path: str | os.PathLike, engine: str = "keras"
) -> Preset:
    """Loads a preset.

    Args:
        name_or_path: A name of `list_presets()`, `hf://user/name@revision`
            (extra `[hub]`), or the path of a preset folder, or of a run that
            has ended, or of a file that `emoaff.export` made (`.onnx`,
            `.tflite`, or a SavedModel folder).
        engine: What its model runs on. `"keras"`: a `keras.Model`.
            `"litert"`: the LiteRT file that lies in a shipped preset's folder,
            whose card says how near it is, and needs no TensorFlow.
            `"auto"`: that file where there is one and `ai_edge_litert` is
            installed, else Keras.

    Returns:
        The preset, with its weights.

    Raises:
        ValueError: If there is no such preset, a file of it is damaged, or it
            has no LiteRT file of its weights and that was asked for.
        FileNotFoundError: If its weight file is missing.
        ImportError: If `ai_edge_litert` was asked for and cannot be imported.

    Example:
    >>> preset = load_preset("compact_ferplus")
    >>> preset.labels.classes[:4]
    ('neutral', 'happiness', 'surprise', 'sadness')
    """
    check_engine(engine)
    load = find_loader(name_or_path)
    if load is not None:
        return load(name_or_path)
    path = find(name_or_path)
    config = read_config(path)
    weights = _find_weights(path, config)
    model = None
    if engine != "keras":
        model = engine_file.open_model(path, config, engine)
    model = model or _load_keras_model(path, config, weights)
    expression = config["outputs"].get("expression", {})
    space = None
    if "classes" in expression:
        space = labels.LabelSpace(
            expression["label_space"], tuple(expression["classes"])
        )
    return Preset(_name_preset(path, config), path, config, model, space)


def _find_weights(path, config):
    """Finds the weights, which every engine wants to be those of the config."""
    weights = path / config["weights"]["file"]
    if not weights.is_file():
        raise FileNotFoundError(
            f"Expected the weights of the preset in {path}. There is no "
            f"{weights.name}. Take a fresh copy of the folder."
        )
    refuse_pointer(weights, "the weights of a preset")
    if engine_file.compute_sha256(weights) != config["weights"]["sha256"]:
        raise ValueError(
            f"The weights in {weights} are not those that {CONFIG} names: the "
            "checksum differs, so the file is damaged or was replaced. Take a "
            "fresh copy of the folder."
        )
    return weights


def _load_keras_model(path, config, weights):
    # Here, because they load TensorFlow.
    from emoaff.layers.backend import require_tensorflow
    from emoaff.presets import architecture
    from emoaff.presets import weights_file

    require_tensorflow("presets")

    stored = weights_file.count_values(weights)
    model = architecture.build_model(
        config["architecture"], stored, path / CONFIG
    )
    architecture.check_fit(model, config, path / CONFIG)
    weights_file.load(model, weights)
    return model


def save_preset(
    model: "keras.Model",
    path: str | os.PathLike,
    config: dict,
    dtype: str = "float16",
) -> pathlib.Path:
    """Writes a preset folder; an old one at `path` is replaced as a whole.

    Weights are computed with as float32, also those of a model that was
    trained in mixed precision.

    Args:
        model: With a dict of named outputs.
        path: The folder.
        config: Everything for `config.json` but `format`, `architecture` and
            `weights`, which come from the model.
        dtype: How weights are stored: `"float16"`, which halves the file,
            `"float32"`, which keeps them exactly, or `"int8"`, a quarter; see
            `emoaff.presets.weights_file.store`.

    Returns:
        The folder.

    Raises:
        ValueError: If `dtype` is none of these.

    Example:
    >>> model = emoaff.models.build_cnn_lstm(
    ...     frames=5,
    ...     backbone="small_cnn",
    ...     temporal_units=8,
    ...     heads="valence_arousal",
    ... )
    >>> model = keras.Model(model.input, {"valence_arousal": model.output})
    >>> config = {
    ...     "name": "moods",
    ...     "input": {"size": 48, "channels": "RGB", "range": [0, 255]},
    ...     "crop": {"margin": 0.2, "interpolation": "area"},
    ...     "sampling": {"rate_hz": 5, "window": 5},
    ...     "outputs": {
    ...         "valence_arousal": {
    ...             "kind": "dimensional",
    ...             "names": ["valence", "arousal"],
    ...             "range": [-1, 1],
    ...         }
    ...     },
    ... }
    >>> folder = save_preset(model, "moods", config)
    >>> load_preset(folder).dimensions
    ['valence', 'arousal']
    """
    # Here, because they load TensorFlow.
    from emoaff.presets import architecture
    from emoaff.presets import weights_file

    path = pathlib.Path(path)
    with write_whole(path) as half:
        full = half / f"full.{WEIGHTS}"
        model.save_weights(full)
        weights_file.store(full, half / WEIGHTS, dtype)
        full.unlink()
        write_config(
            half,
            {
                "format": _FORMAT,
                **config,
                "weights": {
                    "file": WEIGHTS,
                    "dtype": dtype,
                    "sha256": engine_file.compute_sha256(half / WEIGHTS),
                    "parameters": model.count_params(),
                },
                "architecture": architecture.describe_model(model),
            },
        )
    return path


def write_config(path: pathlib.Path, config: dict) -> None:
    """Writes `config.json` of the preset folder `path`.

    Example:
    >>> config = read_config("my_preset")
    >>> write_config(find("my_preset"), {**config, "licence": "MIT"})
    >>> read_config("my_preset")["licence"]
    'MIT'
    """
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    with open_hidden(path / CONFIG) as hidden:
        (hidden / CONFIG).write_text(text, "utf-8")
        put_in_place(hidden / CONFIG, path / CONFIG)
