"""What cannot be exported costs one sentence and leaves nothing."""

import numpy as np
import pytest

import emoaff
from tests.exporting import small_models


@pytest.mark.parametrize(
    ("out", "options", "words"),
    [
        ("a.onnx", {"to": "coreml"}, "one of savedmodel, onnx, litert"),
        ("a.pt", {}, "ends in .onnx or .tflite. Received: to=None"),
        ("a.onnx", {"to": "litert"}, "to end in .tflite"),
        ("a.onnx", {"to": "savedmodel"}, "to end in no suffix"),
        ("a.onnx", {"quantize": "int4"}, "float16, dynamic, int8"),
        ("a.onnx", {"quantize": "int8"}, "crops to calibrate int8.*none"),
        ("a", {"quantize": "float16"}, "no quantize for a SavedModel"),
        ("a.tflite", {"batch": "dynamic"}, "fixed batch for LiteRT"),
        ("a.onnx", {"batch": 0}, "1 or more, or 'dynamic'. Received: batch=0"),
        ("a.onnx", {"form": "video"}, "one of auto, static, sequence"),
        ("a.onnx", {"form": "streaming"}, "takes pictures one by one: static"),
        ("a.onnx", {"frames": 3}, "'sequence' alone. Received: frames=3"),
    ],
)
def test_what_does_not_fit_a_still(still, tmp_path, out, options, words):
    with pytest.raises(ValueError, match=words):
        emoaff.export(still, tmp_path / out, **options)
    assert not list(tmp_path.iterdir())


def test_calibration_must_be_faces_of_the_models_size(still, tmp_path):
    def export(faces):
        emoaff.export(
            still, tmp_path / "a.onnx", quantize="int8", calibration=faces
        )

    with pytest.raises(ValueError, match="of 24x24. Received: shape=.1, 9, 9"):
        export(np.zeros((1, 9, 9, 3), np.uint8))
    with pytest.raises(ValueError, match="dtype=float64"):
        export(np.zeros((1, 24, 24, 3)))
    with pytest.raises(FileNotFoundError, match="folder of face pictures"):
        export(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="There are none"):
        export(tmp_path / "empty")


def test_clips_to_calibrate_with_must_be_long_enough(sequence, tmp_path):
    with pytest.raises(ValueError, match="at least 9 faces.*clips of 4"):
        emoaff.export(
            sequence,
            tmp_path / "a.tflite",
            form="sequence",
            frames=9,
            calibration=small_models.noise(2, 4),
        )


def test_a_converter_that_gives_up_costs_a_sentence(
    still, tmp_path, monkeypatch
):
    import tf2onnx

    def give_up(*args, **kwargs):
        raise KeyError("no such operation")

    monkeypatch.setattr(tf2onnx.convert, "from_function", give_up)
    with pytest.raises(ValueError, match="as onnx, static, float32.*gave up"):
        emoaff.export(still, tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())
