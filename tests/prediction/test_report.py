import importlib.util
import json
import re

import pytest

from emoaff.prediction.files import predict_files
from emoaff.prediction.options import Options
from emoaff.prediction.report import render_report
from emoaff.prediction.report import write_report
from emoaff.prediction.result import Result
from emoaff.prediction.result_folder import is_own_page
from emoaff.prediction.row import Row
from emoaff.presets import load_preset
from tests.prediction.results import row
from tests.prediction.results import write_result
from tests.sample import CLIP
from tests.sample import PORTRAIT


def read_data(page):
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page
    )
    return json.loads(found[1])


def test_a_page_asks_nothing_of_a_network(tmp_path):
    table = write_result(tmp_path, [row(n) for n in range(20)])
    page = write_report(table).read_text("utf-8")
    # Addresses of its own: none but those inside comments of the library.
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "@import" not in page and "fetch(" not in page


def test_curves_are_the_rows_of_each_frame(tmp_path):
    rows = [row(0), row(1, strength=0.6), Row(2, 0.2), row(3, named=2)]
    table = write_result(tmp_path, rows)
    data = read_data(write_report(table).read_text("utf-8"))
    assert data["classes"] == ["neutral", "happiness", "anger"]
    assert data["t"] == [0, 0.1, 0.2, 0.3]
    (person,) = data["people"]
    assert person["p"][1] == [0.9, 0.6, None, 0.05]
    assert person["affect"] == []  # the model gives none
    assert data["end"] == 0.4


def test_times_without_the_person_are_marked_from_end_to_end(tmp_path):
    frames = [Row(n, n / 10) for n in (0, 1, 7, 8, 9)]
    rows = sorted(frames + [row(n) for n in range(2, 7)], key=lambda r: r.frame)
    data = read_data(
        write_report(write_result(tmp_path, rows)).read_text("utf-8")
    )
    assert data["people"][0]["absences"] == [[0, 0.2], [0.7, 1.0]]


def test_valence_and_arousal_are_drawn_where_there_are_any(tmp_path):
    rows = [row(0, valence=0.25, arousal=-0.5), row(1)]
    data = read_data(
        write_report(write_result(tmp_path, rows)).read_text("utf-8")
    )
    assert data["people"][0]["affect"] == [[0.25, None], [-0.5, None]]


