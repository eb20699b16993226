import pytest

import emoaff


def test_a_place_that_cannot_be_written_to(still, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="place to write.*file/a.onnx.*--out"):
        emoaff.export(still, tmp_path / "file" / "a.onnx")
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "photo.jpg").touch()
    with pytest.raises(ValueError, match="no SavedModel is there"):
        emoaff.export(still, tmp_path / "holiday")
    assert (tmp_path / "holiday" / "photo.jpg").exists()
