"""Imports Keras on TensorFlow, before anything else of emoaff does."""

import os
import pathlib


def _import_keras():
    """Imports Keras on TensorFlow, whatever `keras.json` says.

    Raises:
        ImportError: If it is imported on another backend already, or the
            environment or `keras.json` does not let it start.
    """
    asked = os.environ.get("KERAS_BACKEND")
    # For this import alone: what else runs here may want another backend.
    os.environ["KERAS_BACKEND"] = asked or "tensorflow"
    try:
        import keras

        found = keras.backend.backend()
    except Exception as error:
        found = asked or "tensorflow"
        if found == "tensorflow":
            if isinstance(error, ImportError):
                raise
            raise ImportError(
                f"Expected settings that Keras can start with in "
                f"{_keras_json()}. Keras stops at them "
                f"({type(error).__name__}: {error}). Mend or delete that file."
            ) from error
    finally:
        if asked is None:
            del os.environ["KERAS_BACKEND"]
        else:
            os.environ["KERAS_BACKEND"] = asked
    if found != "tensorflow":
        named = "the environment variable KERAS_BACKEND"
        if not asked:
            named = f"`backend` in {_keras_json()}"
        raise ImportError(
            "emoaff needs Keras on TensorFlow, since its corpora, data "
            "pipelines and exports are TensorFlow's. Received: the backend "
            f"{found!r}, from {named}. Set KERAS_BACKEND=tensorflow before "
            "the program starts."
        )


def _keras_json():
    home = os.environ.get("KERAS_HOME")
    if not home:
        user = os.path.expanduser("~")
        home = pathlib.Path(user if os.access(user, os.W_OK) else "/tmp")
        home /= ".keras"
    return pathlib.Path(home) / "keras.json"


_import_keras()
