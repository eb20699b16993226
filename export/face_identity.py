"""Writes the network that tells people's faces apart, and its centre.

    python export/face_identity.py WEIGHTS FACES [--out FOLDER]

WEIGHTS are those of a MobileNetV1 that was trained on VGGFace2, batch norm
folded in, as `build_mobilenet_v1(weights=)` reads them. FACES is FER+'s folder
with `FER2013Train` and `FER2013Valid`: 400 faces are drawn from it, of which 8
bits are fitted on 100, and all give the embeddings' centre. The files go to
FOLDER, by default into the package; to be run again whenever
`emoaff.faces.face_embedder` takes other crops.

It says how near the network in FOLDER is to that in float32.
"""

import argparse
import pathlib
import tempfile

import cv2
import keras
import numpy as np
import tensorflow as tf

from emoaff.exporting.eight_bit_products import round_products
from emoaff.faces import face_embedder
from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.models import build_mobilenet_v1
from emoaff.progress.silence import silence_output

SIDE = 160  # pixels; what `FaceEmbedder` gives
_FACES, _FITTED_ON = 400, 100
_SPLITS = ("FER2013Train", "FER2013Valid")
_MEAN = (-123.68, -116.779, -103.939)  # of red, green and blue


def read_faces(folder, count: int = _FACES) -> np.ndarray:
    """Draws faces, the same ones each time.

    Args:
        folder: With the splits' folders of 48x48 pictures.
        count: How many.

    Returns:
        `(count, 160, 160, 3)` uint8.

    Raises:
        FileNotFoundError: If there are too few.
    """
    paths = sorted(
        path
        for split in _SPLITS
        for path in pathlib.Path(folder, split).glob("*.png")
    )
    if len(paths) < count:
        raise FileNotFoundError(
            f"Expected {count} faces or more in {' and '.join(_SPLITS)}. "
            f"Received: {folder} with {len(paths)}. Name FER+'s own folder."
        )
    drawn = np.random.default_rng(0).choice(len(paths), count, replace=False)
    faces = []
    for number in drawn:
        grey = cv2.imread(str(paths[number]), cv2.IMREAD_GRAYSCALE)
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        faces.append(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
    return np.stack(faces)


def build(weights) -> keras.Model:
    """Builds the network without a layer that turns the order of colours.

    Here the first convolution takes them as they are, which is faster.
    """
    whole = build_mobilenet_v1(SIDE, weights, "imagenet_caffe")
    first = whole.get_layer("conv1")
    kernel, bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1], bias])
    network = keras.Model(first.input, whole.output)
    inputs = keras.Input((SIDE, SIDE, 3), name="face")
    x = keras.layers.Rescaling(1.0, offset=_MEAN)(inputs)
    return keras.Model(inputs, network(x))


def convert(model: keras.Model, faces: np.ndarray) -> bytes:
    """Returns the LiteRT file; its 8 bits are fitted on `faces`."""
    with tempfile.TemporaryDirectory() as folder, silence_output():
        model.export(folder, verbose=False)
        data = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return round_products(data, faces.astype("float32"))


def compute_centre(features: np.ndarray) -> np.ndarray:
    """Returns the mean of the roots of features, float16."""
    return np.sqrt(np.maximum(features, 0)).mean(axis=0).astype("float16")


def main(weights, faces, out=face_embedder.FOLDER) -> float:
    """Writes both files; returns and prints the mean likeness to float32."""
    out, faces = pathlib.Path(out), read_faces(faces)
    out.mkdir(parents=True, exist_ok=True)
    model = build(weights)
    features = model.predict(faces.astype("float32"), 32, verbose=0)
    centre = compute_centre(features)
    path = out / face_embedder.NETWORK
    path.write_bytes(convert(model, faces[:_FITTED_ON]))
    np.save(out / face_embedder.CENTRE, centre)
    network = LiteRTNetwork(path)
    likeness = []
    for face, expected in zip(
        faces[_FITTED_ON:], features[_FITTED_ON:], strict=True
    ):
        ((found,),) = network(face[None].astype("float32")).values()
        pair = [
            face_embedder.normalise(np.sqrt(np.maximum(x, 0)) - centre)
            for x in (found, expected)
        ]
        likeness.append(float(np.dot(*pair)))
    mean = float(np.mean(likeness))
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    print(f"likeness to float32: mean {mean:.4f}, least {min(likeness):.4f}")
    return mean


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("faces", type=pathlib.Path)
    parser.add_argument(
        "--out", type=pathlib.Path, default=face_embedder.FOLDER
    )
    main(**vars(parser.parse_args()))
