import json

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

import emoaff
from emoaff.exporting import read_metadata
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    preset = small_models.still_preset(folder / "small")
    return preset, emoaff.export(preset, folder / "small.tflite")


def runner(path):
    return Interpreter(str(path)).get_signature_runner("serving_default")


def test_a_still_answers_as_keras_one_face_at_a_time(still):
    preset, report = still
    faces = small_models.noise(4)
    expected = small_models.by_hand(preset, faces)
    run = runner(report.path)
    for i, face in enumerate(faces):
        answers = run(face=face[np.newaxis])
        for name, values in expected.items():
            np.testing.assert_allclose(answers[name][0], values[i], atol=1e-5)


def test_the_metadata_can_be_read_without_emoaff(still):
    _, report = still
    model = schema.Model.GetRootAs(report.path.read_bytes())
    entries = {
        model.Metadata(i).Name(): model.Metadata(i).Buffer()
        for i in range(model.MetadataLength())
    }
    text = model.Buffers(entries[b"emoaff.json"]).DataAsNumpy().tobytes()
    about = json.loads(text)
    assert about == read_metadata(report.path)
    assert about["inputs"]["face"]["shape"] == [1, 24, 24, 3]
    assert about["name"] == "small"


@pytest.mark.parametrize("temporal", ["lstm", "gru"])
def test_a_stream_answers_as_the_sequence_model(tmp_path, temporal):
    preset = small_models.sequence_preset(tmp_path / "p", temporal=temporal)
    report = emoaff.export(preset, tmp_path / "stream.tflite")
    run, faces = runner(report.path), small_models.noise(1, 15)
    expected = preset.model.predict_on_batch(np.float32(faces))["expression"]
    states = {
        name: np.zeros(state["shape"], state["dtype"])
        for name, state in read_metadata(report.path)["states"].items()
    }
    for frame in range(15):
        answers = run(face=faces[:, frame], **states)
        states = {name: answers[f"next_{name}"] for name in states}
        np.testing.assert_allclose(
            answers["expression"], expected[:, frame], atol=1e-5
        )


def test_a_sequence_of_a_fixed_length_answers_each_frame(tmp_path):
    preset = small_models.sequence_preset(tmp_path / "p")
    report = emoaff.export(
        preset, tmp_path / "all.tflite", form="sequence", frames=9, batch=2
    )
    faces = small_models.noise(2, 9)
    answers = runner(report.path)(face=faces)
    expected = preset.model.predict_on_batch(np.float32(faces))
    np.testing.assert_allclose(
        answers["expression"], expected["expression"], atol=1e-5
    )
    assert answers["valence"].shape == (2, 9)


@pytest.mark.parametrize("precision", ["float16", "dynamic", "int8"])
def test_a_smaller_precision_is_near_enough(still, tmp_path, precision):
    preset, full = still
    faces = small_models.plain_faces(preset, 64)
    out = tmp_path / "small.tflite"
    report = emoaff.export(preset, out, quantize=precision, calibration=faces)
    run = runner(out)
    best = [run(face=face[np.newaxis])["expression"].argmax() for face in faces]
    expected = small_models.by_hand(preset, faces)["expression"].argmax(1)
    assert (best == expected).mean() == report.comparison.agreement >= 0.97
    types = {t["dtype"] for t in Interpreter(str(out)).get_tensor_details()}
    assert (np.float16 if precision == "float16" else np.int8) in types
