import csv
import errno
import io
import json
import os
import pathlib
import shutil

import numpy as np
import pytest

from emoaff.faces import VideoWriter
from emoaff.faces.detect import Detection
from emoaff.prediction import file_work
from emoaff.prediction import files
from emoaff.prediction import processes
from emoaff.prediction import tables
from emoaff.prediction.files import predict_files
from emoaff.prediction.files import print_line
from emoaff.prediction.options import Options
from tests.prediction.small_sequences import still_preset
from tests.sample import PORTRAIT

LONG = "é" * 120  # 240 bytes of the 255 that a name may have


class Detector:
    """Finds one face in every picture, whatever it shows."""

    def __init__(self, engine="auto"):
        pass

    def detect(self, image):
        box = (4.0, 4.0, 40.0, 40.0)
        return [Detection(box, 0.99, np.zeros((5, 2), np.float32))]

    def confirm(self, image, boxes):
        return [None for _ in boxes]


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    return still_preset(tmp_path_factory.mktemp("preset") / "still")


@pytest.fixture(autouse=True)
def quick_detector(monkeypatch):
    monkeypatch.setattr(file_work, "FaceDetector", lambda **_: Detector())


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for i in range(4):
            writer.write(np.full((48, 64, 3), 60 * i, np.uint8), i / 10)
    return path


def predict(inputs, preset, out, **more):
    """Gives failures and the lines that were reported."""
    lines = []
    failures = predict_files(inputs, preset, out, report=lines.append, **more)
    return failures, lines


def names(path):
    return sorted(each.name for each in path.iterdir())


def test_an_interrupt_leaves_no_half_file(preset, clip, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.summary, "header", interrupted)
    with pytest.raises(KeyboardInterrupt, match="no result was finished"):
        predict([clip], preset, tmp_path)
    assert names(tmp_path) == []


def test_an_interrupt_says_how_many_results_are_kept(
    preset, clip, tmp_path, monkeypatch
):
    for name in "abc":
        shutil.copy(clip, tmp_path / f"{name}.mp4")
    header = files.summary.header

    def interrupted(timeline):
        if timeline.path.stem == "c":
            raise KeyboardInterrupt
        return header(timeline)

    monkeypatch.setattr(files.summary, "header", interrupted)
    with pytest.raises(KeyboardInterrupt, match="2 of 3 results are"):
        predict([tmp_path], preset, tmp_path / "out")
    assert names(tmp_path / "out") == [
        *("a.csv", "a.json", "b.csv", "b.json"),
        "summary.csv",
    ]


@pytest.mark.parametrize(
    "name",
    [
        b"caf\xe9",
        b"\xff\xfe",
        "日本語の名前".encode(),
        b"two\nlines\x1b[31m",
        "back\u202egpj".encode(),
        b"-dash",
        b"--out",
        b"a:b",
        b"100%s%n",
        b" . ",
        LONG.encode(),
        b"x" * 251,
    ],
)
@pytest.mark.parametrize("kind", [".jpg", ".mp4"])
def test_any_name_has_all_of_its_results(name, kind, preset, clip, tmp_path):
    source = PORTRAIT if kind == ".jpg" else clip
    folder = os.fsencode(tmp_path / "in")
    os.mkdir(folder)
    shutil.copy(source, folder + b"/" + name + kind.encode())
    out = tmp_path / "out"
    failures, lines = predict(
        [tmp_path / "in"], preset, out, annotated="emoaff"
    )
    assert failures == []
    assert all(line.isprintable() for line in lines)
    stem = os.fsdecode(name) if len(name) <= 200 else None
    stems = {each.name.removesuffix(".csv") for each in out.glob("*.csv")}
    assert stems == {stem} if stem else len(stems) == 1
    (stem,) = stems
    assert {each.name for each in out.iterdir()} == {
        f"{stem}.csv",
        f"{stem}.json",
        f"{stem}_annotated{kind}",
    }
    header = json.loads((out / f"{stem}.json").read_text("utf-8"))
    expected = (name + kind.encode()).decode("utf-8", "backslashreplace")
    assert header["source"] == expected
    _, rows = tables.read_table(out / f"{stem}.csv")
    assert len(list(rows)) == (1 if kind == ".jpg" else 4)


