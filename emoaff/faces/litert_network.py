"""Networks as LiteRT files, run without TensorFlow."""

import collections
import contextlib
import importlib
import os
import pathlib
import threading
import types
from collections.abc import Callable

import numpy as np

from emoaff.progress.silence import silence_output

ENGINES = ("auto", "litert", "keras")
SIGNATURE = "serving_default"
# Shapes of inputs that stay ready: a detector's pyramid has about ten, and
# another ten with a border.
_KEPT = 24
_LARGEST = 1_000_000  # numbers in an input that stays ready
# LiteRT prints how it runs, once a process. Then standard error is left alone,
# since other threads write there, too.
_has_printed = threading.Event()


class LiteRTNetwork:
    """A LiteRT file with one input, for every shape of it that the file takes.

    For each shape the file is made ready once, which takes some milliseconds;
    the latest shapes stay ready.

    Args:
        path: The `.tflite` file, with the signature `serving_default`.
        threads: How many a call may use.

    Raises:
        ImportError: If `ai_edge_litert` cannot be imported.
        ValueError: If the file is none that it can read.

    Example:
    >>> from emoaff.faces.mtcnn_networks import FOLDER
    >>> network = LiteRTNetwork(FOLDER / "rnet.tflite")
    >>> answers = network(np.zeros((1, 24, 24, 3), "float32"))
    >>> {name: values.shape for name, values in sorted(answers.items())}
    {'faces': (1, 2), 'offsets': (1, 4)}
    """

    engine = "litert"  # of a preset with such a file in place of a Keras model

    def __init__(self, path: str | os.PathLike, threads: int = 1):
        self._path, self._threads = pathlib.Path(path), threads
        self._data = self._path.read_bytes()
        self._lock = threading.Lock()
        self._ready: collections.OrderedDict = collections.OrderedDict()
        runner, _ = self._make_ready(None)
        (self._input,) = runner.get_input_details()

    def __call__(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Runs the network; gives its outputs by name."""
        with self._lock:
            runner = self._ready.pop(values.shape, None)
            if runner is None:
                runner, answers = self._make_ready(values)
            else:
                answers = runner(**{self._input: values})
            if values.size <= _LARGEST:
                self._ready[values.shape] = runner
            if len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
        return answers

    def predict_on_batch(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Runs a network that takes batches of one, on each of a batch.

        One by one: a batch takes as long or longer, since what one needs stays
        in the processor's cache, and each of its sizes would have to be made
        ready first.

        Args:
            values: `(n, ...)`, `n` at least 1.

        Returns:
            The outputs by name, `(n, ...)`.
        """
        answers = [self(values[i : i + 1]) for i in range(len(values))]
        return {
            name: np.concatenate([answer[name] for answer in answers])
            for name in answers[0]
        }

    def _make_ready(self, values):
        """Reads the file for a shape of input; gives its answers, too."""
        litert, answers = require_litert(), None
        try:
            with _silence_first_run():
                interpreter = litert.Interpreter(
                    model_content=self._data, num_threads=self._threads
                )
                runner = interpreter.get_signature_runner(SIGNATURE)
                if values is not None:
                    answers = runner(**{self._input: values})
                    _has_printed.set()
                return runner, answers
        except (RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ValueError(
                f"Expected a LiteRT file that can be read. {self._path} is "
                f"damaged, or needs a newer ai-edge-litert ({reason}). Take a "
                "fresh copy, or choose the engine keras."
            ) from error


def _silence_first_run():
    if _has_printed.is_set():
        return contextlib.nullcontext()
    return silence_output()


def run_each(
    network: LiteRTNetwork, outputs: tuple[str, ...]
) -> Callable[[np.ndarray], list[np.ndarray]]:
    """Makes a function that runs a network on each of a batch.

    Args:
        network: Takes batches of one.
        outputs: Names of outputs, in the order in which they are wanted.
    """

    def run(values):
        answers = network.predict_on_batch(values)
        return [answers[output] for output in outputs]

    return run


def has_litert() -> bool:
    """Returns whether LiteRT files can be run here."""
    try:
        require_litert()
    except ImportError:
        return False
    return True


def require_litert() -> types.ModuleType:
    """Imports LiteRT's interpreter.

    Raises:
        ImportError: If that is not possible; one sentence that says what to
            do.
    """
    try:
        return importlib.import_module("ai_edge_litert.interpreter")
    except ImportError as error:
        raise ImportError(
            "Expected the package ai-edge-litert for the engine litert. It "
            f"cannot be imported ({error}). Run: pip install ai-edge-litert, "
            "or choose the engine keras."
        ) from error


def check_engine(engine: str) -> str:
    """Returns one of `ENGINES`.

    Raises:
        ValueError: If it is none.
    """
    if engine not in ENGINES:
        raise ValueError(
            f"Expected an engine, one of {', '.join(ENGINES)}. Received: "
            f"engine={engine!r}."
        )
    return engine
