import math

import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff.data.recordings import load_recordings
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered
from tests.tfds_builders.built import Built

NAN = math.nan
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
EIGHT = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other"
TWELVE = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26"
A, B, C = "1-30-1280x720", "10-60-1280x720", "10-60-1280x720_right"
CROPS = "aff_wild2/cropped_aligned/cropped_aligned"  # unpacked into its like
NEW = "aff_wild2/cropped_aligned/cropped_aligned_new_50_vids"
ROOT = "aff_wild2/Third ABAW Annotations"
VA = f"{ROOT}/VA_Estimation_Challenge"
EXPR = f"{ROOT}/EXPR_Classification_Challenge"
AU = f"{ROOT}/AU_Detection_Challenge"
TEST_LIST = "Valence_Arousal_Estimation_Challenge_test_set_release.txt"


def text(root, file, *lines, end="\n"):
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(end.join([*lines, ""]).encode())


def crops(root, folder, *numbers):
    """Writes pictures that show their numbers, the corpus's 1-based ones."""
    path = root / folder
    path.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        cv2.imwrite(str(path / f"{number:05}.jpg"), numbered(number))


def write_va(root):
    text(
        root,
        f"{VA}/Train_Set/{A}.txt",
        "valence,arousal",
        *("0.169,0.107", "-0.024,0.279", "-5,-5", "0.602,-1"),
        *("0.2,-5", "0.25,0.5"),
    )
    # The other order, as Windows writes it, with blanks all over.
    text(
        root,
        f"{VA}/Train_Set/451.txt",
        *("arousal , valence ", "0.25, -0.5", "1.5,0", "0.75,0.5 ", "", " "),
        end="\r\n",
    )
    text(root, f"{VA}/Train_Set/{B}.txt", "valence,arousal", "1,-1", "0,0")
    text(root, f"{VA}/Validation_Set/{C}.txt", "valence,arousal", "-1,1")
    # What goes with nothing, or cannot be used.
    text(root, f"{VA}/Train_Set/video9_1.txt", "valence,arousal", "1,1")
    text(root, f"{VA}/Train_Set/video6.txt", "valence,arousal", "1,1")
    text(root, f"{VA}/Validation_Set/lines.txt", "valence,arousal")
    text(root, f"{VA}/Train_Set/.DS_Store")
    text(root, f"{VA}/Train_Set/._{A}.txt", "junk")
    (root / VA / "Train_Set" / "empty.txt").write_bytes(b"")
    text(root, f"aff_wild2/{TEST_LIST}", "video77", "gone_left")


def write_expr(root):
    text(
        root,
        f"{EXPR}/Train_Set/{A}.txt",
        f"{EIGHT} ",
        *("0", "-1", "3", "4", "7", "6"),
    )
    # Other first: what 0 means follows from the header.
    text(
        root,
        f"{EXPR}/Validation_Set/{C}.txt",
        "Other,Surprise,Sadness,Happiness,Fear,Disgust,Anger,Neutral",
        "0",
    )
    text(root, f"{EXPR}/Validation_Set/451.txt", EIGHT, "8", "5", "1.5")


def write_au(root):
    text(
        root,
        f"{AU}/Train_Set/{A}.txt",
        f"{TWELVE} ",
        *("0,0,0,1,0,0,1,0,0,0,1,0", ",".join(["-1"] * 12)),
        "1,-1,0,0,0,0,0,0,0,0,0,1",
    )
    turned = ",".join(reversed(TWELVE.split(",")))
    text(
        root,
        f"{AU}/Validation_Set/451.txt",
        turned,
        *("1,0,0,0,0,0,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,0,0,2,0"),
    )


