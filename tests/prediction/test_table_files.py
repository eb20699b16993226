"""`predict_files` in all formats at once."""

import json

import numpy as np
import pandas
import pytest

from emoaff.faces import VideoWriter
from emoaff.prediction import file_work
from emoaff.prediction import files
from emoaff.prediction import summary
from emoaff.prediction.drawing import annotate
from emoaff.prediction.files import predict_files
from emoaff.prediction.options import Options
from emoaff.prediction.table_files import TableFiles
from emoaff.prediction.table_formats import FORMATS
from tests.prediction.small_sequences import still_preset
from tests.prediction.test_files import Detector
from tests.sample import PORTRAIT

OWN = [name for name in FORMATS if name != "emo-affectnet"]


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return still_preset(tmp_path_factory.mktemp("preset") / "still")


@pytest.fixture(autouse=True)
def quick_detector(monkeypatch):
    monkeypatch.setattr(file_work, "FaceDetector", lambda **_: Detector())


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "=clip.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for i in range(8):
            writer.write(np.full((48, 64, 3), 30 * i, np.uint8), i / 10)
    return path


def predict(path, preset, out, **more):
    options = Options(doubt=False)
    assert not predict_files(
        [path], preset, out, options, report=[].append, **more
    )
    return {each.name for each in out.iterdir()}


def test_every_format_gives_its_file_and_the_header_lists_them(
    clip, preset, tmp_path
):
    pytest.importorskip("pyarrow")
    out = tmp_path / "out"
    names = predict(clip, preset, out, form=",".join(OWN))
    files = {f"=clip{FORMATS[name].ending}" for name in OWN}
    assert names == files | {"=clip.json"}
    header = json.loads((out / "=clip.json").read_text("utf-8"))
    assert {*header["files"]} == files
    table = pandas.read_csv(out / "=clip.csv")
    same = pandas.read_parquet(out / "=clip.parquet")
    assert (table["frame"] == same["frame"]).all() and len(table) == 8
    # Done again, every file is the program's own and is replaced.
    assert predict(clip, preset, out, form=",".join(OWN)) == names


def test_a_document_that_somebody_worked_on_is_kept(clip, preset, tmp_path):
    out = tmp_path / "out"
    predict(clip, preset, out, form="elan")
    document = out / "=clip.eaf"
    edited = document.read_text("utf-8").replace("happiness", "joy") + "\n"
    document.write_text(edited, "utf-8")
    names = predict(clip, preset, out, form="elan")
    assert document.read_text("utf-8") == edited
    assert "=clip_2.eaf" in names


def test_fewer_columns_and_digits_and_still_a_report_and_tiers(
    clip, preset, tmp_path
):
    out = tmp_path / "out"
    columns = ("frame", "happiness")
    more = {"form": "srt", "columns": columns, "decimals": 2, "page": True}
    names = predict(clip, preset, out, **more)
    assert {"=clip.csv", "=clip.srt", "=clip.html"} <= names
    lines = (out / "=clip.csv").read_text("utf-8").splitlines()
    assert lines[0] == "frame,happiness"
    assert all(len(line.split(".")[1]) == 2 for line in lines[1:])
    header = json.loads((out / "=clip.json").read_text("utf-8"))
    assert [*header["columns"]] == ["frame", "one column per class"]
    assert predict(clip, preset, out, **more) == names


def test_a_picture_has_no_tiers(preset, tmp_path):
    names = predict(PORTRAIT, preset, tmp_path / "out", form="elan,srt,events")
    assert names == {"astronaut.csv", "astronaut.json", "astronaut_events.csv"}


def test_what_does_not_go_together_is_refused(preset):
    with pytest.raises(ValueError, match="one table format that ends in .csv"):
        TableFiles("csv,emo-affectnet")
    with pytest.raises(ValueError, match="faces='all'"):
        TableFiles("emo-affectnet").check(preset, Options())
    with pytest.raises(ValueError, match="Received: smile"):
        TableFiles("csv", columns=["smile"]).check(preset, Options())


def test_names_are_drawn_in_place_of_numbers(
    clip, preset, tmp_path, monkeypatch
):
    make, drawn = summary.header, {}

    def name(timeline):
        return {**make(timeline), "people": [{"person": 1, "name": "Ada"}]}

    def draw(path, table, out, on_frame, style, names):
        drawn.update(names)
        return annotate(path, table, out, on_frame, style, names)

    monkeypatch.setattr(summary, "header", name)
    monkeypatch.setattr(files, "annotate", draw)
    predict(clip, preset, tmp_path / "out", annotated="emoaff", form="srt")
    assert drawn == {1: "Ada"}
    assert "Ada: " in (tmp_path / "out" / "=clip.srt").read_text("utf-8")


@pytest.mark.parametrize(
    ("form", "inputs", "said"),
    [
        ("srt", "both", "srt is for videos"),
        ("csv,elan,srt", "picture", "elan and srt are for videos"),
        ("srt", "clip", None),
        ("json,events", "picture", None),
    ],
)
def test_formats_that_pictures_do_not_get_are_told_once(
    clip, preset, tmp_path, form, inputs, said
):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(PORTRAIT.read_bytes())
    paths = {"picture": [picture], "clip": [clip], "both": [clip, picture]}
    lines, out = [], tmp_path / "out"
    predict_files(
        paths[inputs],
        preset,
        out,
        Options(doubt=False),
        form=form,
        report=lines.append,
    )
    notes = [line for line in lines if line.startswith("note: ")]
    assert len(notes) == bool(said)
    if said:
        assert said in notes[0]
    # What is said is so.
    assert not {*out.glob("a*.srt")} | {*out.glob("a*.eaf")}
    assert (out / "a.csv").exists() == (inputs != "clip")
