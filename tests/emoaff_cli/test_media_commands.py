"""`emoaff predict` with presets of every kind and other systems' rules."""

import csv
import json
import shutil

import cv2
import keras
import numpy as np
import pytest

import emoaff_cli
from emoaff.data.thinning import thinned_frames
from emoaff.faces import FaceDetector
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
from tests.prediction.small_sequences import reloaded
from tests.prediction.small_sequences import still_preset
from tests.sample import CLIP
from tests.sample import PORTRAIT
from tests.small_presets import saved


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    still = still_preset(root / "still")
    feature_preset(root / "memory", still, rate_hz=5, stride=3)
    clip_preset(root / "clips", rate_hz=5)
    return root


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """Two fifths of a second of nothing, then a face for as long."""
    path = tmp_path_factory.mktemp("late") / "late.mp4"
    with Video(CLIP) as video, VideoWriter(path, 480, 360, 25) as writer:
        for frame in video:
            if frame.index == 20:
                break
            image = np.full_like(frame.image, 60)
            if frame.index >= 10:
                image = frame.image
            writer.write(image, frame.time_s)
    return path


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.fixture(autouse=True)
def one_detector(detector, monkeypatch):
    """Loads the detector's networks once and not for every command."""
    from emoaff.prediction import file_work

    monkeypatch.setattr(file_work, "FaceDetector", lambda **_: detector)


def predict(path, model, out, *more):
    argv = ["predict", str(path), "--model", str(model), "--out", str(out)]
    return emoaff_cli.main([*argv, *more])


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("model", "form"), [("memory", "window"), ("clips", "window")]
)
def test_a_preset_with_a_memory_writes_the_usual_table(
    model, form, small, late, tmp_path, capsys
):
    # Random weights are seldom sure of anything.
    assert predict(late, small / model, tmp_path, "--always-answer") == 0
    rows = table(tmp_path / "late.csv")
    assert len(rows) == 20
    with_face = [row for row in rows if row["person"]]
    assert 5 <= len(with_face) <= 12
    assert all(row["expression"] for row in with_face)
    header = json.loads((tmp_path / "late.json").read_text())
    assert header["run"]["form"] == form
    assert header["run"]["rate_hz"] == 5
    assert header["label"] in with_face[-1]


def test_doubtful_rows_name_no_expression_and_say_why(
    small, late, tmp_path, capsys
):
    assert predict(late, small / "memory", tmp_path) == 0
    rows = table(tmp_path / "late.csv")
    with_face = [row for row in rows if row["person"]]
    assert all(bool(r["expression"]) != bool(r["doubt"]) for r in with_face)
    assert any("unsure" in row["doubt"] for row in with_face)
    assert "none named 100 %: unsure" in capsys.readouterr().out
    header = json.loads((tmp_path / "late.json").read_text())
    assert header["doubt"]["confidence"] == 0.5


@pytest.mark.parametrize("option", ["--affect", "--valence"])
def test_affect_derived_from_a_smile_is_pleasant_and_says_so(option, tmp_path):
    argv = [option, "derived", "--always-answer"]
    assert predict(PORTRAIT, "compact_ferplus", tmp_path, *argv) == 0
    (row,) = table(tmp_path / f"{PORTRAIT.stem}.csv")
    happy = float(row["happiness"])
    assert happy > 0.5
    assert float(row["valence"]) == pytest.approx(0.76 * happy, abs=0.1)
    assert float(row["arousal"]) == pytest.approx(0.48 * happy, abs=0.1)
    assert row["valence_source"] == row["arousal_source"] == "derived"
    header = json.loads((tmp_path / f"{PORTRAIT.stem}.json").read_text())
    assert header["valence_source"] == header["arousal_source"] == "derived"
    assert header["derived_affect"]["prior"]["name"] == "uniform"


