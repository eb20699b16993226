import os

import pytest

import emoaff
from emoaff.exporting.destination import open_destination
from emoaff.presets.whole_folder import put_in_place


def test_a_place_that_cannot_be_written_to(still, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="place to write.*file/a.onnx.*--out"):
        emoaff.export(still, tmp_path / "file" / "a.onnx")
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").touch()
    with pytest.raises(ValueError, match="no SavedModel is there"):
        emoaff.export(still, tmp_path / "holiday")
    assert (tmp_path / "holiday" / "photo.jpg").exists()


def test_two_exports_to_one_place_do_not_meet(tmp_path):
    out = tmp_path / "deep" / "faces.onnx"
    with open_destination(out, "onnx") as first:
        first.write_text("first")
        with open_destination(out, "onnx") as second:
            assert not second.exists() and second.suffix == ".onnx"
            second.write_text("second")
            assert first.read_text() == "first"
            put_in_place(second, out)
        assert out.read_text() == "second"
        put_in_place(first, out)
    assert out.read_text() == "first"
    assert os.listdir(out.parent) == ["faces.onnx"]


def test_an_export_that_fails_leaves_what_was_there(tmp_path):
    out = tmp_path / "faces.tflite"
    out.write_text("old")
    with (
        pytest.raises(RuntimeError, match="too far off"),
        open_destination(out, "litert") as half,
    ):
        half.write_text("new")
        raise RuntimeError("too far off")
    assert out.read_text() == "old"
    assert os.listdir(tmp_path) == ["faces.tflite"]
