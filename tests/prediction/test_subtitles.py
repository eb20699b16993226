import fractions

import av
import pysubs2

from emoaff.prediction.result import Result
from emoaff.prediction.row import Row
from emoaff.prediction.subtitles import write_subtitles
from tests.prediction.results import row
from tests.prediction.results import write_result


def write(tmp_path, rows, **header):
    path = tmp_path / "a.srt"
    table = write_result(tmp_path, rows, **header)
    write_subtitles(path, Result.read(table))
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


def test_a_name_is_shown_whole_by_what_reads_tags(tmp_path):
    people = [{"person": 1, "name": r"=Ann & <i>Bo {\an8}\Nx"}]
    text = write(tmp_path, [row(0), row(1)], people=people)
    (cue,) = pysubs2.SSAFile.from_string(text)
    assert cue.plaintext == "=Ann & ‹i›Bo (/an8)/Nx: happiness"


def test_ffmpeg_reads_the_same_subtitles(tmp_path):
    write(tmp_path, [row(n, named=n // 5) for n in range(10)])
    with av.open(tmp_path / "a.srt") as file:
        packets = [p for p in file.demux(subtitles=0) if p.pts is not None]
    found = [(p.pts, p.pts + p.duration, bytes(p).decode()) for p in packets]
    assert {p.time_base for p in packets} == {fractions.Fraction(1, 1000)}
    assert found == [
        (0, 500, "person 1: neutral"),
        (500, 1000, "person 1: happiness"),
    ]


def test_subtitles_stand_where_a_player_shows_the_pictures(tmp_path):
    media = {"kind": "video", "start_s": 0.852, "player_start_s": 0.852}
    text = write(tmp_path, [row(0), row(1)], media=media)
    (cue,) = pysubs2.SSAFile.from_string(text)
    assert (cue.start, cue.end) == (852, 1052)