def test_a_prior_changes_every_row_and_the_header_says_it(small, tmp_path):
    from emoaff.presets import load_preset

    shares = [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    output = load_preset(small / "still").config["outputs"]["expression"]
    known = {"expression": {**output, "class_prior": shares}}
    own = reloaded(still_preset(tmp_path / "own"), outputs=known)
    argv = ["--prior", "neutral=.1", "--always-answer"]
    for out, more in (("as", argv[2:]), ("other", argv)):
        assert predict(PORTRAIT, own.path, tmp_path / out, *more) == 0
    (before,), (after,) = (
        table(tmp_path / out / f"{PORTRAIT.stem}.csv")
        for out in ("as", "other")
    )
    names = own.labels.classes
    # neutral by 1/4, the other six by .9/6 over .1
    factors = np.where(np.array(names) == "neutral", 0.25, 1.5)
    expected = factors * [float(before[name]) for name in names]
    expected /= expected.sum()
    got = [float(after[name]) for name in names]
    np.testing.assert_allclose(got, expected, atol=2e-4)
    assert float(after["confidence"]) == pytest.approx(max(got))
    header, plain = (
        json.loads((tmp_path / out / f"{PORTRAIT.stem}.json").read_text())
        for out in ("other", "as")
    )
    assert header["model"]["prior"]["name"] == "given"
    assert header["model"]["prior"]["shares"]["neutral"] == 0.1
    assert plain["model"]["prior"]["name"] == "as-trained"


@pytest.mark.parametrize("prior", ["natural", "mostly"])
def test_a_prior_that_cannot_be_had_costs_one_sentence_for_all_files(
    prior, small, tmp_path, capsys
):
    argv = ["predict", PORTRAIT, CLIP, "--model", small / "still"]
    argv += ["--out", tmp_path / "out", "--prior", prior]
    assert emoaff_cli.main([str(word) for word in argv]) == 2
    printed = capsys.readouterr()
    assert "still does not" in printed.err and "Traceback" not in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_against_their_own_picture_everyone_is_neutral(tmp_path):
    argv = ["--baseline", str(PORTRAIT)]
    assert predict(PORTRAIT, "compact_ferplus", tmp_path, *argv) == 0
    (row,) = table(tmp_path / f"{PORTRAIT.stem}.csv")
    # 3,199 pictures were scored, which tell no error below 1 in 3,199.
    assert (row["expression"], row["confidence"]) == ("neutral", "0.9997")
    assert row["neutral"] == "1.0000"


@pytest.mark.parametrize(
    ("value", "message"),
    [("nowhere.mp4", "There is no nowhere.mp4"), ("-1", "seconds over 0")],
)
def test_a_baseline_that_is_none_costs_one_sentence(
    value, message, tmp_path, capsys
):
    argv = [f"--baseline={value}"]
    assert predict(PORTRAIT, "compact_ferplus", tmp_path, *argv) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1


def test_the_rules_of_emo_affectnet(small, late, tmp_path, capsys):
    argv = ["--rules", "emo-affectnet", "--annotate"]
    assert predict(late, small / "memory", tmp_path, *argv) == 0
    lines = (tmp_path / "late.csv").read_text().splitlines()
    classes = "Neutral,Happiness,Sadness,Surprise,Fear,Disgust,Anger"
    assert lines[0] == f"frame,{classes}"
    # Every fifth frame is looked at; the face is there from the eleventh on.
    samples = thinned_frames(20, 25.0)
    first = int(samples[samples >= 10][0]) + 1
    assert [line[:6] for line in lines[1:]] == [
        f"{n:06d}" for n in range(first, 21)
    ]
    printed = capsys.readouterr().out
    header = json.loads((tmp_path / "late.json").read_text())
    assert f"  label: {header['label'].capitalize()}\n" in printed
    assert header["options"]["faces"] == "lowest"
    assert header["columns"]["frame"].startswith("1-based")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "late.csv",
        "late.json",
        "late_annotated.mp4",
    ]
    with Video(tmp_path / "late_annotated.mp4") as video:
        images = [frame.image.astype(int) for frame in video]
    # Strong red and blue without green: their colour, and nobody else's.
    pink = [
        ((i[..., 0] - i[..., 1] > 90) & (i[..., 2] - i[..., 1] > 90)).any()
        for i in images
    ]
    assert pink == [n + 1 >= first for n in range(20)]


@pytest.mark.parametrize(("lead", "cells"), [("empty", ""), ("first", None)])
def test_without_their_rules_frames_before_the_face_have_rows(
    lead, cells, small, late, tmp_path
):
    argv = [
        "--format",
        "emo-affectnet",
        "--faces",
        "largest",
        "--before-first-face",
        lead,
    ]
    assert predict(late, small / "memory", tmp_path, *argv) == 0
    rows = table(tmp_path / "late.csv")
    assert [int(row["frame"]) for row in rows] == list(range(1, 21))
    values = {row["Anger"] for row in rows[:9]}
    if cells is None:
        assert values == {rows[12]["Anger"]} and values != {""}
    else:
        assert values == {cells}


