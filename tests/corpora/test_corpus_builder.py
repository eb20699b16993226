import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pytest

from emoaff.corpora import clip_reader
from emoaff.corpora import recording_cut
from emoaff.corpora import work_folder
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from tests.corpora import tiny

HERE = pathlib.Path(__file__).parents[2]


@pytest.fixture
def opened(monkeypatch):
    """Names of the videos that are decoded, each time that they are."""
    names = []

    class Counted(clip_reader.Video):
        def __init__(self, path):
            names.append(path.name)
            super().__init__(path)

    monkeypatch.setattr(clip_reader, "Video", Counted)
    return names


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Five videos, and what an uninterrupted build makes of them."""
    folder = tmp_path_factory.mktemp("whole")
    root = tiny.copies(folder / "own", 5)
    return root, tiny.stored_files(tiny.build(root, folder / "data"))


# 5 videos of 30 frames, which are looked at in the order 0.mp4 to 4.mp4.
@pytest.mark.parametrize(
    ("where", "count", "finished"),
    [
        ("frame", 75, 2),  # in the middle of the third
        ("note", 2, 2),  # the crops of the third are there, no note of them
        ("storing", 3, 5),  # all are cut; TFDS writes the fourth
        ("cleaning", 0, 5),  # TFDS has renamed its folder
    ],
)
def test_a_killed_build_goes_on_where_it_was(
    tmp_path, whole, opened, where, count, finished
):
    root, expected = whole
    tiny.killed(root, tmp_path / "data", where, count)
    assert tiny.left_behind(tmp_path / "data") != []
    builder = tiny.build(root, tmp_path / "data")
    assert opened == [f"{number}.mp4" for number in range(finished, 5)]
    assert tiny.stored_files(builder) == expected
    assert tiny.left_behind(tmp_path / "data") == []


@pytest.mark.slow  # some seconds each, until one is not killed
def test_kills_at_random_moments_leave_a_build_that_can_be_finished(
    tmp_path, whole
):
    root, expected = whole
    began = time.monotonic()
    assert not tiny.killed_after(root, tmp_path / "whole", 600)
    seconds = time.monotonic() - began
    draw, deaths = random.Random(5), 0
    moments = (draw.uniform(0.1, 0.6) * seconds for _ in range(30))
    while tiny.killed_after(root, tmp_path / "data", next(moments)):
        deaths += 1  # each gets further than the one before
    assert deaths >= 1
    builder = tiny.build(root, tmp_path / "data")
    assert tiny.stored_files(builder) == expected
    assert tiny.left_behind(tmp_path / "data") == []


@pytest.mark.slow  # three processes that load TensorFlow
def test_several_processes_that_are_killed_leave_what_is_finished(
    tmp_path, whole, opened
):
    root, expected = whole
    command = [sys.executable, "-m", "tests.corpora.tiny", str(root)]
    command += [str(tmp_path / "data"), "recording", "2", "2"]
    done = subprocess.run(command, cwd=HERE, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    builder = tiny.build(root, tmp_path / "data")
    assert len(opened) <= 3
    assert tiny.stored_files(builder) == expected
    assert tiny.left_behind(tmp_path / "data") == []


def test_work_of_other_settings_or_other_files_is_not_taken(
    tmp_path, opened, whole
):
    root = tiny.copies(tmp_path / "own", 3)
    tiny.killed(root, tmp_path / "data", "storing", 0)
    os.utime(root / "1.mp4", (0, 0))
    builder = tiny.build(root, tmp_path / "data")
    assert opened == ["1.mp4"]
    assert len(tiny.examples(builder)) == 3
    tiny.killed(root, tmp_path / "other", "storing", 0)
    opened.clear()
    smaller = CropConfig(name="whole", size=24, find_faces=False)
    made = tiny.corpus(BUILDER_CONFIGS=[smaller])
    builder = tiny.build(root, tmp_path / "other", made)
    assert opened == ["0.mp4", "1.mp4", "2.mp4"]
    assert tiny.frames(builder, "0")["image"].shape[1:] == (24, 24, 3)


def test_changed_labels_use_the_crops_that_are_there(tmp_path, opened):
    root = tiny.copies(tmp_path / "own", 2)
    tiny.killed(root, tmp_path / "data", "storing", 0)

    def survey(builder, tree, report):
        found = tiny.every_video(builder, tree, report)
        for each in found:
            each.labels.values["valence"][:] = -1
        return found

    builder = tiny.build(root, tmp_path / "data", tiny.corpus(survey))
    assert opened == []
    assert set(tiny.frames(builder, "0")["valence"]) == {-1}


def test_what_a_build_that_was_killed_after_its_end_left_is_removed(tmp_path):
    root = tiny.copies(tmp_path / "own", 1)
    builder = tiny.build(root, tmp_path / "data")
    stored = tiny.stored_files(builder)
    work = tmp_path / "data" / ".unfinished" / "tiny" / "whole"
    work.mkdir(parents=True)
    (work / "0.crops").write_bytes(b"x")
    (builder.data_path.parent / "incomplete.ABC123_1.0.0").mkdir()
    again = tiny.build(root, tmp_path / "data")
    assert tiny.left_behind(tmp_path / "data") == []
    assert tiny.stored_files(again) == stored


def test_a_build_that_fails_leaves_its_work_and_nothing_half_written(
    tmp_path, monkeypatch, opened
):
    root = tiny.copies(tmp_path / "own", 2)

    def full(*args):
        raise OSError(28, "No space left on device")

    # Of a build that was killed, which would fill the disk at once with this.
    (tmp_path / "data/tiny/whole/incomplete.ABC123_1.0.0").mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(work_folder.WorkFolder, "where", full)
        with pytest.raises(OSError, match="No space left"):
            tiny.build(root, tmp_path / "data")
    names = {path.name for path in tiny.left_behind(tmp_path / "data")}
    assert not any("incomplete" in name or "lock" in name for name in names)
    opened.clear()
    tiny.build(root, tmp_path / "data")
    assert opened == []


@pytest.mark.parametrize("files", [["a.txt"], ["._a.mp4"]])
def test_a_wrong_folder_is_refused_in_one_sentence(tmp_path, files):
    root = tmp_path / "own"
    root.mkdir()
    for file in files:
        (root / file).write_text("x")
    with pytest.raises(FileNotFoundError, match="recordings of tiny") as error:
        tiny.build(root, tmp_path / "data")
    assert "\n" not in str(error.value)
    assert "`emoaff corpora tiny`" in str(error.value)
    assert tiny.left_behind(tmp_path / "data") == []


def test_a_corpus_without_a_face_is_refused(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.mp4").write_text("no video")
    message = r"Left out: 1 \(cannot be read\), such as a\. "
    with pytest.raises(ValueError, match=message):
        tiny.build(tmp_path / "own", tmp_path / "data")


def three_splits(builder, tree, report):
    """Two videos for training, one that is broken for validation."""
    root = tree.root
    return [
        SourceRecording(
            name,
            name,
            Footage(root / name, faces="whole"),
            FrameLabels.constant(expression=0),
            split,
        )
        for name, split in (
            ("a.mp4", "extra"),
            ("broken.mp4", "validation"),
            ("c.mp4", "train"),
        )
    ]


def test_a_split_without_a_face_is_noted_and_not_built(tmp_path, capsys):
    root = tmp_path / "own"
    tiny.film(root / "a.mp4", 2)
    tiny.film(root / "c.mp4", 3)
    (root / "broken.mp4").write_text("no video")
    made = tiny.corpus(three_splits, LABEL_SPACE="affectnet_7")
    builder = tiny.build(root, tmp_path / "data", made)
    assert list(builder.info.splits) == ["train", "extra"]
    said = capsys.readouterr().out
    assert "note: validation holds no face, and is not built" in said
    assert "left out: 1 (cannot be read), such as broken.mp4" in said


def test_counts_unlike_the_published_are_noted(tmp_path, capsys):
    root = tmp_path / "own"
    for name in ("a.mp4", "broken.mp4", "c.mp4"):
        tiny.film(root / name, 2)
    published = {
        "train": {"recordings": 1, "frames": 9},
        "extra": {"recordings": 4},
        "test": {"recordings": 1},
    }
    made = tiny.corpus(
        three_splits,
        LABEL_SPACE="affectnet_7",
        PUBLISHED={"whole": published, "other": {"train": {"frames": 1}}},
    )
    notes = [
        "train has 2 frames, published are 9",
        "extra has 1 recordings, published are 4",
        "there is no test, which publications have",
    ]
    checked = made(data_dir=tmp_path).check(root)
    found = [line for line in checked.split("\n") if "note" in line]
    assert found == [f"note: {note}" for note in notes[1:]]
    builder = tiny.build(root, tmp_path / "data", made)
    report = json.loads((builder.data_path / "build_report.json").read_text())
    assert [note for note in report["notes"] if "class" not in note] == notes


def test_a_check_decodes_nothing_and_says_what_would_be_built(
    tmp_path, monkeypatch
):
    root = tmp_path / "own"
    for name in ("a.mp4", "broken.mp4", "c.mp4"):
        tiny.film(root / name, 2)

    def fails(*args):
        raise AssertionError(args)

    monkeypatch.setattr(clip_reader, "Video", fails)
    monkeypatch.setattr(recording_cut, "read_picture", fails)
    monkeypatch.setattr(recording_cut, "FaceCropper", fails)
    made = tiny.corpus(three_splits, LABEL_SPACE="affectnet_7")
    text = made(data_dir=tmp_path / "data").check(root)
    lines = text.split("\n")
    assert lines[0] == "tiny/whole"
    assert lines[1].split() == ["train", "validation", "extra"]
    assert lines[2].split() == ["recordings", "1", "1", "1"]
    assert lines[3].split() == ["subjects", "1", "1", "1"]
    assert ["neutral", "1", "1", "1"] in [line.split() for line in lines]
    assert ["anger", "0", "0", "0"] in [line.split() for line in lines]
    assert "frames read" not in text and "frames stored" not in text
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"size": 0}, "size=0"),
        ({"margin": -2.0}, "margin=-2.0"),
        ({"rate_hz": 0.0}, "rate_hz=0.0"),
        ({"quality": 0}, "quality=0"),
    ],
)
def test_wrong_settings_are_refused_by_a_check_too(tmp_path, config, message):
    tiny.film(tmp_path / "own" / "a.mp4", 2)
    made = tiny.corpus(BUILDER_CONFIGS=[CropConfig(name="own", **config)])
    with pytest.raises(ValueError, match=message):
        made(data_dir=tmp_path / "data").check(tmp_path / "own")


def test_other_files_than_the_corpus_was_built_from_are_refused(tmp_path):
    root = tiny.copies(tmp_path / "own", 2)
    builder = tiny.build(root, tmp_path / "data")
    first = tiny.stored_files(builder)
    (root / ".DS_Store").write_text("a folder that was looked at")
    os.utime(root / "0.mp4", (0, 0))
    assert tiny.stored_files(tiny.build(root, tmp_path / "data")) == first
    (root / "new.txt").write_text("x")
    with pytest.raises(ValueError, match="Build into another folder, or del"):
        tiny.build(root, tmp_path / "data")


def test_building_inside_of_the_folder_is_refused(tmp_path):
    root = tiny.copies(tmp_path / "own", 1)
    with pytest.raises(ValueError, match="outside of the folder"):
        tiny.build(root, root / "data")
    assert not (root / "data").exists()