def write_mtl(root):
    folder = f"{ROOT}/MTL_Challenge"
    header, zeros = "image,valence,arousal,expression,aus", ",0" * 11
    text(
        root,
        f"{folder}/train_set.txt",
        header,
        # Not in order; the picture 00003 is not there.
        f"{A}/00005.jpg,-5.0,-5.0,-1,1{zeros}",
        f"451/00002.jpg,0.5,-0.5,7{',-1' * 12}",
        f"{A}/00002.jpg,0.169,0.107,4,0,0,0,1,0,0,1,0,0,0,1,0",
        f"{A}/00003.jpg,0,0,0,0{zeros}",
        f"{A}/00002.jpg,1,1,1,1{zeros}",
    )
    text(
        root,
        f"{folder}/validation_set.txt",
        header,
        f"{C}/00001.jpg,-1,1,6,0{zeros}",
    )


def write_source(root):
    """A small copy of the corpus, with what real ones have wrong."""
    for write in (write_va, write_expr, write_au, write_mtl):
        write(root)
    # No face in frame 3, and one picture more than lines.
    crops(root, f"{CROPS}/{A}", 1, 2, 4, 5, 6, 7)
    crops(root, f"{CROPS}/{A}/untitled folder", 1)
    (root / CROPS / A / "00006.jpg").write_bytes(b"no picture")
    crops(root, f"{CROPS}/{B}", 1, 2)
    crops(root, f"{CROPS}/{C}", 1)
    crops(root, f"{CROPS}/video77", 1, 2)
    crops(root, f"{CROPS}/video78", 1)
    crops(root, f"{NEW}/451", 1, 2, 3)
    for number in (1, 2):
        path = root / CROPS / "video6" / f"{number:05}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(POINTER)
    (root / CROPS / ".DS_Store").write_bytes(b"x")
    videos = root / "aff_wild2" / "batch1"
    videos.mkdir()
    write_numbered(videos / f"{A}.mp4", 5)
    write_numbered(videos / f"{B}.mp4", 3)
    (videos / f"{B}.avi").write_bytes(b"another file of it")
    new = root / "aff_wild2" / "new_vids"
    new.mkdir()
    write_numbered(new / "451.avi", 4, codec="mpeg4")
    (new / "451.mp4").write_bytes(b"")
    return root


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def build(copy, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")

    def built(config):
        return Built(f"aff_wild2/{config}", copy, data_dir)

    built.data_dir = data_dir
    return built


@pytest.fixture(scope="module")
def va(build):
    return build("va")


@pytest.fixture(scope="module")
def filmed(build):
    return build("va+find_faces=false+pictures=videos+size=64")


# What test_contract.py builds.
SMALL_SOURCE = "aff_wild2/va", write_source


def test_line_i_labels_picture_i_and_gaps_stay_gaps(va):
    frames = va.frames(A)
    # 00003 is not there, 00006 cannot be read, 00007 has no line.
    assert [number_of(each) for each in frames["image"]] == [1, 2, 4, 5, 7]
    np.testing.assert_array_equal(frames["index"], [0, 1, 3, 4, 6])
    valence = np.float32([0.169, -0.024, 0.602, NAN, NAN])
    np.testing.assert_array_equal(frames["valence"], valence)
    arousal = np.float32([0.107, 0.279, -1, NAN, NAN])
    np.testing.assert_array_equal(frames["arousal"], arousal)
    np.testing.assert_array_equal(frames["expression"], [-1] * 5)
    assert frames["image"].shape == (5, 112, 112, 3)


def test_columns_go_by_their_names_in_the_header(va):
    frames = va.frames("451")
    np.testing.assert_array_equal(frames["valence"], [-0.5, NAN, 0.5])
    np.testing.assert_array_equal(frames["arousal"], [0.25, NAN, 0.75])
    np.testing.assert_array_equal(frames["index"], [0, 1, 2])


def test_times_come_from_the_rate_in_the_name(va):
    time = va.frames(A)["time"]
    np.testing.assert_allclose(time, np.divide([0, 1, 3, 4, 6], 30), 1e-6)
    np.testing.assert_allclose(va.frames(B)["time"], [0, 1 / 60], 1e-6)
    assert np.isnan(va.frames("451")["time"]).all()
    notes = "; ".join(va.report["notes"])
    assert "times of 3 recordings come from the frame rate in their" in notes
    assert "2 recordings have no times" in notes


def test_splits_names_and_subjects_are_those_of_the_folders(va):
    assert list(va.examples) == ["train", "validation", "test"]
    assert va.names("train") == [A, B, "451"]
    assert va.names("validation") == [C]
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for some in va.examples.values()
        for each in some
    }
    assert subjects == {A: A, B: B, C: B, "451": "451", "video77": "video77"}
    shared = f"several splits: 1, such as {B} (train and validation)"
    assert any(shared in note for note in va.report["notes"])