def test_one_rule_can_be_another(small, late, tmp_path):
    argv = ["--rules", "emo-affectnet", "--lead", "empty", "--faces", "best"]
    assert predict(late, small / "memory", tmp_path, *argv) == 0
    assert len(table(tmp_path / "late.csv")) == 20
    header = json.loads((tmp_path / "late.json").read_text())
    assert header["options"]["faces"] == "best"
    assert header["options"]["min_score"] == 0.7


def test_a_video_without_a_face_is_no_error(small, tmp_path, capsys):
    path = tmp_path / "grey.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for i in range(4):
            writer.write(np.full((48, 64, 3), 99, np.uint8), i / 10)
    out = tmp_path / "out"
    argv = ["--rules", "emo-affectnet"]
    assert predict(path, small / "memory", out, *argv) == 0
    assert len((out / "grey.csv").read_text().splitlines()) == 1
    assert "label: none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("model", "argv", "words"),
    [
        ("memory", ["--run-mode", "static"], "one by one for temporal static"),
        ("still", ["--run-mode", "streaming"], "has no memory"),
        ("still", ["--rules", "emo-affectnet"], "has no memory"),
        ("memory", ["--format", "emo-affectnet"], "Choose --faces largest"),
        ("memory", ["--detection", "sampled"], "one face of each frame"),
        ("memory", ["--gap", "0"], "gap_s over 0"),
        ("memory", ["--stride", "7"], "Expected stride in 1 to 6"),
        ("memory", ["--live", "--temporal", "window"], "with live"),
        ("trunk", [], "trunk, which gives features alone"),
    ],
)
def test_what_does_not_fit_costs_one_sentence(
    model, argv, words, small, tmp_path, capsys
):
    if model == "trunk":
        picture = keras.Input((24, 24, 3))
        x = keras.layers.GlobalAveragePooling2D(name="features")(picture)
        outputs = {"features": {"kind": "features", "size": 3}}
        saved(small / "trunk", keras.Model(picture, {"features": x}), outputs)
    out = tmp_path / "out"
    assert predict(PORTRAIT, small / model, out, *argv) == 2
    captured = capsys.readouterr()
    assert words in captured.err and "Traceback" not in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not list(out.glob("*"))


def test_face_crops_are_not_looked_through(small, tmp_path):
    crop = np.full((48, 48, 3), 120, np.uint8)  # nobody, were it looked at
    cv2.imwrite(str(tmp_path / "crop.png"), crop)
    argv = ["--crops", "--always-answer"]
    assert predict(tmp_path / "crop.png", small / "still", tmp_path, *argv) == 0
    (row,) = table(tmp_path / "crop.csv")
    assert (row["person"], row["box_w"], row["box_h"]) == ("1", "48.0", "48.0")
    assert row["face_score"] == "" and row["expression"] != ""
    header = json.loads((tmp_path / "crop.json").read_text())
    assert header["options"]["crops"] and header["smallest_face_px"] is None


@pytest.mark.parametrize(
    ("more", "limit"), [((), 24), (("--min-face", "96"), 96)]
)
def test_the_header_says_how_small_a_face_may_be(
    more, limit, small, late, tmp_path
):
    assert predict(late, small / "still", tmp_path, *more) == 0
    header = json.loads((tmp_path / "late.json").read_text())
    assert header["smallest_face_px"] == limit  # of 480x360


def test_a_folder_of_frames_is_one_video_for_a_memory(small, tmp_path, capsys):
    folder = tmp_path / "shots"
    folder.mkdir()
    for number in (1, 2, 10):
        shutil.copy(PORTRAIT, folder / f"{number}.jpg")
    out = tmp_path / "out"
    clips = small / "clips"
    assert predict(folder, clips, out, "--sequence", "5") == 0
    assert "one by one" not in capsys.readouterr().out
    times = [float(row["time_s"]) for row in table(out / "shots.csv")]
    np.testing.assert_allclose(times, [0, 0.2, 0.4])
    assert predict(folder, clips, tmp_path / "apart") == 0
    assert "3 pictures" in capsys.readouterr().out
    assert len(list((tmp_path / "apart").glob("*.csv"))) >= 3
