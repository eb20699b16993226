"""What cannot be exported costs one sentence and leaves nothing."""

import importlib

import keras
import numpy as np
import pytest

import emoaff
from emoaff.exporting import verification
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    return small_models.still_preset(tmp_path_factory.mktemp("s") / "small")


@pytest.fixture(scope="module")
def sequence(tmp_path_factory):
    return small_models.sequence_preset(tmp_path_factory.mktemp("c") / "clips")


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


def test_a_place_that_cannot_be_written_to(still, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="place to write.*file/a.onnx.*--out"):
        emoaff.export(still, tmp_path / "file" / "a.onnx")
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").touch()
    with pytest.raises(ValueError, match="no SavedModel is there"):
        emoaff.export(still, tmp_path / "holiday")
    assert (tmp_path / "holiday" / "photo.jpg").exists()


def test_a_file_that_differs_too_much_is_not_left(still, tmp_path, monkeypatch):
    out = tmp_path / "a.onnx"
    out.write_text("the one before")
    monkeypatch.setattr(verification, "_STATIC_FLOAT32", 1e-12)
    with pytest.raises(ValueError, match="at most 1e-12 from Keras.*no file"):
        emoaff.export(still, out)
    assert [p.name for p in tmp_path.iterdir()] == ["a.onnx"]
    assert out.read_text() == "the one before"


def test_the_tolerance_can_be_chosen(still, tmp_path):
    with pytest.raises(ValueError, match="at most 1e-09"):
        emoaff.export(
            still, tmp_path / "a.tflite", quantize="float16", tolerance=1e-9
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("numbers", "precision", "words"),
    [
        ((1e-3, 0, 1.0), "float32", "at most 1e-05.*Found 1.00e-03"),
        ((np.nan, np.nan, 1.0), "float32", "Found nan"),
        ((2e-2, 0, 1.0), "float16", "at most 0.01"),
        ((0.1, 0.01, 0.96), "int8", "97% top-1 agreement.*Found 96.0%"),
        ((0.1, 0.06, None), "dynamic", "mean difference of at most 0.05"),
    ],
)
def test_every_precision_has_its_limit(numbers, precision, words):
    found = verification.Comparison(10, *numbers, milliseconds=1.0)
    with pytest.raises(ValueError, match=words):
        found.require("static", precision)


def test_a_comparison_within_its_limit_says_nothing():
    found = verification.Comparison(10, 9e-5, 1e-6, 1.0, 1.0)
    found.require("streaming", "float32")
    found = verification.Comparison(10, 0.3, 0.04, 0.97, 1.0)
    found.require("static", "int8")


@pytest.mark.parametrize(
    ("module", "out"), [("tf2onnx", "a.onnx"), ("ai_edge_litert", "a.tflite")]
)
def test_a_missing_package_says_what_to_install(
    still, tmp_path, monkeypatch, module, out
):
    real = importlib.import_module

    def without(name, *args):
        if name.startswith(module):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *args)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ImportError, match=r'pip install "emoaff\[export\]"'):
        emoaff.export(still, tmp_path / out)
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


def test_a_model_that_is_none_of_faces(tmp_path):
    features = keras.Input((4, 8))
    model = keras.Model(features, keras.layers.LSTM(2)(features))
    with pytest.raises(ValueError, match="input_shape=.None, 4, 8.*the preset"):
        emoaff.export(model, tmp_path / "a.onnx")
    face = keras.Input((None, None, 3))
    pool = keras.layers.GlobalAveragePooling2D()(face)
    with pytest.raises(ValueError, match="pictures of one size.*image_size"):
        emoaff.export(keras.Model(face, pool), tmp_path / "a.onnx")


def test_an_exported_file_is_not_exported_again(still, tmp_path):
    emoaff.export(still, tmp_path / "a.onnx")
    with pytest.raises(ValueError, match="exported already.*made from"):
        emoaff.export(tmp_path / "a.onnx", tmp_path / "b.tflite")


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
