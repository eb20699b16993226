import importlib.util
import pathlib

import cv2
import keras
import numpy as np
import pytest

from emoaff.faces import face_embedder
from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.models import build_mobilenet_v1

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    path = ROOT / "export" / "face_identity.py"
    spec = importlib.util.spec_from_file_location("face_identity", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("weights") / "a.weights.h5"
    model = build_mobilenet_v1()
    for variable in model.trainable_variables:
        if variable.path.endswith("kernel"):
            # Lively to the last layer: He's scale, of the inputs of a unit.
            depthwise = "dw" in variable.path
            inputs = 9 if depthwise else np.prod(variable.shape[:-1])
            draw = keras.random.normal(variable.shape, 0, (2 / inputs) ** 0.5)
            variable.assign(draw)
    model.save_weights(path)
    return path


def write_faces(folder, count):
    rng = np.random.default_rng(0)
    for split in ("FER2013Train", "FER2013Valid"):
        (folder / split).mkdir()
    for n in range(count):
        split = "FER2013Train" if n % 3 else "FER2013Valid"
        face = rng.integers(0, 256, (48, 48)).astype("uint8")
        cv2.imwrite(str(folder / split / f"fer{n:07}.png"), face)


def test_the_network_is_the_one_whose_weights_are_given(script, weights):
    faces = np.random.default_rng(1).uniform(0, 255, (2, 160, 160, 3))
    found = script.build(weights).predict(faces, verbose=0)
    whole = build_mobilenet_v1(script.SIDE, weights)
    expected = whole.predict(faces, verbose=0)
    assert 0.1 < expected.max() < 6 and expected.std() > 0.01
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_same_faces_are_drawn_each_time(script, tmp_path):
    write_faces(tmp_path, 9)
    faces = script.read_faces(tmp_path, 4)
    assert faces.shape == (4, 160, 160, 3) and faces.dtype == np.uint8
    np.testing.assert_array_equal(faces, script.read_faces(tmp_path, 4))
    with pytest.raises(FileNotFoundError, match="10 faces or more.*with 9"):
        script.read_faces(tmp_path, 10)


def test_the_centre_is_the_mean_of_roots(script):
    found = script.compute_centre(np.array([[4.0, -1.0], [16.0, 9.0]]))
    assert found.dtype == np.float16
    assert found.tolist() == [(2 + 4) / 2, (0 + 3) / 2]


@pytest.mark.slow  # the converter takes its time
def test_both_files_are_written_and_used(script, weights, tmp_path):
    pytest.importorskip("ai_edge_litert")
    (tmp_path / "faces").mkdir()
    write_faces(tmp_path / "faces", 400)
    likeness = script.main(weights, tmp_path / "faces", tmp_path / "out")
    assert -1 <= likeness <= 1  # noise is much alike, so it says no more
    shipped = LiteRTNetwork(face_embedder.FOLDER / face_embedder.NETWORK)
    made = LiteRTNetwork(tmp_path / "out" / face_embedder.NETWORK)
    face = np.random.default_rng(1).uniform(0, 255, (1, 160, 160, 3))
    face = face.astype("float32")
    (found,), (other,) = made(face).values(), shipped(face).values()
    expected = script.build(weights).predict(face, verbose=0)
    assert found.shape == other.shape == expected.shape == (1, 1024)
    assert np.corrcoef(found, expected)[0, 1] > 0.98
    centre = np.load(tmp_path / "out" / face_embedder.CENTRE)
    assert centre.shape == (1024,) and centre.dtype == np.float16
