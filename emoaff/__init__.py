"""Emotions of faces on video: corpora, Keras models, training, prediction.

What is named here is imported when it is first used, and Keras, with
TensorFlow, by what needs it: prediction with shipped presets does not.
"""

import importlib
import importlib.abc
import os
import pathlib
import sys

from emoaff import labels
from emoaff.presets.other_forms import add_form
from emoaff.version import __version__
from emoaff.version import keep_old_names

_PACKAGES = (
    "corpora",
    "faces",
    "labels",
    "layers",
    "losses",
    "metrics",
    "models",
    "presets",
)
# Not for `from emoaff import *`, but `emoaff.training` works without an import.
_OTHERS = (
    "convert",
    "data",
    "evaluation",
    "exporting",
    "prediction",
    "recipes",
    "training",
)
_PLACES = {
    "evaluate": "emoaff.evaluation",
    "export": "emoaff.exporting",
    "load_preset": "emoaff.presets",
    "predict_video": "emoaff.prediction",
    "train": "emoaff.training",
}

__all__ = ["__version__", *_PACKAGES, *_PLACES]


def __getattr__(name):
    if name in _PACKAGES + _OTHERS:
        return importlib.import_module(f"emoaff.{name}")
    if name in _PLACES:
        value = getattr(importlib.import_module(_PLACES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'emoaff' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})


def _register_classes():
    """Imports the classes that saved models hold, which registers them."""
    for name in ("layers", "losses", "metrics"):
        importlib.import_module(f"emoaff.{name}")


def _is_exported(path):
    path = pathlib.Path(path)
    known = path.suffix in (".onnx", ".tflite")
    return known or (path / "saved_model.pb").is_file()


def _load_exported(path):
    return importlib.import_module("emoaff.exporting").load_exported(path)


class _KerasWatch(importlib.abc.MetaPathFinder):
    """Registers emoaff's classes as soon as anybody imports Keras.

    So `keras.saving.load_model` knows them after `import emoaff`, and who
    never imports Keras need not wait for it.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "keras":
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((each for each in found if each is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = self._watch(spec.loader.exec_module)
        return spec

    def _watch(self, run):
        def run_and_register(module):
            sys.meta_path.remove(self)
            # Whatever `keras.json` says; for this import alone, since what
            # else runs here may want another backend.
            given = "KERAS_BACKEND" in os.environ
            os.environ.setdefault("KERAS_BACKEND", "tensorflow")
            try:
                run(module)
            finally:
                if not given:
                    os.environ.pop("KERAS_BACKEND", None)
            # On another backend nothing of emoaff's runs, and says so when it
            # is asked for.
            if module.backend.backend() == "tensorflow":
                _register_classes()

        return run_and_register


if "keras" in sys.modules or (
    os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow"
):
    _register_classes()
else:
    sys.meta_path.insert(0, _KerasWatch())
add_form(_is_exported, _load_exported)
keep_old_names(labels.__name__)
