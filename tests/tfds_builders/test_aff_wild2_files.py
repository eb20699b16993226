"""What the survey makes of copies of the corpus; nothing is built here."""

import math

import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.faces.video_files import write_numbered
from tests.tfds_builders.test_aff_wild2 import EIGHT
from tests.tfds_builders.test_aff_wild2 import POINTER
from tests.tfds_builders.test_aff_wild2 import TWELVE
from tests.tfds_builders.test_aff_wild2 import text

SEVEN = EIGHT.removesuffix(",Other")
FIRST = "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25"
THIRD = "Third_ABAW_Annotations"
MTL = "image,valence,arousal,expression,aus"


def pictures(root, folder, *numbers, data=b"not opened"):
    (root / folder).mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (root / folder / f"{number:05}.jpg").write_bytes(data)


def survey(root, config, data_dir):
    builder = corpora.make_builder(f"aff_wild2/{config}", data_dir)
    report = BuildReport("aff_wild2")
    found = builder.survey(SourceTree(root), report)
    left_out = {
        each["why"]: each["names"] for each in report.to_dict()["left_out"]
    }
    return {each.name: each for each in found}, left_out, report.notes


@pytest.fixture
def look(tmp_path):
    """Surveys the folder `copy`, see `survey`."""

    def looked(config="va"):
        return survey(tmp_path / "copy", config, tmp_path / "data")

    return looked


@pytest.fixture
def root(tmp_path):
    """A copy with two recordings, annotated for VA."""
    root = tmp_path / "copy"
    for split, name in (("Train_Set", "video1"), ("Validation_Set", "video2")):
        text(
            root, f"{THIRD}/VA_Set/{split}/{name}.txt", "valence,arousal", "0,0"
        )
        pictures(root, f"cropped_aligned/{name}", 1)
    return root


@pytest.mark.parametrize(
    ("folder", "splits"),
    [
        ("annotations/VA_Set", ("Training_Set", "Validation_Set")),
        ("annotations/annotations/VA_Set", ("Train_Set", "Validation_Set")),
        ("x/Third ABAW Annotations/VA_Estimation_Challenge", ("train", "val")),
        ("6th_ABAW_Annotations/va estimation challenge", ("TRAIN", "Valid")),
        ("VA_Set/VA_Set", ("Train_Set/Train_Set", "Validation_Set")),
    ],
)
def test_the_folders_of_all_editions_are_found(tmp_path, look, folder, splits):
    for split, name in zip(splits, ("video1", "Video2"), strict=True):
        text(tmp_path / "copy", f"{folder}/{split}/{name}.txt", "0.5,0.5")
        pictures(tmp_path / "copy", f"Cropped aligned/{name.lower()}", 1)
    found, left_out, _ = look()
    assert {name: each.split for name, each in found.items()} == {
        "video1": "train",
        "Video2": "validation",
    }
    assert not left_out


@pytest.mark.parametrize(
    ("files", "config", "message"),
    [
        (["a.txt"], "va", r"a folder VA_\* with folders train\*.* Found a.txt"),
        (["a.txt"], "expr", r"a folder EXPR_\*"),
        (["a.txt"], "au", r"a folder AU_\*"),
        (["a.txt"], "mtl", "with train_set.txt or training_set_annotations"),
        (["VA_Set/a.txt"], "va", r"a folder VA_\*"),
        (["VA_Set/Train_Set/a.txt"], "va", r"below a folder cropped_aligned\*"),
        (
            ["VA_Set/Train_Set/a.txt", "cropped_aligned/a/00001.jpg"],
            "va+pictures=cropped",
            r"below a folder cropped\*",
        ),
        (
            ["VA_Set/Train_Set/a.txt", "cropped_aligned/a/00001.jpg"],
            "va+pictures=videos",
            "videos with the names of the annotations",
        ),
        (
            ["VA_Set/Train_Set/a.txt", "cropped_aligned/b/00001.jpg"],
            "va",
            r"Expected recordings of aff_wild2 .* \(annotations without crops",
        ),
    ],
)
def test_a_wrong_folder_is_refused_in_one_sentence(
    tmp_path, files, config, message
):
    for file in files:
        text(tmp_path / "copy", file, "0,0")
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check(f"aff_wild2/{config}", tmp_path / "copy")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("va+pictures=crops", "pictures to be one of cropped_aligned, cropped"),
        ("va+times=clock", "times to be one of names, videos"),
        ("expr+classes=6", "classes to be one of 7, 8"),
        ("au+action_units=17", "action_units to be one of 8, 12"),
        ("va+task=sleep", "task to be one of va, expr, au, mtl"),
        ("mtl+classes=7", "lists of the multi-task .* classes=7"),
        ("mtl+action_units=8", "action_units=8"),
    ],
)
def test_a_choice_that_is_none_is_refused(tmp_path, config, message):
    with pytest.raises(ValueError, match=message):
        corpora.make_builder(f"aff_wild2/{config}", tmp_path)


