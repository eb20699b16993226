import pathlib

import pytest

from emoaff.prediction.files import predict_files
from emoaff.prediction.files import result_names


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.mp4", "b.mp4"], ["a", "b"]),
        (["a.mp4", "a.jpg", "b.mov"], ["a_mp4", "a_jpg", "b"]),
        (["x/a.mp4", "y/a.mp4"], ["a_mp4", "a_mp4_2"]),
        (["A.mp4", "a.mov"], ["A_mp4", "a_mov"]),
        (["a.mp4", "a.jpg", "a_mp4.mov"], ["a_mp4", "a_jpg", "a_mp4_2"]),
        (["clip"], ["clip"]),
    ],
)
def test_no_two_inputs_share_a_result(files, names):
    assert result_names([pathlib.Path(f) for f in files]) == names


def test_an_interrupt_leaves_no_half_file(tmp_path, monkeypatch):
    from emoaff import load_preset
    from emoaff.prediction.video import Timeline
    from tests.sample import CLIP

    rows = Timeline.__iter__

    def interrupted(self):
        for row in rows(self):
            if row.frame == 3:
                raise KeyboardInterrupt
            yield row

    monkeypatch.setattr(Timeline, "__iter__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        predict_files([CLIP], load_preset("compact_ferplus"), tmp_path)
    assert list(tmp_path.iterdir()) == []
