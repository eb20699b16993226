import json

import numpy as np
import pytest
from scipy.io import wavfile

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.data.recordings import load_recordings
from emoaff.data.side_inputs import SideFiles
from emoaff.data.side_inputs import read_side_input
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered
from tests.tfds_builders.built import Built
from tfds_builders.sewa import label_file
from tfds_builders.sewa.instance import Instance
from tfds_builders.sewa.instance import instance

NAN = float("nan")
SMALL = "find_faces=false+size=32"
HEADER = "name;timestamp;arousal;valence;liking\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def text(path, content, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.replace("\n", newline).encode())


def labels(path, rows, name, header="", newline="\n"):
    """Rows of time, arousal and valence; everybody likes it at 0.9."""
    lines = [f"'{name}';{t};{a};{v};0.9\n" for t, a, v in rows]
    text(path, header + "".join(lines), newline)


def clip(path, count=8, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".avi":
        how = {"codec": "mpeg4", **how}
    return write_numbered(path, count, **how)


STAIRS = [("0.0", 0.1, -0.1), ("0.1", 0.2, -0.2), ("0.2", 0.3, -0.3)]
GAP = [
    ("0.000000", 0.1, -0.1),
    ("0.100000", 0.2, -0.2),
    ("0.300000", 0.4, ""),
    ("0.400000", 0.5, -1.25),
    ("0.500000", 0.6, -0.6),
]


def write_2017(root):
    """The first challenge: no header, videos without zeros in front."""
    home = root / "AVEC2017" / "AVEC2017"
    clip(home / "video" / "Train_1.avi")
    clip(home / "video" / "Devel_01.mp4", 16)
    clip(home / "video" / "Devel_02.avi", 4)
    clip(home / "video" / "Test_16.AVI", 3)
    clip(home / "video" / "Train_03.avi", 1)
    clip(home / "video" / "Train_DE_01.avi", 1)
    clip(home / "video" / "intro.avi", 1)
    clip(home / "copies" / "Train_01.mp4", 2)
    fast = [0.02 * n for n in range(16)]  # 50 a second
    clip(home / "video" / "Train_04.mp4", 16, times=fast)
    text(home / "video" / "Train_05.avi", POINTER)
    text(home / "video" / "._Train_1.avi", "x")
    labels(home / "labels" / "Train_01.csv", STAIRS, "Train_01")
    labels(home / "labels" / "Train_04.csv", STAIRS, "Train_04", "", "\r\n")
    labels(home / "labels" / "Devel_01.csv", GAP, "Devel_01")
    labels(home / "labels" / "Devel_02.csv", STAIRS[:1], "Devel_01")
    labels(home / "labels" / "Train_02.csv", STAIRS, "Train_02")
    labels(home / "labels" / "Train_DE_09.csv", STAIRS, "Train_DE_09")
    labels(home / "labels" / "old" / "Train_01.csv", GAP, "Train_01")
    labels(home / "video_features" / "Train_01.csv", GAP, "Train_01")
    text(home / "turns" / "Train_01.csv", "0.1;0.2\n")
    (home / "audio").mkdir()
    silence = np.zeros(16_000, np.int16)
    wavfile.write(home / "audio" / "Train_1.wav", 16_000, silence)
    text(home / "labels" / "readme.csv", "x")
    text(home / "labels" / "Devel_03.csv", "")
    return root


def write_2019(root):
    """The last challenge: a header, cultures, a label folder for each part."""
    for name in ("Train_DE_01", "Train_HU_02", "Devel_HU_07", "Test_CN_70"):
        clip(root / "recordings" / f"{name}.mp4", 4)
    clip(root / "recordings" / "test_hu_1.avi", 4)
    folder = root / "labels"
    labels(folder / "Train_DE_01.csv", STAIRS, "Train_DE_01", HEADER)
    labels(folder / "Train_HU_02.csv", STAIRS, "Train_HU_02", HEADER)
    other = "Name; Timestamp;valence;arousal;liking\n"
    labels(
        root / "labels_devel" / "Devel_HU_07.csv",
        STAIRS,
        "Devel_HU_07",
        other,
        "\r\n",
    )
    return root


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    return {
        "2017": write_2017(tmp_path_factory.mktemp("old")),
        "2019": write_2019(tmp_path_factory.mktemp("new")),
    }


@pytest.fixture(scope="module")
def first(roots, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"sewa/avec2017+{SMALL}", roots["2017"], data_dir)


@pytest.fixture(scope="module")
def last(roots, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"sewa/avec2019+{SMALL}", roots["2019"], data_dir)


@pytest.fixture
def surveyed(roots, tmp_path):
    def survey(config, root):
        builder = corpora.make_builder(f"sewa/{config}", tmp_path)
        report = BuildReport(config)
        found = builder.survey(SourceTree(roots[root]), report)
        return [each.name for each in found], report

    return survey


# What test_contract.py builds.
SMALL_SOURCE = f"sewa/avec2017+{SMALL}", write_2017


def test_a_label_holds_from_its_time_for_a_tenth_of_a_second(first):
    frames = first.frames("Train_01")
    assert [number_of(each) for each in frames["image"]] == [*range(8)]
    # 25 pictures a second: 0, 0.04, 0.08 | 0.12, 0.16 | 0.2, 0.24, 0.28 s.
    expected = np.float32([0.1, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.3])
    np.testing.assert_array_equal(frames["arousal"], expected)
    np.testing.assert_array_equal(frames["valence"], -expected)
    assert frames["expression"].tolist() == [-1] * 8


def test_fifty_pictures_a_second_go_by_time_as_well(first):
    frames = first.frames("Train_04")
    assert [number_of(each) for each in frames["image"]] == [*range(16)]
    # Five pictures to a label; the last one, at 0.3 s, has none.
    expected = [0.1] * 5 + [0.2] * 5 + [0.3] * 5 + [NAN]
    np.testing.assert_array_equal(frames["arousal"], np.float32(expected))


def test_missing_rows_and_cells_are_unlabelled(first):
    frames = first.frames("Devel_01")
    # No row at 0.2 s, which is pictures 5 to 7; the last row holds for
    # picture 13 at 0.52 s and 14 at 0.56 s, not for 15 at 0.6 s.
    arousal = [0.1] * 3 + [0.2] * 2 + [NAN] * 3 + [0.4] * 2 + [0.5] * 3
    arousal += [0.6] * 2 + [NAN]
    np.testing.assert_array_equal(frames["arousal"], np.float32(arousal))
    valence = (
        [-0.1] * 3 + [-0.2] * 2 + [NAN] * 5 + [-1.0] * 3
    )  # -1.25 in the file
    valence += [-0.6] * 2 + [NAN]
    np.testing.assert_array_equal(frames["valence"], np.float32(valence))


def test_labels_a_little_beyond_one_are_told(first):
    note = (
        "recordings with labels beyond [-1, 1], set to -1 or 1: 1, such as "
        "Devel_01 with 1 of them"
    )
    assert note in first.report["notes"]


def test_one_row_holds_for_a_tenth_of_a_second_too(first):
    frames = first.frames("Devel_02")
    expected = np.float32([0.1, 0.1, 0.1, NAN])
    np.testing.assert_array_equal(frames["arousal"], expected)
    note = "files that name another recording inside: 1, such as Devel_01 in "
    assert any(each.startswith(note) for each in first.report["notes"])


def test_sound_is_stored_and_goes_to_frames(first):
    recordings = load_recordings(*first.place("train"))
    audio = read_side_input("audio", recordings, SideFiles())
    assert audio.without == ("Train_04",)
    known = np.isfinite(audio.values).all(axis=1)
    assert known[recordings.frames_of(0)].all() and known.sum() == 8


def test_splits_are_the_parts_of_the_challenge(first):
    assert first.names("train") == ["Train_01", "Train_04"]
    assert first.names("validation") == ["Devel_01", "Devel_02"]
    assert first.names("test") == ["Test_16"]
    assert first.examples["test"][0]["subject"].decode() == "Test_16"


def test_the_withheld_test_is_there_without_labels(first):
    frames = first.frames("Test_16")
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2]
    assert np.isnan(frames["valence"]).all()
    assert np.isnan(frames["arousal"]).all()


