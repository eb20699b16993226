"""Runs a SavedModel in a process of its own, where there is no emoaff."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

_HERE = pathlib.Path(__file__).parent
# Only running.py comes along, which imports NumPy alone.
_PROGRAM = """
import json, runpy, sys
sys.modules["emoaff"] = None
model, running, inputs, outputs, threads, repeats = sys.argv[1:]
import numpy as np
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(int(threads))
tf.config.threading.set_inter_op_parallelism_threads(int(threads))
running = runpy.run_path(running)
loaded = tf.saved_model.load(model)
about = json.loads(open(model + "/assets/emoaff.json", "rb").read())
signature = loaded.signatures["serving_default"]
def run(inputs):
    given = {name: tf.constant(x) for name, x in inputs.items()}
    return {name: x.numpy() for name, x in signature(**given).items()}
faces = np.load(inputs)
answers = running["run_all"](run, about, faces)
ms = running["measure_milliseconds"](run, about, faces, int(repeats))
np.savez(outputs, _milliseconds=ms, **answers)
"""


def run_saved_model(
    path: pathlib.Path, faces: np.ndarray, threads: int = 1, repeats: int = 20
) -> tuple[dict[str, np.ndarray], float]:
    """Loads a SavedModel with TensorFlow alone and runs it over faces.

    Args:
        path: The folder.
        faces: See `emoaff.exporting.running.run_all`.
        threads: How many TensorFlow may use.
        repeats: Calls to take the median time of.

    Returns:
        The answers, and milliseconds per face.

    Raises:
        ValueError: If it cannot be loaded or run there.
    """
    with tempfile.TemporaryDirectory() as folder:
        inputs = pathlib.Path(folder) / "faces.npy"
        outputs = pathlib.Path(folder) / "answers.npz"
        np.save(inputs, faces)
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, path, _HERE / "running.py"]
            + [inputs, outputs, str(threads), str(repeats)],
            capture_output=True,
            text=True,
            cwd=folder,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ValueError(
                "Expected a SavedModel that TensorFlow loads and runs without "
                f"emoaff. {path} does not: {last}. Export a model of layers "
                "that Keras or emoaff know."
            )
        with np.load(outputs) as found:
            answers = dict(found)
    return answers, float(answers.pop("_milliseconds"))
