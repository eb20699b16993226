"""`predict` with exported files that have a memory."""

import numpy as np
import pytest

import emoaff
from tests.exporting import small_models
from tests.sample import CLIP


def rows(preset, temporal):
    """The seen frames of the sample's first second and a half."""
    timeline = emoaff.predict_video(CLIP, preset, temporal=temporal, every=5)
    found = []
    for row in timeline:
        if row.person is not None and row.frame < 40:
            found.append((*row.probabilities, row.valence, row.arousal))
    return np.array(found)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return small_models.sequence_preset(tmp_path_factory.mktemp("p") / "clips")


@pytest.mark.parametrize("out", ["a.onnx", "a.tflite"])
def test_a_stream_goes_through_a_video_as_its_preset(clips, tmp_path, out):
    file = emoaff.load_preset(emoaff.export(clips, tmp_path / out).path)
    expected = rows(clips, "streaming")
    assert len(expected) > 5 and np.ptp(expected, axis=0).max() > 0.05
    np.testing.assert_allclose(rows(file, "auto"), expected, atol=1e-4)


def test_a_stream_for_two_people_serves_one(clips, tmp_path):
    path = emoaff.export(clips, tmp_path / "a.onnx", batch=2).path
    file = emoaff.load_preset(path)
    crop = small_models.noise(3)
    sequence, states = file.model.sequence(6), None
    answers = []
    for face in crop:
        answer, states = sequence.step(face, states)
        answers.append(answer["expression"][0])
    # Resized faces have fractions, which the file does not take.
    np.testing.assert_array_equal(sequence.encode(list(crop + 0.3)), crop)
    expected = clips.model.predict_on_batch(np.float32(crop[None]))
    np.testing.assert_allclose(answers, expected["expression"][0], atol=1e-5)


def test_a_window_goes_through_a_video_as_its_preset(tmp_path):
    preset = small_models.window_preset(tmp_path)
    path = emoaff.export(preset, tmp_path / "a.onnx", form="window").path
    file = emoaff.load_preset(path)
    expected = rows(preset, "window")
    assert len(expected) > 5
    np.testing.assert_allclose(rows(file, "auto"), expected, atol=1e-4)
    with pytest.raises(ValueError, match="of the form window.*--form stream"):
        rows(file, "streaming")
