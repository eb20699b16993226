"""Arguments and messages shared by several commands."""

import argparse
import contextlib
import importlib
import os
import sys

PRIOR_HELP = (
    "how often to expect each class: as-trained, uniform, natural (everyday "
    "footage), or shares as neutral=.6,happiness=.2; default: as-trained"
)


def positive(text: str) -> int:
    """Reads an integer of 1 or more, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return number


def add_settings(command: argparse.ArgumentParser) -> None:
    """Adds `--set`."""
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the recipe, such as optimizer.learning_rate=1e-4; "
        "may be given several times",
    )


def overrides(texts: list[str]) -> dict[str, str]:
    """Returns what `--set` was given, as a dict; ValueError without a `=`."""
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise ValueError(f"Expected --set NAME=VALUE. Received: {wrong[0]}.")
    return dict(text.split("=", 1) for text in texts)


def sentence(error: Exception) -> str:
    """Returns an error as one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())


def complain(text: str) -> None:
    """Prints a mistake of the user's; what cannot be shown is escaped."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    print(f"emoaff: {shown}", file=sys.stderr)


@contextlib.contextmanager
def silence_startup():
    """Silences TensorFlow's start-up, which writes past Python's streams.

    Only the command does this, never a program that imports emoaff.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Here, since `emoaff --help` needs none of it.
    from emoaff.progress.silence import silence_output

    with silence_output():
        yield


def start_keras() -> None:
    """Imports Keras and TensorFlow without what they print."""
    with silence_startup():
        importlib.import_module("emoaff.layers")
