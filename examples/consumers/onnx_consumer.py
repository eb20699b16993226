"""Runs an exported ONNX file without emoaff and without TensorFlow.

    pip install numpy onnxruntime opencv-python-headless
    python onnx_consumer.py MODEL.onnx FACE.jpg [FACE.jpg ...]

The pictures are face crops. A file of the streaming form takes them for
consecutive frames of one person and remembers.
"""

import json
import sys

import cv2
import numpy as np
import onnxruntime


def main(path, *pictures):
    """Prints what the model says about each picture."""
    session = onnxruntime.InferenceSession(path)
    about = session.get_modelmeta().custom_metadata_map["emoaff.json"]
    about = json.loads(about)
    _, height, width, _ = about["inputs"]["face"]["shape"]
    names = [output.name for output in session.get_outputs()]
    states = {
        name: np.zeros((1, *state["shape"][1:]), state["dtype"])
        for name, state in about["states"].items()
    }
    for picture in pictures:
        face = cv2.cvtColor(cv2.imread(picture), cv2.COLOR_BGR2RGB)
        face = cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA)
        inputs = {"face": face[np.newaxis], **states}
        answers = dict(zip(names, session.run(names, inputs), strict=True))
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
