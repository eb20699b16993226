"""Reads another system's file, and saves what came out as a preset.

What is public here:

    convert(source, kind, **settings) -> Conversion
    save(conversion, out) -> folder
"""

import dataclasses
import inspect
import os
import pathlib
import shlex

from emoaff import presets
from emoaff.convert.conversion import Conversion
from emoaff.convert.origin import find_prefix
from emoaff.convert.origin import hash_files
from emoaff.convert.recognition import recognise
from emoaff.convert.systems.catalogue import SOURCES
from emoaff.layers.keras_settings import use_own_settings
from emoaff.presets import model_card
from emoaff.presets.whole_folder import write_whole


@use_own_settings("float32")
def convert(
    source: str | os.PathLike, kind: str | None = None, **settings
) -> Conversion:
    """Reads a file of another system's weights.

    Args:
        source: The file; of a TensorFlow checkpoint, its prefix.
        kind: One of `SOURCES`. Defaults to what the file looks like.
        **settings: See the function in `SOURCES`; texts are read as the type
            that the setting has.

    Returns:
        The network, and in `config["provenance"]["origin"]` where it is from.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the kind or a setting is unknown, the file looks like
            none of the kinds, or does not hold the network.

    Example:
    >>> found = convert("lstm.safetensors", features_from="my_preset")
    >>> found.model.input_shape, found.config["outputs"]["expression"]["kind"]
    ((None, 10, 512), 'probabilities')
    """
    notes = ()
    if kind is None:
        kind = recognise(source, SOURCES)
        notes = (f"The file looks like one of {kind} and was read as such.",)
    if kind not in SOURCES:
        raise ValueError(
            f"`kind` must be one of {', '.join(sorted(SOURCES))}. Received: "
            f"kind={kind!r}. See what they are with emoaff convert --list."
        )
    settings = _typed(SOURCES[kind], kind, settings)
    found = SOURCES[kind](source, **settings)
    notes += tuple(found.notes)
    origin = {
        "system": kind,
        "files": hash_files(source),
        "weights": len(found.model.get_weights()),
        "settings": settings,
    }
    provenance = {
        **found.config.get("provenance", {}),
        "origin": origin,
        "notes": list(notes),
    }
    return dataclasses.replace(
        found,
        config={**found.config, "provenance": provenance},
        notes=notes,
    )


@use_own_settings("float32")
def save(
    conversion: Conversion, out: str | os.PathLike, dtype: str = "float32"
) -> pathlib.Path:
    """Saves a conversion as a preset with its card.

    Args:
        conversion: Of `convert`.
        out: The preset's folder. A preset there is replaced; it is there as a
            whole or not at all.
        dtype: See `emoaff.presets.save_preset`; `"float32"` keeps the
            system's numbers.

    Returns:
        The folder.

    Raises:
        ValueError: If `out` is something else than a preset, or the preset
            that the model takes features from.

    Example:
    >>> found = convert("lstm.safetensors", features_from="my_preset")
    >>> save(found, "converted").name
    'converted'
    >>> emoaff.load_preset("converted").window
    10
    """
    out = pathlib.Path(os.path.abspath(out))
    _refuse_other(out, conversion.config["input"].get("features_from"))
    config = {**conversion.config, "name": out.name}
    origin = config["provenance"].get("origin")
    if origin:
        command = _command(origin, config["input"], out.name)
        config["provenance"] = {
            **config["provenance"],
            "convert_command": command,
        }
    with write_whole(out) as half:
        presets.save_preset(conversion.model, half, config, dtype)
        card = model_card.render(out.name, presets.read_config(half))
        (half / presets.CARD).write_text(card, "utf-8")
    return out


def _typed(function, kind, settings):
    """The settings as the types of the function's defaults."""
    known = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    return {
        name: _convert_value(type(known[name]), name, value)
        if name in known
        else _refuse(name, kind, known)
        for name, value in settings.items()
    }


def _refuse(name, kind, known):
    raise ValueError(
        f"Expected of {kind} one of the settings "
        f"{', '.join(sorted(known)) or '(there are none)'}. Received: {name}."
    )


def _convert_value(wanted, name, value):
    if not isinstance(value, str) or wanted in (str, type(None)):
        return os.fspath(value) if isinstance(value, os.PathLike) else value
    try:
        if wanted is bool:
            return {"true": True, "false": False}[value.lower()]
        return wanted(value)
    except (ValueError, KeyError) as error:
        raise ValueError(
            f"Expected `{name}` as {wanted.__name__}. Received: {value!r}."
        ) from error


def _refuse_other(out, features_from):
    if features_from and os.path.abspath(features_from) == os.fspath(out):
        raise ValueError(
            "Expected another folder than that of the preset whose features "
            f"are taken. Received: {out}. Choose another --out."
        )
    preset = (out / presets.CONFIG).is_file()
    empty = out.is_dir() and not any(out.iterdir())
    if out.exists() and not preset and not empty:
        raise ValueError(
            f"Expected a new folder, or a preset to replace, for the result. "
            f"{out} is something else. Choose another --out."
        )


def _command(origin, taken, name):
    """Returns the command that converts the same file again."""
    # Of a checkpoint's files their common name.
    source = find_prefix(pathlib.Path(min(origin["files"], key=len)))
    parts = ["emoaff", "convert", os.fspath(source)]
    parts += ["--from", origin["system"], "--out", name]
    for setting, value in origin["settings"].items():
        if setting == "features_from":
            parts += ["--features-from", os.fspath(value)]
        else:
            parts += ["--set", f"{setting}={value}"]
    return shlex.join(parts)