# Editions


def test_several_editions_are_not_mixed(root, look):
    text(root, "annotations/VA_Set/Train_Set/video1.txt", "0.5,0.5")
    there = f"Found: {THIRD}/VA_Set, annotations/VA_Set. Choose one"
    with pytest.raises(ValueError, match=there) as error:
        look()
    assert "\n" not in str(error.value)
    found, left_out, notes = look("va+edition=third")
    assert list(found) == ["video1", "video2"]
    assert left_out["annotations of other tasks"] == [
        "annotations/VA_Set/Train_Set/video1.txt"
    ]
    # Both have this word; of one it is the whole name of a folder.
    found, _, notes = look("va+edition=Annotations")
    assert found["video1"].labels.values["valence"] == [0.5]
    assert "there are no annotations for validation" in notes
    with pytest.raises(ValueError, match="'5th' in their path. Found: Third"):
        look("va+edition=5th")
    with pytest.raises(ValueError, match="annotations of one edition"):
        look("va+edition=va")


@pytest.mark.parametrize("classes", [7, 8])
def test_classes_of_another_edition_are_asked_for(root, look, classes):
    header = {7: SEVEN, 8: EIGHT}
    text(root, "EXPR_Set/Train_Set/video1.txt", header[classes], "6", "-1")
    text(root, "EXPR_Set/Validation_Set/video2.txt", header[classes], "1", "7")
    found, left_out, _ = look(f"expr+classes={classes}")
    np.testing.assert_array_equal(
        found["video1"].labels.values["expression"], [6, -1]
    )
    odd = "labels with a value that cannot be"
    assert (odd in left_out) == (classes == 7)
    other = 15 - classes
    message = (
        rf"video1.txt to name neutral.*for aff_wild2/expr\+classes={classes}"
    )
    with pytest.raises(ValueError, match=message) as error:
        look(f"expr+classes={other}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("count", "names"), [(8, FIRST), (12, TWELVE)])
def test_action_units_of_another_edition_are_asked_for(
    root, look, count, names
):
    line = ",".join("10"[n % 2] for n in range(count))
    text(root, "AU_Set/Train_Set/video1.txt", names.replace(",", ", "), line)
    found, *_ = look(f"au+action_units={count}")
    np.testing.assert_array_equal(
        found["video1"].labels.values["action_units"], [[1, 0] * (count // 2)]
    )
    builder = corpora.make_builder(f"aff_wild2/au+action_units={count}", root)
    assert builder.extra == {"action_units": tuple(names.split(","))}
    with pytest.raises(ValueError, match="expected .* numbers") as error:
        look(f"au+action_units={20 - count}")
    assert "\n" not in str(error.value)


# Lines


def annotate(root, *lines, task="VA", name="video1", end="\n"):
    text(root, f"{THIRD}/{task}_Set/Train_Set/{name}.txt", *lines, end=end)


def test_a_file_without_a_header_begins_with_frame_0(root, look):
    annotate(root, "0.5,-0.5", "-5,-5", "1,0")
    annotate(root, "2", "-1", task="EXPR")
    found, _, notes = look()
    labels = found["video1"].labels
    np.testing.assert_array_equal(labels.frames, [0, 1, 2])
    np.testing.assert_array_equal(labels.values["valence"], [0.5, math.nan, 1])
    assert any("1 annotation files have no header" in note for note in notes)
    found, _, notes = look("expr")
    np.testing.assert_array_equal(
        found["video1"].labels.values["expression"], [2, -1]
    )
    assert any("no header" in note for note in notes)


def test_one_marker_takes_both_valence_and_arousal(root, look):
    annotate(root, "valence,arousal", "0.2,-5", "-5.0,0.3", "nan,0", "0.1,0.1")
    found, left_out, _ = look()
    expected = [math.nan] * 3 + [0.1]
    for name in ("valence", "arousal"):
        np.testing.assert_array_equal(
            found["video1"].labels.values[name], expected
        )
    where = f"{THIRD}/VA_Set/Train_Set/video1.txt, row 4"
    assert left_out == {"labels with a value that cannot be": [where]}


@pytest.mark.parametrize(
    ("task", "lines", "message"),
    [
        (
            "VA",
            ["valence,arousal", "0,0", "0,high"],
            "row 3: expected 2 nu.*'0,h",
        ),
        ("VA", ["valence,arousal", "0,0", "", "0,0"], "row 3: expected 2.*''"),
        ("VA", ["", "valence,arousal", "0,0,0"], "row 3: expected 2 numbers"),
        ("VA", ["0.5,0.5,"], "row 1: expected 2 numbers. Received: '0.5,0.5,'"),
        (
            "VA",
            ["happy,arousal", "0,0"],
            "to name valence, arousal. Found: hap",
        ),
        ("EXPR", [EIGHT, "0", "0,1"], "row 3: expected one number"),
        ("EXPR", [EIGHT.replace("Fear", "Love"), "0"], "Take the file from"),
        ("AU", [TWELVE, "1,0"], "row 2: expected 12 numbers"),
        ("AU", [TWELVE.replace("26", "27"), "0" + ",0" * 11], "Take the file"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(root, look, task, lines, message):
    annotate(root, *lines, task=task)
    with pytest.raises(ValueError, match=rf"video1\.txt.*{message}") as error:
        look(task.lower())
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([MTL, "video1/00001.jpg,0,0"], "row 2: expected 15 numbers"),
        ([MTL, "00001.jpg,0,0" + ",0" * 13], "row 2: expected a picture such"),
        ([MTL, "video1/00000.jpg,0,0" + ",0" * 13], "row 2: expected a pict"),
        ([MTL, "video1/a.jpg,0,0" + ",0" * 13], "'video1/a.jpg'"),
        (["image,aus", "x"], "columns image, valence, .* Found: image, aus"),
    ],
)
def test_a_list_that_cannot_be_read_is_named(root, look, lines, message):
    text(root, "train_set.txt", *lines)
    with pytest.raises(ValueError, match=message) as error:
        look("mtl")
    assert "\n" not in str(error.value)


def test_lists_lie_flat_in_some_editions(root, look):
    row = "0.5,0.5,3" + ",1" * 12
    text(root, "training_set_annotations.txt", f"x/video1/00001.jpg,{row}")
    text(root, "validation_set_annotations.txt", MTL, f"video2/00001.png,{row}")
    found, *_ = look("mtl")
    assert [each.split for each in found.values()] == ["train", "validation"]
    values = found["video1"].labels.values
    assert values["valence"] == [0.5]
    assert values["expression"] == [3]
    text(root, f"{THIRD}/MTL_Challenge/train_set.txt", MTL)
    with pytest.raises(ValueError, match="annotations of one edition"):
        look("mtl")
    found, *_ = look("mtl+edition=training_set")
    assert list(found) == ["video1", "video2"]


# Test sets


def test_a_list_of_pictures_names_the_test_set(root, look):
    text(
        root,
        "CVPR_6th_ABAW_VA_test_set_example.txt",
        "image_location,valence,arousal",
        *(
            "video3/00001.jpg,,",
            "video3/00002.jpg,,",
            "video4_left/00001.jpg,,",
        ),
    )
    text(root, "CVPR_6th_ABAW_AU_test_set_example.txt", "image_location")
    pictures(root, "cropped_aligned/video3", 1, 2, 3)
    found, left_out, _ = look()
    test = {n: each for n, each in found.items() if each.split == "test"}
    assert list(test) == ["video3"]
    assert len(test["video3"].footage.pictures) == 3
    assert left_out == {
        "annotations without crops": ["video4_left"],
        "annotations of other tasks": ["CVPR_6th_ABAW_AU_test_set_example.txt"],
    }


def test_among_several_test_lists_the_edition_chooses(root, look):
    lists = [f"CVPR_{n}th_ABAW_VA_test_set_sample.txt" for n in (5, 6)]
    for number, file in enumerate(lists):
        text(root, file, f"video{number}")
        pictures(root, f"cropped_aligned/video{number}", 1)
    found, left_out, _ = look()
    assert "test" not in {each.split for each in found.values()}
    assert left_out["one of several lists of a test set"] == lists
    (root / THIRD).rename(root / "6th_ABAW_Annotations")
    found, *_ = look("va+edition=6th")
    assert found["video1"].split == "test"


# Pictures


def test_crops_of_several_archives_are_merged(root, look):
    for name, folder in {
        "451": "cropped_aligned/cropped_aligned_new_50_vids",
        "452": "CROPPED_ALIGNED_new_50_vids/cropped_aligned_new_50_vids",
        "453": "cropped/cropped",
    }.items():
        annotate(root, "0,0", name=name)
        pictures(root, f"{folder}/{name}", 1)
    pictures(root, "cropped_aligned/cropped_aligned/video1", 1, 2, 3)
    found, left_out, _ = look()
    assert list(found) == ["451", "452", "video1", "video2"]
    assert len(found["video1"].footage.pictures) == 3  # the fuller folder
    assert left_out == {
        "a second folder of its recording": ["cropped_aligned/video1"],
        "folders not of cropped_aligned": ["cropped/cropped/453"],
        "annotations without crops": ["453"],
    }
    found, *_ = look("va+pictures=cropped")
    assert list(found) == ["453"]
    assert found["453"].footage.faces == "whole"


def test_a_number_is_the_frame_after_it(root, look):
    folder = root / "cropped_aligned" / "video1"
    names = (
        "00012.JPG",
        "12.png",
        "100000.jpg",
        "3.jpeg",
        "00000.jpg",
        "a.jpg",
    )
    for name in names:
        (folder / name).write_bytes(b"x")
    found, left_out, _ = look()
    assert found["video1"].footage.pictures == (
        (0, "00001.jpg"),
        (2, "3.jpeg"),
        (11, "00012.JPG"),
        (99999, "100000.jpg"),
    )
    assert left_out == {
        "a second picture of its number": ["cropped_aligned/video1/12.png"],
        "numbered 0, the first is 1": ["cropped_aligned/video1/00000.jpg"],
        "of no use here": ["cropped_aligned/video1/a.jpg"],
    }


def test_pointers_among_pictures_are_left_out(root, look):
    pictures(root, "cropped_aligned/video1", 1, 2, data=POINTER)
    pictures(root, "cropped_aligned/video1", 3)
    found, left_out, _ = look()
    assert found["video1"].footage.pictures == ((2, "00003.jpg"),)
    (names,) = left_out.values()
    assert len(names) == 2


# Videos


def test_a_name_without_a_side_is_the_other_person(root, look):
    people = {
        "video1": "main",
        "video3_left": "left",
        "video3": "right",
        "video4": "left",
        "video5_left": "left",
        "video5_right": "right",
        "video6_Right": "right",
        "video6_Left": "left",
        "video6": "main",  # whoever that is
        "video59": "left",  # its other person's name is known
        "video60": "right",  # its other person is in another task
    }
    for name in people:
        annotate(root, "0,0", name=name)
    annotate(root, "0", name="video60_left", task="EXPR")
    pictures(root, "cropped_aligned/video4_right", 1)
    for number in (1, 3, 4, 5, 6, 59, 60):
        text(root, f"batch{number}/VIDEO{number}.avi", "not opened")
    found, left_out, _ = look("va+pictures=videos")
    persons = {name: each.footage.person for name, each in found.items()}
    assert persons == people
    assert {each.footage.faces for each in found.values()} == {"find"}
    assert found["video6_Right"].subject == "video6"
    assert left_out["annotations without a video"] == ["video2"]
    assert "cropped_aligned/video4_right" in left_out["folders of pictures"]


def test_times_can_come_from_the_videos(root, look):
    names = ("451", "1-30-1280x720_left", "2-15-1280x720", "3-0-640x480")
    for name in names:
        annotate(root, "0,0", name=name)
        pictures(root, f"cropped_aligned/{name}", 1)
    write_numbered(root / "451.avi", 2, codec="mpeg4")
    write_numbered(root / "1-30-1280x720.mp4", 2)
    text(root, "2-15-1280x720.mp4", "no video")
    text(root, "video77.mp4", "no video")
    found, *_ = look()
    rates = [found[name].footage.rate_hz for name in names]
    np.testing.assert_array_equal(rates, [math.nan, 30, 15, math.nan])
    found, left_out, notes = look("va+times=videos")
    rates = [found[name].footage.rate_hz for name in names]
    np.testing.assert_array_equal(rates, [25, 25, 15, math.nan])
    assert left_out == {
        "videos without annotations of this task": ["video77.mp4"]
    }
    assert any(note.startswith("the times of 1 recordings") for note in notes)


# Size


def test_a_large_copy_is_gone_through_twice_at_most(root, look, monkeypatch):
    for number in range(60):
        pictures(root, f"cropped_aligned/v{number}", *range(1, 6))
        annotate(root, "0,0", name=f"v{number}")
    names = []
    inside = SourceTree.inside

    def counted(tree, folder):
        names.extend(inside(tree, folder))
        return inside(tree, folder)

    monkeypatch.setattr(SourceTree, "inside", counted)
    monkeypatch.setattr(SourceTree, "below", None)
    found, *_ = look()
    assert len(found) == 62
    files = 62 * 2 + 60 * 4  # annotations, first pictures, others
    assert sum(name.suffix == ".jpg" for name in names) == 62 + 60 * 4
    assert len(names) <= 2 * files
