import subprocess
import sys

import numpy as np
import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import Video
from emoaff.faces import read_picture
from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.faces.mtcnn_networks import FOLDER
from emoaff.faces.mtcnn_networks import load_networks
from tests.sample import CLIP
from tests.sample import PORTRAIT


@pytest.fixture(scope="module")
def engines():
    return load_networks("keras"), load_networks("litert")


@pytest.mark.parametrize(
    ("number", "shape"),
    [
        (0, (1, 37, 52, 3)),
        (0, (1, 12, 12, 3)),
        (1, (5, 24, 24, 3)),
        (2, (3, 48, 48, 3)),
    ],
)
def test_the_shipped_files_are_the_networks_of_the_package(
    engines, number, shape
):
    noise = np.random.default_rng(0).normal(0, 0.5, shape).astype("float32")
    expected, found = (networks[number](noise) for networks in engines)
    assert len(found) == len(expected) > 1
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_both_engines_see_the_same_faces():
    keras, litert = (FaceDetector(engine=name) for name in ("keras", "litert"))
    picture = read_picture(PORTRAIT).image
    frames = [frame.image for frame in Video(CLIP)][::20]
    for image in [picture, picture[:300, 150:], *frames]:
        expected, found = keras.examine(image), litert.examine(image)
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours.box, theirs.box, atol=0.01)
            assert ours.score == pytest.approx(theirs.score, abs=1e-4)
            np.testing.assert_allclose(
                ours.landmarks, theirs.landmarks, atol=0.01
            )


def test_the_first_input_of_a_shape_is_run_once(monkeypatch):
    network, calls = LiteRTNetwork(FOLDER / "rnet.tflite"), []
    make_ready = network._make_ready

    def count(values):
        runner, answers = make_ready(values)
        return lambda **given: calls.append(given) or runner(**given), answers

    monkeypatch.setattr(network, "_make_ready", count)
    noise = np.random.default_rng(0).normal(0, 1, (1, 24, 24, 3))
    first, second = (network(noise.astype("float32")) for _ in range(2))
    assert len(calls) == 1  # of the second
    for name in second:
        np.testing.assert_array_equal(first[name], second[name])


def test_a_batch_is_answered_as_its_members_one_by_one():
    network = LiteRTNetwork(FOLDER / "rnet.tflite")
    noise = np.random.default_rng(0).normal(0, 1, (3, 24, 24, 3))
    noise = noise.astype("float32")
    answers = network.predict_on_batch(noise)
    assert sorted(answers) == ["faces", "offsets"]
    for name, values in answers.items():
        singly = [network(noise[i : i + 1])[name][0] for i in range(3)]
        assert len({each.tobytes() for each in singly}) == 3
        np.testing.assert_array_equal(values, singly)


_PROGRAM = """
import numpy as np
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.faces.mtcnn_networks import FOLDER
for threads in (1, 2):
    for side in (12, 30):
        network = LiteRTNetwork(FOLDER / "pnet.tflite", threads)
        network(np.zeros((1, side, side, 3), "float32"))
FaceEmbedder().embed([np.zeros((184, 184, 3), "uint8")])
"""


def test_litert_says_nothing_of_its_own():
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_what_others_say_later_is_heard(monkeypatch):
    network = LiteRTNetwork(FOLDER / "rnet.tflite")
    network(np.zeros((1, 24, 24, 3), "float32"))
    monkeypatch.setattr("emoaff.faces.litert_network.silence_output", None)
    network = LiteRTNetwork(FOLDER / "pnet.tflite")
    network(np.zeros((1, 24, 24, 3), "float32"))


def test_only_so_many_shapes_stay_ready(monkeypatch):
    monkeypatch.setattr("emoaff.faces.litert_network._KEPT", 3)
    monkeypatch.setattr("emoaff.faces.litert_network._LARGEST", 5000)
    network = LiteRTNetwork(FOLDER / "pnet.tflite")
    for side in (12, 14, 16, 18, 100):
        network(np.zeros((1, side, side, 3), "float32"))
    assert [shape[1] for shape in network._ready] == [14, 16, 18]


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="net.tflite is damaged") as caught:
        LiteRTNetwork(path)
    assert "\n" not in str(caught.value)
