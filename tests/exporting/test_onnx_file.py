import json

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

import emoaff
from emoaff.exporting import read_metadata
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    preset = small_models.still_preset(folder / "small")
    report = emoaff.export(preset, folder / "small.onnx")
    return preset, report


@pytest.fixture(scope="module")
def sequence(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sequence")
    return small_models.sequence_preset(folder / "clips")


def session(path):
    return onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )


def run(path, **inputs):
    """The file's outputs by name, through onnxruntime alone."""
    opened = session(path)
    names = [output.name for output in opened.get_outputs()]
    return dict(zip(names, opened.run(names, inputs), strict=True))


@pytest.mark.parametrize("people", [1, 5])
def test_a_still_answers_as_keras_in_any_batch(still, people):
    preset, report = still
    faces = small_models.noise(people)
    answers = run(report.path, face=faces)
    expected = small_models.by_hand(preset, faces)
    assert sorted(answers) == ["arousal", "expression", "valence"]
    for name, values in expected.items():
        np.testing.assert_allclose(answers[name], values, atol=1e-5)


def test_affect_is_clipped_to_its_range(still):
    preset, report = still
    faces = small_models.noise(20)
    linear = preset.model.predict_on_batch(np.float32(faces))
    assert np.abs(linear["arousal_valence"]).max() > 1.02
    answers = run(report.path, face=faces)
    assert np.abs(answers["arousal"]).max() == 1


def test_the_file_says_what_it_is_to_plain_onnx(still):
    preset, report = still
    model = onnx.load(report.path)
    (entry,) = model.metadata_props
    about = json.loads(entry.value)
    assert (entry.key, about) == ("emoaff.json", read_metadata(report.path))
    assert about["outputs"]["expression"]["classes"] == list(
        small_models.CLASSES
    )
    assert about["outputs"]["valence"] == {
        "kind": "dimension",
        "range": [-1, 1],
    }
    assert about["inputs"]["face"] == {
        "shape": ["batch", 24, 24, 3],
        "dtype": "uint8",
        "channels": "RGB",
        "range": [0, 255],
    }
    assert about["preset"]["crop"] == {"margin": 0.25, "interpolation": "area"}
    assert about["weights_sha256"] == preset.config["weights"]["sha256"]
    assert about["licence"] == "for tests"
    assert about["emoaff"] == emoaff.__version__
    face = session(report.path).get_inputs()[0]
    assert (face.name, face.type) == ("face", "tensor(uint8)")
    assert face.shape == ["batch", 24, 24, 3]


def test_a_stream_answers_each_person_as_the_sequence_model(sequence, tmp_path):
    report = emoaff.export(sequence, tmp_path / "stream.onnx")
    assert report.form == "streaming"
    faces = small_models.noise(3, 20)
    expected = sequence.model.predict_on_batch(np.float32(faces))
    states = {
        name: np.zeros((3, *state["shape"][1:]), state["dtype"])
        for name, state in read_metadata(report.path)["states"].items()
    }
    assert sorted(states) == ["lstm_1_c", "lstm_1_h", "lstm_2_c", "lstm_2_h"]
    for frame in range(20):
        answers = run(report.path, face=faces[:, frame], **states)
        states = {name: answers[f"next_{name}"] for name in states}
        np.testing.assert_allclose(
            answers["expression"], expected["expression"][:, frame], atol=1e-5
        )
        np.testing.assert_allclose(
            answers["valence"],
            expected["arousal_valence"][:, frame, 1].clip(-1, 1),
            atol=1e-5,
        )


def test_a_sequence_takes_any_batch_and_length(sequence, tmp_path):
    report = emoaff.export(sequence, tmp_path / "all.onnx", form="sequence")
    for people, frames in ((1, 7), (2, 11)):
        faces = small_models.noise(people, frames)
        answers = run(report.path, face=faces)
        expected = sequence.model.predict_on_batch(np.float32(faces))
        np.testing.assert_allclose(
            answers["expression"], expected["expression"], atol=1e-5
        )
    shape = session(report.path).get_inputs()[0].shape
    assert shape == ["batch", "frames", 24, 24, 3]


def test_a_window_of_features_is_exported_with_its_image_model(tmp_path):
    preset = small_models.window_preset(tmp_path)
    image = emoaff.load_preset(tmp_path / "image").model
    faces = small_models.noise(2, 4)
    features = np.stack(
        [
            keras.Model(image.inputs, image.get_layer("features").output)(
                np.float32(person)
            )
            for person in faces
        ]
    )
    expected = np.asarray(preset.model(features)["expression"])
    whole = emoaff.export(preset, tmp_path / "window.onnx", form="window")
    answers = run(whole.path, face=faces)
    np.testing.assert_allclose(answers["expression"], expected, atol=1e-5)

    stream = emoaff.export(preset, tmp_path / "stream.onnx")
    about = read_metadata(stream.path)
    assert about["states"]["recent"]["shape"] == ["batch", 4, 8]
    states = {"recent": np.zeros((2, 4, 8), np.float32)}
    states["count"] = np.zeros((2, 1), np.int32)
    for frame in range(4):
        answers = run(stream.path, face=faces[:, frame], **states)
        states = {name: answers[f"next_{name}"] for name in states}
    np.testing.assert_allclose(answers["expression"], expected, atol=1e-5)


@pytest.mark.parametrize("precision", ["float16", "dynamic", "int8"])
def test_a_smaller_precision_is_near_enough_and_smaller(
    still, tmp_path, precision
):
    preset, full = still
    faces = small_models.plain_faces(preset, 64)
    report = emoaff.export(
        preset,
        tmp_path / "small.onnx",
        quantize=precision,
        calibration=faces,
    )
    answers = run(report.path, face=faces)
    expected = small_models.by_hand(preset, faces)
    same = answers["expression"].argmax(1) == expected["expression"].argmax(1)
    assert same.mean() == report.comparison.agreement >= 0.97
    assert report.comparison.answers == 64
    if precision == "float16":
        assert 0 < report.comparison.largest < 1e-2
    assert read_metadata(report.path)["precision"] == precision
    types = {w.data_type for w in onnx.load(report.path).graph.initializer}
    kept = {"float16": 10, "dynamic": 3, "int8": 3}[precision]
    assert kept in types