def test_the_test_set_is_there_without_labels(va):
    frames = va.frames("video77")
    assert va.names("test") == ["video77"]
    assert [number_of(each) for each in frames["image"]] == [1, 2]
    assert np.isnan([frames["valence"], frames["arousal"]]).all()
    np.testing.assert_array_equal(frames["expression"], [-1, -1])


def test_nothing_is_left_out_silently(va):
    pointers = "only pointers of Git LFS; `git lfs pull` fetches the files"
    left_out = va.left_out()
    assert left_out.pop("annotations of other tasks") == [
        f"{AU}/Train_Set/{A}.txt",
        f"{AU}/Validation_Set/451.txt",
        f"{EXPR}/Train_Set/{A}.txt",
        f"{EXPR}/Validation_Set/{C}.txt",
        f"{EXPR}/Validation_Set/451.txt",
        f"{ROOT}/MTL_Challenge/train_set.txt",
        f"{ROOT}/MTL_Challenge/validation_set.txt",
    ]
    assert len(left_out.pop("videos")) == 5
    assert left_out == {
        "put there by the operating system": [
            f"{VA}/Train_Set/.DS_Store",
            f"{VA}/Train_Set/._{A}.txt",
            f"{CROPS}/.DS_Store",
        ],
        "in a folder 'untitled folder'": [
            f"{CROPS}/{A}/untitled folder/00001.jpg"
        ],
        "empty": [f"{VA}/Train_Set/empty.txt"],
        "annotations without a line": [f"{VA}/Validation_Set/lines.txt"],
        "labels with a value that cannot be": [
            f"{VA}/Train_Set/451.txt, row 3"
        ],
        pointers: [f"{CROPS}/video6/0000{n}.jpg" for n in (1, 2)],
        "annotations without crops": ["gone_left", "video6", "video9_1"],
        "folders of crops without annotations of this task": [
            f"{CROPS}/video78"
        ],
        "cannot be read": [f"{A}/00006.jpg"],
    }
    notes = va.report["notes"]
    # 00007 has no line; of the lines with a label, one has no picture: none,
    # for line 3 is marked -5.
    apart = "train has 0 labelled frames without a picture, and 1 pictures"
    assert any(apart in note for note in notes)
    counts = "train has 3 recordings, published are 351 (ABAW 2 and 3) or 356"
    assert any(counts in note for note in notes)


def test_a_built_corpus_is_read_for_training(va, build):
    recordings = load_recordings("aff_wild2/va", "train", build.data_dir)
    assert recordings.names == (A, B, "451")
    assert recordings.space is None
    assert np.count_nonzero(~np.isnan(recordings.valence)) == 3 + 2 + 2


def test_classes_go_by_their_names_in_the_header(build):
    built = build("expr+size=32")
    frames = built.frames(A)
    np.testing.assert_array_equal(frames["index"], [0, 1, 3, 4, 6])
    np.testing.assert_array_equal(frames["expression"], [0, -1, 4, 7, -1])
    assert np.isnan(frames["valence"]).all()
    np.testing.assert_array_equal(built.frames(C)["expression"], [7])
    np.testing.assert_array_equal(
        built.frames("451")["expression"], [-1, 5, -1]
    )
    assert built.left_out()["labels with a value that cannot be"] == [
        f"{EXPR}/Validation_Set/451.txt, row 2",
        f"{EXPR}/Validation_Set/451.txt, row 4",
    ]
    space = corpora.find_label_space("aff_wild2/expr+size=32", build.data_dir)
    assert space.name == "aff_wild2_8"
    # Frame 2 is fear and has no picture.
    apart = "train has 2 labelled frames without a picture, and 1 pictures"
    assert not any(apart in note for note in built.report["notes"])
    apart = apart.replace("2", "1", 1)
    assert any(apart in note for note in built.report["notes"])


