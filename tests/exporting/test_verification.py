import numpy as np
import pytest

import emoaff
from emoaff.exporting import verification


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
