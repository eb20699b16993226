import pysubs2

from emoaff.prediction.result import Result
from emoaff.prediction.row import Row
from emoaff.prediction.subtitles import write_subtitles
from tests.prediction.results import row
from tests.prediction.results import write_result


def write(tmp_path, rows):
    path = tmp_path / "a.srt"
    write_subtitles(path, Result.read(write_result(tmp_path, rows)))
    return path.read_text("utf-8")


def test_who_shows_what_when_a_line_for_each_person(tmp_path):
    rows = []
    for n in range(10):
        rows.append(row(n, named=n // 5))
        if n > 3:
            rows.append(row(n, person=2, named=2, doubt="small" * (n == 9)))
    text = write(tmp_path, rows)
    assert text.splitlines()[:3] == [
        "1",
        "00:00:00,000 --> 00:00:00,400",
        "person 1: neutral",
    ]
    cues = pysubs2.SSAFile.from_string(text)
    assert [(c.start, c.end, c.plaintext) for c in cues] == [
        (0, 400, "person 1: neutral"),
        (400, 500, "person 1: neutral\nperson 2: anger"),
        (500, 900, "person 1: happiness\nperson 2: anger"),
        (900, 1000, "person 1: happiness"),
    ]


def test_a_time_without_a_face_has_no_subtitle(tmp_path):
    there = (0, 1, 8, 9)
    rows = [row(n) if n in there else Row(n, n / 10) for n in range(10)]
    cues = pysubs2.SSAFile.from_string(write(tmp_path, rows))
    assert [(c.start, c.end) for c in cues] == [(0, 200), (800, 1000)]


def test_nobody_is_an_empty_file(tmp_path):
    assert write(tmp_path, [Row(0, 0.0)]).strip() == ""
