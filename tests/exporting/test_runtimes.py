import pytest

import emoaff
from emoaff.presets import load_preset
from tests.exporting import small_models


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """A still preset's files."""
    folder = tmp_path_factory.mktemp("presets")
    still = small_models.still_preset(folder / "still")
    emoaff.export(still, folder / "still.onnx")
    emoaff.export(still, folder / "still.tflite")
    return folder


def test_a_damaged_file_costs_a_sentence(presets, tmp_path):
    whole = (presets / "still.onnx").read_bytes()
    (tmp_path / "half.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="half.onnx"):
        load_preset(tmp_path / "half.onnx")
    whole = (presets / "still.tflite").read_bytes()
    (tmp_path / "half.tflite").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="half.tflite"):
        load_preset(tmp_path / "half.tflite")