def test_ten_minutes_of_three_people_take_less_than_1_5_mb(tmp_path):
    rows = [
        row(frame, person, named=frame // 40 % 3, strength=0.5 + frame % 9 / 20)
        for frame in range(6000)
        for person in (1, 2, 3)
    ]
    table = write_result(tmp_path, rows)
    page = write_report(table)
    assert page.stat().st_size < 1.5e6
    data = read_data(page.read_text("utf-8"))
    assert len(data["t"]) == 1200  # 5 frames each
    # Frames 5 to 9: strengths .75, .8, .85, .9, .5 of neutral.
    assert data["people"][2]["p"][0][1] == 0.76


def test_names_cannot_break_out_of_the_page(tmp_path):
    evil = '</script><script>alert("x")</script><img src=x>'
    table = write_result(tmp_path, [row(0), row(1)], source=evil)
    page = write_report(table).read_text("utf-8")
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert" in page


def test_a_foreign_file_keeps_its_name_unless_told_otherwise(tmp_path):
    table = write_result(tmp_path, [row(0), row(1)])
    mine = tmp_path / "clip.html"
    mine.write_text("my own page")
    with pytest.raises(ValueError, match="clip.html: expected a free name"):
        write_report(table)
    assert mine.read_text() == "my own page"
    write_report(table, overwrite=True)
    assert is_own_page(mine)
    write_report(table)  # an earlier report may be replaced


def test_a_video_without_a_face_has_a_page_that_says_so(tmp_path):
    table = write_result(tmp_path, [Row(n, n / 10) for n in range(5)])
    page = write_report(table).read_text("utf-8")
    assert "No face was found." in page
    assert "no people" in page and "0 % of the frames" in page


def test_the_page_says_how_it_was_made_and_what_it_is_not_for(tmp_path):
    page = write_report(write_result(tmp_path, [row(0), row(1)])).read_text()
    assert "Smoothing of what is named: mean, 0.6 s wide" in page
    assert "It is bad at it." in page and "its clock is odd" in page
    assert "Not for decisions about people." in page
    media = {"kind": "picture", "width": 64, "height": 48}
    page = write_report(write_result(tmp_path, [row(0)], media=media))
    assert "Smoothing" not in page.read_text("utf-8")


def test_a_page_with_the_video_shows_faces_and_finds_it(tmp_path):
    rows = [row(n, box=(20.0, 10.0, 80.0, 90.0)) for n in range(8)]
    result = Result.read(write_result(tmp_path, rows))
    page = render_report(result, CLIP, CLIP.parent / "pages")
    assert page.count("data:image/jpeg;base64,") == 2  # portrait and event
    assert f'<video controls preload="metadata" src="../{CLIP.name}">' in page


def test_an_annotated_video_beside_the_result_is_named(tmp_path):
    result = Result.read(write_result(tmp_path, [row(0)]))
    plain = write_report(result, video=CLIP).read_text("utf-8")
    assert "plays everywhere" not in plain
    assert "video.videoWidth === 0" in plain
    (tmp_path / "clip_annotated.mp4").touch()
    (tmp_path / "pages").mkdir()
    page = write_report(result, tmp_path / "pages" / "a.html", CLIP)
    name = "clip_annotated.mp4"
    named = f'<a href="../{name}">{name}</a> plays everywhere.</p>'
    assert named in page.read_text("utf-8")


def test_predict_names_the_video_it_draws_where_a_name_was_taken(tmp_path):
    (tmp_path / f"{CLIP.stem}_annotated.mp4").write_text("mine")
    preset = load_preset("compact_ferplus")
    options = {"page": True, "annotated": "emoaff"}
    assert predict_files([CLIP], preset, tmp_path, **options) == []
    name = f"{CLIP.stem}_2_annotated.mp4"
    assert (tmp_path / name).is_file()
    page = (tmp_path / f"{CLIP.stem}_2.html").read_text("utf-8")
    assert f'<a href="{name}">{name}</a> plays everywhere.' in page


def test_predict_writes_the_page_beside_its_table(tmp_path):
    out = tmp_path / "out"
    picture = tmp_path / "me.jpg"
    picture.write_bytes(PORTRAIT.read_bytes())
    preset = load_preset("compact_ferplus")
    assert predict_files([picture], preset, out, page=True) == []
    page = (out / "me.html").read_text("utf-8")
    assert "me.jpg" in page and 'alt="face of person 1"' in page
    header = json.loads((out / "me.json").read_text("utf-8"))
    assert header["files"] == ["me.csv", "me.html"]
    # Again: its own page is replaced, no number is added.
    predict_files([picture], preset, out, page=True)
    assert sorted(p.name for p in out.iterdir()) == [
        "me.csv",
        "me.html",
        "me.json",
    ]


def test_face_crops_have_all_pages_pictures_and_tables(tmp_path):
    picture, out = tmp_path / "me.jpg", tmp_path / "out"
    picture.write_bytes(PORTRAIT.read_bytes())
    formats = "csv,csv-long,events,json,elan,praat,srt"
    if importlib.util.find_spec("pyarrow"):
        formats += ",parquet"
    preset, options = load_preset("compact_ferplus"), Options(crops=True)
    told = predict_files(
        [picture],
        preset,
        out,
        options,
        page=True,
        annotated="emoaff",
        form=formats,
    )
    assert told == [] and "me.jpg" in (out / "me.html").read_text("utf-8")
    assert (out / "me_annotated.jpg").is_file()
    (line,) = json.loads((out / "me_rows.json").read_text("utf-8"))
    assert line["face_score"] is None and line["person"] == 1
    assert is_own_page(write_report(out / "me.csv", video=picture))


def test_a_video_that_begins_with_sound_alone_is_played_later(tmp_path):
    media = {"kind": "video", "width": 64, "height": 48}
    media["player_start_s"] = 0.852
    table = write_result(tmp_path, [row(0), row(1)], media=media)
    text = write_report(table).read_text("utf-8")
    assert '"player_start":0.852' in text
    assert "data.player_start;" in text
    assert "which players show at 0.85 s" in text