def test_what_is_not_used_is_told_with_its_reason(first):
    left_out = first.left_out()
    home = "AVEC2017/AVEC2017"
    assert left_out["video without labels"] == ["Train_03"]
    assert left_out["labels without a video"] == ["Train_02"]
    assert left_out["named as in another edition than 2017"] == [
        f"{home}/labels/Train_DE_09.csv",
        f"{home}/video/Train_DE_01.avi",
    ]
    assert left_out["of no recording by its name"] == [
        f"{home}/labels/readme.csv",
        f"{home}/video/intro.avi",
    ]
    assert left_out["labels that stand in two files"] == [
        f"{home}/labels/old/Train_01.csv"
    ]
    assert left_out["empty"] == [f"{home}/labels/Devel_03.csv"]
    rest = json.dumps(left_out)
    for name in ("copies/Train_01.mp4", "video_features/Train_01.csv"):
        assert f"{home}/{name}" in rest
    assert f"{home}/video/._Train_1.avi" in rest
    assert any("Git LFS" in why for why in left_out)
    assert "liking is labelled too, and not stored" in first.report["notes"]


def test_a_header_names_the_columns(last):
    frames = last.frames("Devel_HU_07")
    # The header of this file has valence before arousal.
    expected = np.float32([0.1, 0.1, 0.1, 0.2])
    np.testing.assert_array_equal(frames["valence"], expected)
    np.testing.assert_array_equal(frames["arousal"], -expected)
    frames = last.frames("Train_DE_01")
    np.testing.assert_array_equal(frames["arousal"], expected)


