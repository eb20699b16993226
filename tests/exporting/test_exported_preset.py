import numpy as np
import pytest
import tensorflow as tf

import emoaff
from emoaff.presets import load_preset
from tests.data.small_corpus import SIDE
from tests.data.small_corpus import small_video
from tests.exporting import small_models

assert SIDE == small_models.SIDE


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """A still preset and its file, a preset of clips and its files."""
    folder = tmp_path_factory.mktemp("presets")
    still = small_models.still_preset(folder / "still")
    clips = small_models.sequence_preset(folder / "clips")
    emoaff.export(still, folder / "still.onnx")
    emoaff.export(still, folder / "still.tflite")
    emoaff.export(clips, folder / "stream.onnx")
    emoaff.export(clips, folder / "all.onnx", form="sequence")
    return folder


@pytest.mark.parametrize("name", ["still.onnx", "still.tflite"])
def test_a_file_predicts_as_its_preset(presets, name):
    before, after = load_preset(presets / "still"), load_preset(presets / name)
    crops = list(small_models.noise(5)) + [np.full((40, 30, 3), 90, np.uint8)]
    expected, answers = before.predict(crops), after.predict(crops)
    assert sorted(answers) == sorted(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(answers[key], values, atol=1e-5)
    assert after.predict([])["expression"].shape == (0, 8)


@pytest.mark.parametrize("suffix", [".onnx", ".tflite"])
def test_a_file_for_four_faces_takes_any_number(presets, tmp_path, suffix):
    before = load_preset(presets / "still")
    path = emoaff.export(before, tmp_path / f"four{suffix}", batch=4).path
    crops = small_models.noise(6)
    answers = load_preset(path).predict(crops)
    for key, values in before.predict(crops).items():
        np.testing.assert_allclose(answers[key], values, atol=1e-5)


def test_a_file_knows_what_its_preset_knew(presets):
    before = load_preset(presets / "still")
    after = load_preset(presets / "still.onnx")
    for name in ("labels", "size", "margin", "interpolation", "window"):
        assert getattr(after, name) == getattr(before, name)
    assert after.config["name"] == "small"
    assert after.config["outputs"] == before.config["outputs"]
    sha256 = before.config["weights"]["sha256"]
    assert after.config["weights"]["sha256"] == sha256
    picture = np.uint8(np.arange(60 * 60 * 3) % 251).reshape(60, 60, 3)
    box = (10, 12, 30, 35)
    np.testing.assert_array_equal(
        after.crop(picture, box), before.crop(picture, box)
    )


@pytest.mark.parametrize("name", ["all.onnx", "stream.onnx"])
def test_a_file_of_clips_answers_within_a_graph(presets, name):
    before, after = load_preset(presets / "clips"), load_preset(presets / name)
    faces = small_models.noise(3, 6)
    expected = before.model.predict_on_batch(np.float32(faces))
    run = tf.function(lambda x: after.model(x, training=False))
    answers = run(np.float32(faces) + 0.3)  # is rounded to bytes
    for key, values in expected.items():
        low, high = before.config["outputs"][key]["range"]
        np.testing.assert_allclose(
            answers[key], np.clip(values, low, high), atol=1e-5
        )


def test_a_stream_of_windows_answers_once(tmp_path):
    before = small_models.window_preset(tmp_path)
    emoaff.export(before, tmp_path / "stream.onnx")
    after = load_preset(tmp_path / "stream.onnx")
    assert (after.window, after.takes_features) == (4, False)
    answers = after.model.predict_on_batch(small_models.noise(2, 4))
    assert answers["arousal_valence"].shape == (2, 2)


@pytest.mark.parametrize("name", ["still.onnx", "still.tflite"])
def test_scores_of_a_file_are_those_of_its_preset(
    presets, name, monkeypatch, tmp_path
):
    small_video(monkeypatch, tmp_path)
    before, after = (
        emoaff.evaluate(load_preset(presets / n), "small", "train", tmp_path)
        for n in ("still", name)
    )
    for key, values in before.predictions.items():
        np.testing.assert_allclose(after.predictions[key], values, atol=1e-5)
    assert len(before.predictions["valence"]) == 54
