"""Runs an exported LiteRT file without emoaff and without TensorFlow.

    pip install numpy ai-edge-litert opencv-python-headless
    python litert_consumer.py MODEL.tflite FACE.jpg [FACE.jpg ...]

The pictures are face crops. A file of the streaming form takes them for
consecutive frames of one person and remembers.
"""

import json
import pathlib
import sys

import cv2
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter


def metadata(path):
    """Reads the file's own metadata."""
    model = schema.Model.GetRootAs(pathlib.Path(path).read_bytes())
    entries = (model.Metadata(i) for i in range(model.MetadataLength()))
    (entry,) = (e for e in entries if e.Name() == b"emoaff.json")
    return json.loads(model.Buffers(entry.Buffer()).DataAsNumpy().tobytes())


def main(path, *pictures):
    """Prints what the model says about each picture."""
    about, run = metadata(path), Interpreter(path).get_signature_runner()
    _, height, width, _ = about["inputs"]["face"]["shape"]
    states = {
        name: np.zeros(state["shape"], state["dtype"])
        for name, state in about["states"].items()
    }
    for picture in pictures:
        face = cv2.cvtColor(cv2.imread(picture), cv2.COLOR_BGR2RGB)
        face = cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA)
        answers = run(face=face[np.newaxis], **states)
        for name, state in about["states"].items():
            states[name] = answers.pop(state["next"])
        said = []
        for name, output in about["outputs"].items():
            values = answers[name][0]
            if "classes" in output:
                best = int(values.argmax())
                said.append(f"{output['classes'][best]} {values[best]:.2f}")
            else:
                said.append(f"{name} {values.astype(float).round(2)}")
        print(f"{picture}: {', '.join(said)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