def test_a_folder_full_of_results_can_be_worked_on_again(
    preset, clip, tmp_path
):
    shutil.copy(clip, tmp_path / "a.mp4")
    shutil.copy(PORTRAIT, tmp_path / "b.jpg")
    for run in range(3):
        failures, lines = predict(
            [tmp_path], preset, tmp_path, annotated="emoaff"
        )
        assert failures == []
        said = [line for line in lines if "emoaff drew" in line]
        assert len(said) == (run > 0)
    assert names(tmp_path) == [
        *("a.csv", "a.json", "a.mp4", "a_annotated.mp4"),
        *("b.csv", "b.jpg", "b.json", "b_annotated.jpg"),
        "summary.csv",
    ]


def test_only_what_was_drawn_is_no_input(preset, tmp_path):
    predict([PORTRAIT], preset, tmp_path, annotated="emoaff")
    drawn = tmp_path / f"{PORTRAIT.stem}_annotated.jpg"
    (failure,), _ = predict([drawn], preset, tmp_path / "out")
    assert "expected videos or pictures, found what emoaff drew" in (
        failure.reason
    )
    assert not (tmp_path / "out").exists()


def test_a_mistyped_input_leaves_nothing_behind(preset, tmp_path):
    wrong = [tmp_path / "holidy.mp4", tmp_path / "photo"]
    failures, lines = predict(wrong, preset, tmp_path / "out")
    assert [failure.path for failure in failures] == wrong
    assert lines == [] and not (tmp_path / "out").exists()


