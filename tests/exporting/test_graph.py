import pytest

import emoaff
from tests.exporting import small_models


def test_what_does_not_fit_a_model_of_clips(sequence, tmp_path):
    with pytest.raises(ValueError, match="windows of 6 frames.*form='static'"):
        emoaff.export(sequence, tmp_path / "a.onnx", form="static")
    with pytest.raises(ValueError, match="frames=None.*--frames.*streaming"):
        emoaff.export(sequence, tmp_path / "a.tflite", form="sequence")
    assert not list(tmp_path.iterdir())


def test_one_answer_a_window_is_no_sequence(tmp_path):
    preset = small_models.window_preset(tmp_path / "presets")
    with pytest.raises(ValueError, match="one answer a window: streaming or w"):
        emoaff.export(preset, tmp_path / "a.onnx", form="sequence")


def test_a_clip_of_another_length_than_the_model_was_built_for(tmp_path):
    preset = small_models.sequence_preset(tmp_path / "p", frames=5)
    with pytest.raises(ValueError, match="frames=5.*Received: frames=7"):
        emoaff.export(preset, tmp_path / "a.onnx", form="sequence", frames=7)
