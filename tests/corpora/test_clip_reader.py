import numpy as np

from emoaff.corpora import clip_reader
from tests.faces.video_files import write_numbered


def test_stretches_in_turn_share_one_decoding(tmp_path, monkeypatch):
    opened = []

    class Counted(clip_reader.Video):
        def __iter__(self):
            opened.append(self.path)
            return super().__iter__()

    monkeypatch.setattr(clip_reader, "Video", Counted)
    path, reader = (
        write_numbered(tmp_path / "a.mp4", 20),
        clip_reader.ClipReader(),
    )

    def read(start, end):
        reader.open(path, start)
        return [frame.index for frame in reader.read(start, end)]

    assert read(0.0, 0.2) == [0, 1, 2, 3, 4]
    assert read(0.2, 0.28) == [5, 6]
    assert read(0.4, np.inf) == [*range(10, 20)]
    assert len(opened) == 1
    assert read(0.72, np.inf) == [18, 19]
    assert len(opened) == 2