def test_a_mistyped_folder_of_people_is_said_once(preset, clip, tmp_path):
    options = Options(people=str(tmp_path / "peple"))
    with pytest.raises(FileNotFoundError, match="^--people .*peple: expected"):
        predict([clip, clip], preset, tmp_path / "out", options=options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_input_is_never_replaced_by_the_result_of_another(
    overwrite, preset, clip, tmp_path
):
    shutil.copy(clip, tmp_path / "clip.mp4")
    # Somebody's own video, in spite of its name.
    with VideoWriter(tmp_path / "clip_annotated.mp4", 32, 32) as writer:
        writer.write(np.zeros((32, 32, 3), np.uint8), 0.0)
    before = (tmp_path / "clip_annotated.mp4").read_bytes()
    failures, lines = predict(
        [tmp_path], preset, tmp_path, annotated="emoaff", overwrite=overwrite
    )
    assert failures == []
    assert (tmp_path / "clip_annotated.mp4").read_bytes() == before
    assert any("the name clip is taken" in line for line in lines)
    assert {"clip_2.csv", "clip_annotated.csv"} <= set(names(tmp_path))
    header = json.loads((tmp_path / "clip_annotated.json").read_text())
    assert header["media"]["width"] == 32


def test_a_table_of_the_user_s_own_is_kept(preset, clip, tmp_path):
    shutil.copy(clip, tmp_path / "clip.mp4")
    (tmp_path / "clip.csv").write_text("time,label\n0,joy\n")
    video = tmp_path / "clip.mp4"
    predict([video], preset, tmp_path)
    assert (tmp_path / "clip.csv").read_text() == "time,label\n0,joy\n"
    assert (tmp_path / "clip_2.json").is_file()
    failures, _ = predict([video], preset, tmp_path, overwrite=True)
    assert failures == []
    assert (tmp_path / "clip.csv").read_text().startswith("frame,time_s")


@pytest.mark.parametrize("form", ["emoaff", "emo-affectnet"])
def test_pictures_of_one_name_in_two_calls_keep_both_results(
    form, preset, tmp_path
):
    out, options = tmp_path / "out", Options(faces="largest")
    for folder in ("a", "b", "a"):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copy(PORTRAIT, tmp_path / folder / "x.jpg")
        failures, _ = predict(
            [tmp_path / folder / "x.jpg"],
            preset,
            out,
            form=form,
            options=options,
        )
        assert failures == []
    assert names(out) == ["x.csv", "x.json", "x_2.csv", "x_2.json"]


def test_pipes_and_devices_are_refused_at_once(preset, tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", "/dev/null"):
        (failure,), _ = predict([path], preset, tmp_path / "out")
        assert "a pipe or" in failure.reason


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_a_full_disk_names_the_file_and_keeps_the_old_one(
    code, ending, preset, clip, tmp_path, monkeypatch
):
    predict([clip], preset, tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}

    def full(*_):
        raise OSError(code, os.strerror(code))

    if ending == ".csv":
        monkeypatch.setattr(tables, "format_cells", full)
    else:
        monkeypatch.setattr(pathlib.Path, "write_text", full)
    (failure,), _ = predict([clip], preset, tmp_path)
    assert failure.reason == (
        f"{tmp_path}/clip{ending}: {os.strerror(code)}. Make room and run "
        "again."
    )
    after = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    assert after == before


def test_the_header_states_what_limits_the_answers(preset, clip, tmp_path):
    predict([clip], preset, tmp_path)
    header = json.loads((tmp_path / "clip.json").read_text())
    assert header["confidence_at_most"] == 1  # a preset nobody has scored
    assert header["smallest_face_px"] is None  # a detector that says nothing


def state_of(out):
    """File name -> state, by the summary of a run."""
    with (out / "summary.csv").open(newline="") as file:
        return {
            pathlib.Path(row["file"]).name: row["state"]
            for row in csv.DictReader(file)
        }


@pytest.fixture
def clips(tmp_path):
    """Three clips in folders, two of one name, and one that is none."""
    root = tmp_path / "in"
    for name in ("a.mp4", "x/a.mp4", "x/b.mp4"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        with VideoWriter(root / name, 64, 48, 10) as writer:
            for i in range(4):
                writer.write(np.full((48, 64, 3), 60, np.uint8), i / 10)
    (root / "bad.mp4").write_bytes(bytes(range(256)) * 9)
    return root


def list_files(out):
    return sorted(str(p.relative_to(out)) for p in out.rglob("*.*"))


def test_results_keep_the_folders_and_a_failure_stops_no_other(
    preset, clips, tmp_path
):
    out = tmp_path / "out"
    (failure,), lines = predict([clips], preset, out)
    assert failure.path.name == "bad.mp4"
    assert list_files(out) == [
        *("a.csv", "a.json", "summary.csv"),
        *("x/a.csv", "x/a.json", "x/b.csv", "x/b.json"),
    ]
    assert lines[-1] == str(out / "summary.csv")
    with (out / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["result"] for row in rows] == [
        *("a.csv", "", "x/a.csv", "x/b.csv")
    ]
    assert rows[1]["error"] == failure.reason
    # Four frames at ten a second, all with the one face.
    assert [row["seconds"] for row in rows] == ["0.4", "", "0.4", "0.4"]
    assert rows[0]["rows"] == "4"


def test_an_error_of_the_program_costs_its_file_alone(
    preset, clips, tmp_path, monkeypatch
):
    header = files.summary.header

    def broken(timeline):
        if timeline.path.stem == "b":
            raise RuntimeError("unforeseen")
        return header(timeline)

    monkeypatch.setattr(files.summary, "header", broken)
    failures, _ = predict([clips], preset, tmp_path / "out")
    assert any("(RuntimeError: unforeseen)" in f.reason for f in failures)
    assert state_of(tmp_path / "out")["a.mp4"] == "done"
    # Alone, whoever looks for the fault sees where it is.
    with pytest.raises(RuntimeError):
        predict([clips / "x/b.mp4"], preset, tmp_path / "alone")


def test_skip_done_keeps_what_is_finished_and_makes_the_rest(
    preset, clips, tmp_path
):
    out = tmp_path / "out"
    predict([clips], preset, out)
    times = {p: p.stat().st_mtime_ns for p in out.rglob("*.json")}
    (out / "x/b.csv").unlink()  # as if it had never been finished
    (failure,), lines = predict([clips], preset, out, skip_done=True)
    assert failure.path.name == "bad.mp4"
    assert "2 results kept, 1 made" in lines
    again = [p for p, t in times.items() if p.stat().st_mtime_ns != t]
    assert again == [out / "x/b.json"]
    assert state_of(out) == {
        "a.mp4": "kept",
        "bad.mp4": "failed",
        "b.mp4": "done",
    }
    with (out / "summary.csv").open(newline="") as file:
        assert {r["rows"] for r in csv.DictReader(file)} == {"4", ""}


@pytest.mark.parametrize(
    "changed",
    [
        {"options": Options(faces="best")},
        {"annotated": "emoaff"},
        {"form": "emo-affectnet", "options": Options(faces="largest")},
    ],
)
def test_whoever_asks_for_something_else_is_given_it(
    changed, preset, clip, tmp_path
):
    predict([clip], preset, tmp_path)
    for skipped in (False, True):
        before = (tmp_path / "clip.json").stat().st_mtime_ns
        predict([clip], preset, tmp_path, skip_done=True, **changed)
        after = (tmp_path / "clip.json").stat().st_mtime_ns
        assert (before == after) == skipped


def test_a_damaged_video_that_is_skipped_is_still_a_failure(
    preset, clip, tmp_path, monkeypatch
):
    monkeypatch.setattr(file_work.Timeline, "damaged", True)
    monkeypatch.setattr(file_work.Timeline, "warnings", ["2 frames are broken"])
    said = []
    for skip in (False, True):
        (failure,), _ = predict([clip], preset, tmp_path, skip_done=skip)
        said.append(failure.reason)
    assert said[0] == said[1] and "2 frames are broken. What could" in said[0]


def test_the_summary_of_a_stopped_run_says_what_is_not_done(
    preset, clips, tmp_path, monkeypatch
):
    (clips / "bad.mp4").unlink()
    header = files.summary.header

    def interrupted(timeline):
        if timeline.path.stem == "b":
            raise KeyboardInterrupt
        return header(timeline)

    monkeypatch.setattr(files.summary, "header", interrupted)
    with pytest.raises(KeyboardInterrupt, match="2 of 3 results are"):
        predict([clips], preset, tmp_path / "out")
    assert state_of(tmp_path / "out")["b.mp4"] == "not done"


@pytest.mark.slow  # two processes that load TensorFlow
@pytest.mark.parametrize("method", ["spawn", processes.METHOD])
def test_two_processes_write_what_one_does(
    method, preset, clips, tmp_path, monkeypatch
):
    monkeypatch.setattr(processes, "METHOD", method)
    # Other processes have the real detector, which finds no face here.
    failures = {}
    for jobs in (1, 2):
        shutil.copytree(clips, tmp_path / f"in{jobs}")
        shutil.copy(PORTRAIT, tmp_path / f"in{jobs}/x/face.jpg")
        failures[jobs] = predict_files(
            [tmp_path / f"in{jobs}"],
            preset,
            tmp_path / f"out{jobs}",
            report=[].append,
            jobs=jobs,
        )
    assert [f.path.name for f in failures[2]] == ["bad.mp4"]
    assert list_files(tmp_path / "out1") == list_files(tmp_path / "out2")


def test_a_line_that_the_console_cannot_show_is_escaped(monkeypatch):
    # A program of its own, whose output nobody reconfigured.
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", console)
    print_line("日本 <1 %")
    console.flush()
    assert console.buffer.getvalue() == b"\\u65e5\\u672c <1 %\n"