def test_cultures_are_in_the_names(last):
    assert last.names("train") == ["Train_DE_01", "Train_HU_02"]
    assert last.names("validation") == ["Devel_HU_07"]
    assert last.names("test") == ["Test_CN_70", "Test_HU_01"]
    assert not last.classes


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("avec2019+culture=DE", ["Train_DE_01"]),
        ("avec2019+culture=CN", ["Test_CN_70"]),
        ("avec2019+unlabelled=false", ["Train_DE_01", "Train_HU_02"]),
        ("avec2018", ["Train_DE_01", "Test_HU_01"]),
        ("avec2017", []),
    ],
)
def test_settings_choose_recordings(surveyed, config, expected):
    if not expected:
        with pytest.raises(FileNotFoundError, match="named like Train_01.avi"):
            surveyed(config, "2019")
        return
    found, _ = surveyed(config, "2019")
    assert [name for name in found if name != "Devel_HU_07"] == expected


def test_people_of_another_edition_are_told(surveyed):
    _, report = surveyed("avec2018", "2019")
    said = report.describe_left_out()
    assert "(named as in another edition than 2018), such as " in said
    _, report = surveyed("avec2019+unlabelled=false", "2019")
    assert (
        "(test without labels), such as Test_CN_70"
        in report.describe_left_out()
    )


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Train_01", Instance("Train", "", 1)),
        ("TRAIN 1", Instance("Train", "", 1)),
        ("devel_hu_007", Instance("Devel", "HU", 7)),
        ("Test_CN_70", Instance("Test", "CN", 70)),
        ("Train_FR_01", None),
        ("Train_01_crop", None),
    ],
)
def test_names_are_compared_by_number(stem, expected):
    assert instance(stem) == expected


def test_a_real_length_is_read_in_a_moment(tmp_path):
    rows = [(f"{0.1 * n:.6f}", 0.001 * n - 1, 0) for n in range(1768)]
    labels(tmp_path / "Train_01.csv", rows, "Train_01")
    content = label_file.read(tmp_path / "Train_01.csv")
    frame = content.frame_labels()
    values = frame.rows(np.arange(8840), np.arange(8840) / 50)["arousal"]
    np.testing.assert_array_equal(
        values, np.repeat(np.float32([a for _, a, _ in rows]), 5)
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name;timestamp;arousal\n'Train_01';0;0\n", "Missing: valence"),
        (f"{HEADER}'a';0;0;0;0\n'a';0.1;x;0;0\n", "line 3: expected a name"),
        ("'a';0;0;0;0\n'a';0;0;0;0\n", "line 2: expected times that rise"),
        ("'a';0;0;0;0\n'a';0.1;-5;0;0\n", r"line 2: expected .* \[-1, 1\]"),
        ("'a';0;0;0;0\n'a';0.1;0\n", "line 2: expected a name, then"),
        ("Train_01,0,0,0,0\n", "Missing: arousal, timestamp, valence"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path, content, sentence):
    text(tmp_path / "Train_01.csv", content)
    with pytest.raises(ValueError, match=sentence) as caught:
        label_file.read(tmp_path / "Train_01.csv")
    assert "Train_01.csv" in str(caught.value)


def test_another_folder_is_refused_with_what_was_looked_for(tmp_path):
    # As the database's own site hands it out: a folder for each recording.
    text(tmp_path / "SEW1101" / "metadata.ini", "x")
    with pytest.raises(FileNotFoundError) as caught:
        corpora.check("sewa", tmp_path)
    assert "a folder labels with files named like Train_01.csv" in str(
        caught.value
    )
    assert "Found SEW1101" in str(caught.value)


def test_check_says_what_would_be_built(roots):
    said = corpora.check("sewa/avec2017", roots["2017"])
    assert "train has 2 recordings, published are 34" in said
    assert "test has 1 recordings, published are 16" in said
    said = corpora.check("sewa/avec2019", roots["2019"])
    assert "test has 2 recordings, published are 104" in said


def test_an_unknown_setting_says_what_there_is(tmp_path):
    with pytest.raises(ValueError, match="one of all, DE, HU. Received"):
        corpora.make_builder("sewa/avec2018+culture=CN", tmp_path)
