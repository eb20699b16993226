"""Imports Keras, on TensorFlow unless the environment says otherwise.

Losses, metrics and layers are written in `keras.ops`, and work on JAX and
PyTorch too. Everything else with Keras in it is for TensorFlow.
"""

import os
import pathlib

# On which losses, metrics and layers are tested.
BACKENDS = ("tensorflow", "jax", "torch")


def _import_keras():
    """Imports Keras, on TensorFlow whatever `keras.json` says.

    Raises:
        ImportError: If it is on a backend that emoaff does not know, or the
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
    if found not in BACKENDS:
        raise _refuse(found, asked)


def require_tensorflow(room: str) -> None:
    """Refuses another backend than TensorFlow.

    Args:
        room: What needs it, such as `emoaff.training`.

    Raises:
        ImportError: If Keras is on another one.
    """
    import keras

    found = keras.backend.backend()
    if found != "tensorflow":
        raise _refuse(found, os.environ.get("KERAS_BACKEND"), room)


def _refuse(found, asked, room=""):
    named = "the environment variable KERAS_BACKEND"
    if not asked:
        named = f"`backend` in {_keras_json()}"
    what = f"for {room}" if room else "(or JAX or PyTorch, for its losses)"
    return ImportError(
        f"emoaff needs Keras on TensorFlow {what}, since its corpora, data "
        "pipelines and exports are TensorFlow's; emoaff.losses, "
        "emoaff.metrics and emoaff.layers work on jax and torch too. "
        f"Received: the backend {found!r}, from {named}. Set "
        "KERAS_BACKEND=tensorflow before the program starts."
    )


def _keras_json():
    home = os.environ.get("KERAS_HOME")
    if not home:
        user = os.path.expanduser("~")
        home = pathlib.Path(user if os.access(user, os.W_OK) else "/tmp")
        home /= ".keras"
    return pathlib.Path(home) / "keras.json"


_import_keras()
