"""Runs exported files with the runtimes they are made for."""

import os
import pathlib

import numpy as np

from emoaff.exporting.packages import require_package
from emoaff.exporting.saved_model_file import SIGNATURE
from emoaff.progress.silence import silence_output


def open_runtime(path: str | os.PathLike, threads: int = 1):
    """Opens an exported file.

    Args:
        path: An `.onnx` or `.tflite` file or a SavedModel folder.
        threads: How many the runtime may use; TensorFlow, which runs
            SavedModels, has one number of threads for the whole process and
            keeps it.

    Returns:
        A function of a dict of arrays by input name to a dict of arrays by
        output name.

    Raises:
        ImportError: If the runtime is not installed.
        ValueError: If the runtime cannot read the file.
    """
    path = pathlib.Path(path)
    openers = {".onnx": _open_onnx, ".tflite": _open_litert}
    opener = _saved_model if path.is_dir() else openers[path.suffix]
    try:
        return opener(path, threads)
    except ImportError:
        raise
    except Exception as error:  # each runtime has its own
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"Expected a file that its runtime can read. {path} is damaged, or "
            f"needs a newer runtime ({reason}). Export it again."
        ) from error


def _open_onnx(path, threads):
    runtime = require_package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = runtime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def run(inputs):
        answers = session.run(names, inputs)
        return dict(zip(names, answers, strict=True))

    return run


def _open_litert(path, threads):
    runtime = require_package("ai_edge_litert.interpreter")
    with silence_output():
        interpreter = runtime.Interpreter(str(path), num_threads=threads)
        interpreter.allocate_tensors()
    runner = interpreter.get_signature_runner(SIGNATURE)

    def run(inputs):
        return runner(**inputs)

    return run


def _saved_model(path, threads):
    del threads
    import tensorflow as tf

    # Kept, since the signature alone does not keep the weights alive.
    loaded = tf.saved_model.load(path)
    signature = loaded.signatures[SIGNATURE]

    def run(inputs):
        tensors = {name: tf.constant(x) for name, x in inputs.items()}
        answers = signature(**tensors)
        return {name: np.asarray(x) for name, x in answers.items()}

    run.loaded = loaded
    return run