def test_action_units_go_by_their_names_in_the_header(build):
    built = build("au+size=32")
    found = built.frames(A)["action_units"]
    assert found.dtype == np.int64
    rows = [[0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0], [-1] * 12]
    rows += [[-1] * 12] * 3  # the third line is of the picture that is gone
    np.testing.assert_array_equal(found, rows)
    found = built.frames("451")["action_units"]
    rows = [[0] * 11 + [1], [0, -1] + [0] * 10, [-1] * 12]
    np.testing.assert_array_equal(found, rows)


def test_a_multi_task_list_labels_the_pictures_that_it_names(build):
    built = build("mtl+size=32")
    assert built.names("train") == [A, "451"]
    frames = built.frames(A)
    assert [number_of(each) for each in frames["image"]] == [2, 5]
    np.testing.assert_array_equal(frames["index"], [1, 4])
    np.testing.assert_array_equal(frames["valence"], np.float32([0.169, NAN]))
    np.testing.assert_array_equal(frames["arousal"], np.float32([0.107, NAN]))
    np.testing.assert_array_equal(frames["expression"], [4, -1])
    rows = [[0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0], [1] + [0] * 11]
    np.testing.assert_array_equal(frames["action_units"], rows)
    frames = built.frames("451")
    np.testing.assert_array_equal(frames["expression"], [7])
    np.testing.assert_array_equal(frames["action_units"], [[-1] * 12])
    assert built.left_out()["line repeated in a list"] == [f"{A}/00002.jpg"]
    # 00003 is labelled and gone; of A four pictures are not named, of 451 two.
    apart = (
        "train has 1 labelled frames without a picture, and 6 pictures "
        "without a line of annotation, which are not stored"
    )
    assert apart in built.report["notes"]
    assert "train has 3 frames, published are" not in built.report["notes"]


def test_line_i_labels_frame_i_of_a_video(filmed):
    frames = filmed.frames(A)
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2, 3, 4]
    valence = np.float32([0.169, -0.024, NAN, 0.602, NAN])
    np.testing.assert_array_equal(frames["valence"], valence)
    # The container says 25, whatever the name says.
    np.testing.assert_allclose(frames["time"], np.arange(5) / 25, atol=1e-4)
    frames = filmed.frames("451")  # the .avi, since the .mp4 is empty
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2, 3]
    np.testing.assert_array_equal(frames["valence"], [-0.5, NAN, 0.5, NAN])


def test_two_people_share_a_video(filmed):
    assert filmed.names("train") == [A, B, "451"]
    assert filmed.names("validation") == [C]
    left, right = filmed.frames(B), filmed.frames(C)
    np.testing.assert_array_equal(left["valence"], [1, 0, NAN])
    np.testing.assert_array_equal(right["valence"], [-1, NAN, NAN])
    left_out = filmed.left_out()
    assert left_out["a second file of its video"] == [
        f"aff_wild2/batch1/{B}.avi"
    ]
    assert left_out["annotations without a video"] == [
        *("gone_left", "video6", "video77", "video9_1")
    ]
    assert left_out["empty"] == [
        f"{VA}/Train_Set/empty.txt",
        "aff_wild2/new_vids/451.mp4",
    ]


def test_check_counts_without_building(copy):
    said = corpora.check("aff_wild2/va", copy)
    lines = [line.split() for line in said.split("\n")]
    assert lines[:3] == [
        ["aff_wild2/va"],
        ["train", "validation", "test"],
        ["recordings", "3", "1", "1"],
    ]
    # 4 lines of A without those marked -5, 2 of B and of 451.
    assert ["with", "valence", "8", "1", "0"] in lines
    assert "left out: 3 (annotations without crops), such as gone_left" in said
