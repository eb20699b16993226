import numpy as np
import pytest

from emoaff import results
from emoaff.annotate import annotate
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.faces import read_picture
from emoaff.row import Row
from tests.sample import PORTRAIT

CLASSES = ("calm", "joy")
JOY = np.float32([0.1, 0.9])
BOX = (60.0, 40.0, 40.0, 50.0)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "grey.mp4"
    with VideoWriter(path, 200, 160, 10) as writer:
        for i in range(6):
            writer.write(np.full((160, 200, 3), 128, np.uint8), 0.1 * i + i**2)
    return path


def table(path, rows):
    with results.table(path, CLASSES) as write:
        for row in rows:
            write(row)
    return path


def test_frames_with_a_person_are_drawn_on_and_others_are_not(source, tmp_path):
    rows = [
        Row(i, float(i), 1, BOX, 0.9, JOY, JOY) if i in (1, 2) else Row(i, i)
        for i in range(6)
    ]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        changed = [
            np.abs(np.int16(frame.image) - 128).max() > 60 for frame in video
        ]
    assert changed == [False, True, True, False, False, False]


def test_times_are_those_of_the_source(source, tmp_path):
    rows = [Row(i, float(i)) for i in range(6)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(source) as before, Video(out) as after:
        expected = [frame.time_s for frame in before]
        got = [frame.time_s for frame in after]
    np.testing.assert_allclose(got, expected, atol=1e-3)


def test_the_box_is_drawn_where_it_is(source, tmp_path):
    rows = [Row(0, 0.0, 1, BOX, 0.9, JOY, JOY)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        image = next(iter(video)).image.astype(int)
    on_edge = np.abs(image[60:85, 59:62] - 128).max(axis=(1, 2))
    assert (on_edge > 40).all()
    inside = np.abs(image[50:80, 66:94] - 128).max()
    assert inside < 30


def test_rows_of_every_so_many_frames_are_drawn_on_their_own(source, tmp_path):
    rows = [Row(i, float(i), 1, BOX, 0.9, JOY, JOY) for i in (0, 3)]
    out = annotate(source, table(tmp_path / "t.csv", rows), tmp_path / "a.mp4")
    with Video(out) as video:
        changed = [
            np.abs(np.int16(frame.image) - 128).max() > 60 for frame in video
        ]
    assert changed == [True, False, False, True, False, False]


@pytest.mark.parametrize(
    "box", [(-30.0, -30.0, 60.0, 60.0), (490.0, 480.0, 60.0, 80.0)]
)
def test_a_face_at_the_border_of_a_picture_is_drawn(box, tmp_path):
    rows = [Row(0, 0.0, 12, box, 0.9, JOY, None)]
    out = annotate(
        PORTRAIT, table(tmp_path / "t.csv", rows), tmp_path / "a.png"
    )
    before, after = read_picture(PORTRAIT).image, read_picture(out).image
    assert after.shape == before.shape
    assert 0 < (after != before).any(axis=2).mean() < 0.2


def test_a_foreign_table_is_refused_before_anything_is_written(
    source, tmp_path
):
    (tmp_path / "t.csv").write_text("a,b\n")
    with pytest.raises(ValueError, match="emoaff predict"):
        annotate(source, tmp_path / "t.csv", tmp_path / "a.mp4")
    assert not (tmp_path / "a.mp4").exists()
