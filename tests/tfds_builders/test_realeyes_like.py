import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.data.recordings import load_recordings
from emoaff.recipes import tzirakis_realeyes
from emoaff.training.clip_data import ClipData
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

NAN = float("nan")
HEADER = "frame,neutral,happy,surprise,disgust,contempt,confusion,empathy,other"
FLAGS = "realeyes_like/shares+find_faces=false+margin=0+size=32"
CLASSES = HEADER.split(",")[1:]


def table(path, *rows, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n", encoding)


def box_of(number):
    """The face jumps from side to side."""
    return 32 * (number % 2), 8, 32, 32


def write_faces(path, count):
    """A video of a square on black, as bright as the frame's number."""
    images = np.zeros((count, 48, 64, 3), np.uint8)
    for number, image in enumerate(images):
        x, y, width, height = box_of(number)
        image[y : y + height, x : x + width] = 20 * (number + 1)
    write_video(path, images)


def write_source(root):
    """0 and 1, given splits, one clip with boxes; and what users leave."""
    home = root / "export" / "realeyes_like"
    table(
        home / "metadata.csv",
        " Clip,subject,gender,age,fps,split ",
        "s1_ad1,s1,f,34,12.5,Train",
        "s2_ad1,s2,m,51,12.5,validation",
        "s3_ad1,,,,,train",
        "s4_ad1,s4,m,20,25,train",
        "s5_ad1,s5,m,20,25,train",
        "s6_ad1,s6,m,20,25,train",
        ",,,,,",
        encoding="utf-8-sig",
    )
    videos, notes = home / "videos", home / "annotations"
    videos.mkdir()
    write_faces(videos / "s1_ad1.mp4", 8)
    write_numbered(videos / "s2_ad1.avi", 5, codec="mpeg4")
    write_numbered(videos / "s3_ad1.mkv", 3)
    write_numbered(videos / "s4_ad1.mp4", 3)
    (videos / "s5_ad1.mp4").write_bytes(b"")
    write_numbered(videos / "s9_ad1.mp4", 3)
    (videos / "._s1_ad1.mp4").write_bytes(b"x")
    table(
        notes / "s1_ad1.csv",
        HEADER,
        "6,0,1,0,0,0,0,0,-1",
        "0,1,0,0,0,0,0,0,0",
        "1,0,1,0,0,0,0,0,0",
        "2,0,1,1,0,0,0,0,0",
        "",
        "3,-1,-1,-1,-1,-1,-1,-1,-1",
        "5,0,0,0,0,0,0,0,0",
        "99,0,0,0,0,0,0,0,1",
    )
    # Columns go by name: here in reverse, and with upper case and blanks.
    table(
        notes / "s2_ad1.csv",
        ", ".join(reversed(HEADER.replace("h", "H").split(","))),
        "1,0,0,0,0,0,0,0,0",
        "0,0,0,0,0,0,1,,4",
    )
    table(notes / "s3_ad1.csv", HEADER)
    table(notes / "s5_ad1.csv", HEADER)
    table(notes / "s6_ad1.csv", HEADER)
    rows = [",".join(map(str, (n, *box_of(n), 0.9))) for n in (0, 1, 2, 6, 7)]
    table(
        home / "boxes" / "s1_ad1.csv",
        "frame,x,y,width,height,score",
        *rows,
        "3,,,,,",
    )
    table(home / "boxes" / "s9_ad1.csv", "frame,x,y,width,height")
    table(home / "notes.txt", "x")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("realeyes"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def flags(root, data):
    return Built(FLAGS, root, data)


def row(**cells):
    """A row of emotions: 0 but for some."""
    return [cells.get(name, 0) for name in CLASSES]


UNKNOWN = [NAN] * 8


# What test_contract.py builds.
SMALL_SOURCE = FLAGS, write_source


def test_rows_join_by_frame_and_unknown_stays_unknown(flags):
    frames = flags.frames("s1_ad1")
    np.testing.assert_array_equal(frames["index"], [0, 1, 2, 6, 7])
    expected = [
        row(neutral=1),
        row(happy=1),
        row(happy=1, surprise=1),
        row(happy=1, other=NAN),
        UNKNOWN,  # no row
    ]
    np.testing.assert_array_equal(frames["emotions"], np.float32(expected))
    # Two at once have no winner.
    np.testing.assert_array_equal(frames["expression"], [0, 1, -1, 1, -1])
    assert np.isnan(frames["valence"]).all()


def test_faces_are_cut_at_the_boxes_of_their_own_frame(flags):
    frames = flags.frames("s1_ad1")
    for index, image in zip(frames["index"], frames["image"], strict=True):
        inside = image[4:-4, 4:-4]
        assert abs(inside.mean() / 20 - 1 - index) < 0.5
        assert inside.std() < 6


def test_times_come_from_the_video_whatever_the_table_says(flags):
    times = flags.frames("s1_ad1")["time"]
    expected = np.array([0, 1, 2, 6, 7]) / 25  # not 12.5
    np.testing.assert_allclose(times, expected, atol=1e-3)


def test_columns_go_by_name_and_a_clip_without_boxes_is_kept_whole(flags):
    frames = flags.frames("s2_ad1")
    assert [number_of(i) for i in frames["image"]] == [0, 1, 2, 3, 4]
    expected = [row(other=1), *[UNKNOWN] * 3, row(happy=1, neutral=NAN)]
    np.testing.assert_array_equal(frames["emotions"], np.float32(expected))
    np.testing.assert_array_equal(frames["expression"], [7, -1, -1, -1, 1])


def test_given_splits_and_subjects_are_kept(flags):
    found = {
        split: [(e["recording"].decode(), e["subject"].decode()) for e in some]
        for split, some in flags.examples.items()
    }
    assert found == {
        "train": [("s1_ad1", "s1"), ("s3_ad1", "s3_ad1")],
        "validation": [("s2_ad1", "s2")],
    }
    assert np.isnan(flags.frames("s3_ad1")["emotions"]).all()


def test_what_is_not_used_is_counted_with_its_reason(flags):
    home = "export/realeyes_like"
    assert flags.left_out() == {
        "put there by the operating system": [f"{home}/videos/._s1_ad1.mp4"],
        "empty": [f"{home}/videos/s5_ad1.mp4"],
        "no file of the corpus by its name": [f"{home}/notes.txt"],
        "in metadata.csv, without a usable video": ["s5_ad1", "s6_ad1"],
        "in metadata.csv, without usable annotations": ["s4_ad1"],
        "not named in metadata.csv": [
            f"{home}/boxes/s9_ad1.csv",
            f"{home}/videos/s9_ad1.mp4",
        ],
    }
    notes = flags.report["notes"]
    assert (
        f"not stored of {home}/metadata.csv: gender, age, fps; times come "
        "from the videos" in notes
    )
    assert "the column score of the boxes is not used" in notes
    assert (
        "annotated frames of train that hold a class: neutral 1, happy 3, "
        "surprise 1, disgust 0, contempt 0, confusion 0, empathy 0, other 1"
        in notes
    )
    assert not [note for note in notes if "votes" in note]


def test_the_recipe_of_the_paper_reads_it(flags, data):
    config = tzirakis_realeyes.CONFIG.change(
        data={"dataset": FLAGS},
        window={"frames": 2},
        balance={"stride": 1},
        batch={"size": 1},
        model={"size": 32},
    )
    said = []
    read = ClipData(config, data, None, said.append)
    assert read.space.name == "realeyes"
    assert read.space.multi_label
    split = load_recordings(FLAGS, "train", data)
    windows = split.index[read.windows.rows]
    # Of 0, 1, 2 and 6, 7, since none crosses a gap; then without neutral.
    assert windows.tolist() == [[0, 1], [6, 7], [1, 2], [6, 7]]
    # Of these windows 0 is neutral, 1, 6, 1, 2 and 6 happy, 2 surprised.
    assert read.class_counts().tolist() == [1, 5, 1, 0, 0, 0, 0, 0]


def survey(root, name="realeyes_like", data_dir="/nowhere"):
    """What would be built, and the report."""
    report = BuildReport(name)
    made = corpora.make_builder(name, data_dir)
    return made.survey(SourceTree(root), report), report


def write_clips(root, rows, metadata, header=HEADER):
    """A corpus of clips with the same rows, and no video worth the name."""
    table(root / "metadata.csv", "clip,subject,split", *metadata)
    (root / "videos").mkdir(exist_ok=True)
    for line in metadata:
        name = line.partition(",")[0]
        (root / "videos" / f"{name}.webm").write_bytes(b"x")
        table(root / "annotations" / f"{name}.csv", header, *rows)


VOTES = ("0,3,2,0,0,0,0,0,0", "1,3,3,0,1,0,0,0,0", "2,0,0,0,0,0,0,0,0")
VOTES += ("3,-1,3,1,0,0,0,0,0", "4,-1,-1,-1,-1,-1,-1,-1,-1")
VOTES += ("5,0,-1,-1,-1,-1,-1,-1,-1",)  # nobody for the only one known


@pytest.mark.parametrize(
    ("name", "emotions"),
    [
        (
            "realeyes_like",
            [
                row(neutral=3 / 5, happy=2 / 5),
                row(neutral=3 / 7, happy=3 / 7, disgust=1 / 7),
                UNKNOWN,  # no votes at all
                row(neutral=NAN, happy=3 / 4, surprise=1 / 4),
                UNKNOWN,
                UNKNOWN,
            ],
        ),
        (
            "realeyes_like/winner",
            [
                row(neutral=1),
                UNKNOWN,  # a tie
                UNKNOWN,
                row(neutral=NAN, happy=1),
                UNKNOWN,
                UNKNOWN,
            ],
        ),
    ],
)
def test_votes_become_shares_or_a_winner(tmp_path, name, emotions):
    write_clips(tmp_path, VOTES, ["a,anna,train"])
    recordings, report = survey(tmp_path, name)
    values = recordings[0].labels.values
    np.testing.assert_allclose(values["emotions"], emotions, rtol=1e-6)
    np.testing.assert_array_equal(values["expression"], [0, -1, -1, 1, -1, -1])
    note = "cells go up to 3 (annotations/a.csv), so all annotations are taken"
    assert any(each.startswith(note) for each in report.notes)


def test_other_classes_are_named_in_the_configuration(tmp_path):
    name = "realeyes_like/shares+classes=Calm|bored+find_faces=false+size=32"
    home = tmp_path / "own"
    rows = ("0,1,0", "1,0,1", "2,1,1")
    write_clips(home, rows, ["a,anna,train"], "frame,bored,calm")
    write_numbered(home / "videos" / "a.webm", 3, codec="libvpx")
    built = Built(name, home, tmp_path / "data")
    assert built.classes == ["calm", "bored"]
    frames = built.frames("a")
    np.testing.assert_array_equal(frames["emotions"], [[0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(frames["expression"], [1, 0, -1])
    with pytest.raises(ValueError, match="shares\\+classes=bored|calm"):
        survey(home)


def test_without_splits_a_fifth_of_the_subjects_is_for_validation(tmp_path):
    metadata = [f"s{n:02d}_ad{k},s{n:02d}," for n in range(10) for k in (1, 2)]
    write_clips(tmp_path, ["0,1,0,0,0,0,0,0,0"], metadata)
    recordings, report = survey(tmp_path)
    by_split = {"train": set(), "validation": set()}
    for each in recordings:
        by_split[each.split].add(each.subject)
    assert len(recordings) == 20
    assert len(by_split["validation"]) == 2
    assert not by_split["train"] & by_split["validation"]
    assert [each.split for each in recordings] == ["train"] * 16 + [
        "validation"
    ] * 4


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (["a,anna,train", "b,anna,test"], "subject 'anna' in train .* in test"),
        (["a,anna,train", "b,ben,"], "row 3: expected a split for every clip"),
        (
            ["a,anna,train", "b,ben,dust"],
            "row 3: expected split to be .*'dust'",
        ),
        (["a,anna,train", "a,anna,train"], "each clip once .* rows 2 and 3"),
        (["a,anna,train,,9"], "row 2: expected 3 cells as in the header"),
        (["a,anna,train", ",ben,train"], "row 3: expected the name of a clip"),
    ],
)
def test_a_table_of_clips_that_contradicts_itself_is_refused(
    tmp_path, metadata, message
):
    write_clips(tmp_path, ["0,1,0,0,0,0,0,0,0"], metadata)
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("realeyes_like", tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["0,8,0,0,0,0,0,0,0"], "row 2: .* from 0 to 7, in the column neutral"),
        (["0,0,-2,0,0,0,0,0,0"], "row 2: .* in the column happy. Found: -2"),
        (["0,0,0.5,0,0,0,0,0,0"], "row 2: .* in the column happy. Found: 0.5"),
        (["0,0,inf,0,0,0,0,0,0"], "row 2: .* in the column happy. Found: inf"),
        (["0,x,0,0,0,0,0,0,0"], "row 2: .* in the column neutral. Found: 'x'"),
        (["-1,1,0,0,0,0,0,0,0"], "row 2: .* in the column frame. Found: '-1'"),
        (
            ["inf,1,0,0,0,0,0,0,0"],
            "row 2: .* in the column frame. Found: 'inf'",
        ),
        (["", "1,0,0"], "row 3: expected 9 cells as in the header. Found: 3"),
        (VOTES[:1] * 2, "Found: frame 0 in rows 2 and 3. Remove one"),
    ],
)
def test_a_wrong_annotation_is_refused_by_file_and_row(tmp_path, rows, message):
    write_clips(tmp_path, rows, ["a,anna,train"])
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("realeyes_like", tmp_path)
    assert "annotations/a.csv" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        ("frame,x,y,width", ["0,1,1,1"], "Expected the columns frame, x, y, w"),
        (
            "frame,x,y,width,height",
            ["0,1,1,1,inf"],
            "a finite number of pixels",
        ),
        ("x,y,width,height", ["1,1,1,1"], "a header in boxes/a.csv with the"),
    ],
)
def test_wrong_boxes_are_refused_unless_they_are_not_used(
    tmp_path, header, rows, message
):
    write_clips(tmp_path, ["0,1,0,0,0,0,0,0,0"], ["a,anna,train"])
    table(tmp_path / "boxes" / "a.csv", header, *rows)
    with pytest.raises(ValueError, match=message):
        corpora.check("realeyes_like", tmp_path)
    recordings, _ = survey(tmp_path, "realeyes_like/shares+use_boxes=false")
    assert recordings[0].footage.faces == "find"
    assert recordings[0].footage.boxes is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("realeyes_like/shares+votes=most", "votes to be shares or winner"),
        ("realeyes_like/shares+classes=a|a", "Received: classes='a|a'"),
        ("realeyes_like/shares+classes=a|", "different names of classes"),
        ("realeyes_like/shares+raters=0", "raters to be 1 or more"),
    ],
)
def test_settings_without_meaning_are_refused(tmp_path, name, message):
    with pytest.raises(ValueError, match=message.replace("|", r"\|")):
        survey(tmp_path, name)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["metadata.csv", "videos/a.mp4"], "metadata.csv with the folders vid"),
        (["videos/a.mp4", "annotations/a.csv"], "Found annotations, videos"),
        (
            ["metadata.csv", "videos/a.mp4", "annotations/a.csv"],
            "a table of clips in .*not usable: empty",
        ),
    ],
)
def test_another_folder_is_refused_in_one_sentence(tmp_path, files, message):
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check("realeyes_like", tmp_path)
    assert "\n" not in str(error.value)
