import numpy as np
import pytest

from emoaff import corpora
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built
from tfds_builders.aff_wild import label_file
from tfds_builders.aff_wild import point_files

NAN = float("nan")
HEIGHT, WIDTH = 96, 160
SMALL = "+margin=0.0+size=32"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"


def box_of(number):
    """Where the face of a frame is, so that no other frame's box fits."""
    return 8 + 10 * (number % 8), 4 * (number % 6), 64, 64


def frame_of(number):
    image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    x, y, width, height = box_of(number)
    # The number's stripes are 64 wide and the same in every row.
    image[y : y + height, x : x + width] = np.resize(
        numbered(number), (height, width, 3)
    )
    return image


def video(path, frames):
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = "mpeg4" if path.suffix == ".avi" else "libx264"
    write_video(
        path, [frame_of(number) for number in range(frames)], codec=codec
    )


def lines(path, *values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(str, values)) + "\n")


def corners(number, order=(0, 1, 2, 3)):
    x, y, width, height = box_of(number)
    points = [
        (x, y),
        (x, y + height),
        (x + width, y + height),
        (x + width, y),
    ]
    text = "\n".join(f"{points[k][0]:.3f} {points[k][1]:.3f}" for k in order)
    return f"version: 1\nn_points:  4\n{{\n{text}\n}}\n"


def box(folder, number, text=None, name="{}.pts"):
    folder.mkdir(parents=True, exist_ok=True)
    text = corners(number) if text is None else text
    (folder / name.format(number)).write_text(text)


def write_aff_wild(root):
    """Four videos, with what copies of the corpus are known to have."""
    videos, annotations = root / "videos", root / "Annotations/annotations"
    boxes = root / "bboxs"
    # 105 has two labels less than frames, and a box more than labels.
    video(videos / "train" / "105.avi", 10)
    valence = [0.012, 0.0154, -0.105, "-5", 1, -1, "0.25 ", 0.5]
    lines(annotations / "train" / "valence" / "105.txt", *valence)
    lines(annotations / "train" / "arousal" / "105.txt", *valence[::-1], "\n")
    for number in (0, 1, 2, 4, 5, 6, 7, 8):  # 3 has no face
        box(boxes / "train" / "105", number)
    box(boxes / "train" / "105", 2, corners(2, order=(2, 0, 3, 1)))
    box(boxes / "train" / "105", 5, "version: 1\nn_points: 0\n{\n}\n")
    box(boxes / "train" / "105", 6, "1 2\n1 9\n")  # no width
    (boxes / "train" / "105" / "notes.pts").write_text(corners(0))
    # 318 is another container, and has more labels than frames.
    video(videos / "train" / "318.mp4", 70)
    labels = np.linspace(-1, 1, 75).round(6)
    lines(annotations / "train" / "valence" / "318.txt", *labels)
    lines(annotations / "train" / "arousal" / "318.txt", *(-labels[:60]))
    for number in range(70):
        # Without header, and numbered with leading zeros.
        text = corners(number).split("{")[1].rstrip("}\n")
        box(boxes / "train" / "318", number, text, name="{:05d}.pts")
    # A test video, which has no labels.
    video(videos / "test" / "7.mp4", 4)
    for number in range(4):
        box(boxes / "test" / "7", number)
    # What cannot be used.
    video(videos / "train" / "106.mp4", 3)  # no labels
    (videos / "train" / "107.mp4").write_bytes(b"")
    (videos / "train" / "108.avi").write_text(POINTER)
    video(videos / "train" / "109.mp4", 3)  # no boxes
    (videos / "train" / "318.webm").write_bytes(b"made by somebody")
    for number in (107, 109, 110):
        for dimension in ("valence", "arousal"):
            lines(annotations / "train" / dimension / f"{number}.txt", 0.1, 0.2)
    lines(annotations / "train" / "valence" / "106.txt")
    (annotations / "train" / "valence" / "106.txt").write_text("")
    (annotations / "train" / "arousal" / "106.txt").write_text(POINTER)
    (annotations / "train" / "valence" / "._105.txt").write_bytes(b"Mac OS X")
    box(root / "landmarks" / "train" / "105", 0)
    (root / "metafile.csv").write_text("id\n")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    write_aff_wild(root)
    return root


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"aff_wild/boxes{SMALL}", root, data_dir)


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    """Pictures as wholes, so that all frames are there."""
    data_dir = tmp_path_factory.mktemp("data")
    name = "aff_wild/found+find_faces=false+size=32"
    return Built(name, root, data_dir)


def assert_frames(frames, index, valence, arousal):
    np.testing.assert_array_equal(frames["index"], index)
    np.testing.assert_array_equal(frames["valence"], np.float32(valence))
    np.testing.assert_array_equal(frames["arousal"], np.float32(arousal))
    np.testing.assert_array_equal(frames["expression"], -np.ones(len(index)))
    np.testing.assert_allclose(
        frames["time"], np.divide(index, 25), rtol=0, atol=2e-3
    )


# Boxes


# What test_contract.py builds.
SMALL_SOURCE = f"aff_wild/boxes{SMALL}", write_aff_wild


def test_each_frame_is_cut_by_its_own_box_and_has_its_own_label(built):
    frames = built.frames("105")
    valence = [0.012, 0.0154, -0.105, 1, 0.5]
    arousal = [0.5, 0.25, -1, NAN, 0.012]  # the same lines from the last up
    assert_frames(frames, [0, 1, 2, 4, 7], valence, arousal)
    assert [number_of(image) for image in frames["image"]] == [0, 1, 2, 4, 7]


def test_labels_stay_with_their_frames_over_segments(built):
    frames = built.frames("318")
    labels = np.linspace(-1, 1, 75).round(6)
    arousal = np.append(-labels[:60], np.full(10, NAN))
    assert_frames(frames, np.arange(70), labels[:70], arousal)
    numbers = [number_of(image) for image in frames["image"]]
    assert numbers == list(range(70))
    note = (
        "videos with more lines of valence than of arousal, or the reverse: "
        "1, such as train/318; the frames that one lacks have no label there"
    )
    assert note in built.report["notes"]


def test_the_test_videos_are_built_without_labels(built):
    assert list(built.examples) == ["train", "test"]
    assert built.names("test") == ["7"]
    nothing = np.full(4, NAN)
    assert_frames(built.frames("7"), np.arange(4), nothing, nothing)


def test_the_recordings_stand_for_their_people(built):
    subjects = {e["recording"]: e["subject"] for e in built.examples["train"]}
    assert subjects == {b"105": b"105", b"318": b"318"}


def test_everything_that_is_not_used_has_a_reason(built):
    labels = "Annotations/annotations/train"
    no_box = "no box; the configuration found looks for faces instead"
    pointer = "only pointers of Git LFS; `git lfs pull` fetches the files"
    gone = "labelled, but its video is not there or not usable"
    assert built.left_out() == {
        "box that cannot be read": [
            "bboxs/train/105/5.pts",
            "bboxs/train/105/6.pts",
        ],
        "box of a frame after the last label": ["bboxs/train/105/8.pts"],
        "box without a frame number": ["bboxs/train/105/notes.pts"],
        "no labels": ["videos/train/106.mp4"],
        gone: ["train/107", "train/110"],
        no_box: ["videos/train/109.mp4"],
        "second file of a video": ["videos/train/318.webm"],
        "empty": [f"{labels}/valence/106.txt", "videos/train/107.mp4"],
        pointer: [f"{labels}/arousal/106.txt", "videos/train/108.avi"],
        "landmarks, which are not stored": ["landmarks/train/105/0.pts"],
        "in no folder train or test": ["metafile.csv"],
        "put there by the operating system": [f"{labels}/valence/._105.txt"],
    }


# No boxes


def test_without_boxes_all_frames_are_there(whole):
    assert whole.names("train") == ["105", "109", "318"]
    frames = whole.frames("105")
    valence = [0.012, 0.0154, -0.105, NAN, 1, -1, 0.25, 0.5, NAN, NAN]
    arousal = [0.5, 0.25, -1, 1, NAN, -0.105, 0.0154, 0.012, NAN, NAN]
    assert_frames(frames, np.arange(10), valence, arousal)
    why = "boxes, which this configuration does not use"
    counts = {e["why"]: e["count"] for e in whole.report["left_out"]}
    assert counts[why] == 8 + 70 + 4


def test_a_folder_without_boxes_names_the_other_configuration(tmp_path):
    video(tmp_path / "videos" / "test" / "1.mp4", 2)
    with pytest.raises(FileNotFoundError, match="configuration aff_wild/found"):
        corpora.check("aff_wild", tmp_path)
    text = corpora.check("aff_wild/found", tmp_path)
    assert "there is no train, which publications have" in text
    assert "test has 1 recordings, published are 46" in text


# Labels


def scaled(root, *values):
    video(root / "videos" / "train" / "1.mp4", 3)
    lines(root / "annotations" / "train" / "valence" / "1.txt", *values)
    lines(root / "annotations" / "train" / "arousal" / "1.txt", 0, 1, -1)


def test_labels_of_up_to_1000_are_refused_and_then_divided(tmp_path):
    scaled(tmp_path / "own", 0, -5, 1000)
    message = r"valence/1.txt, line 3: .* -1 to 1. Received: '1000'.*=1000"
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("aff_wild/found", tmp_path / "own")
    assert "\n" not in str(error.value)
    name = "aff_wild/found+find_faces=false+largest=1000+size=32"
    frames = Built(name, tmp_path / "own", tmp_path / "data").frames("1")
    # At this scale -5 is a label.
    assert_frames(frames, [0, 1, 2], [0, -0.005, 1], [0, 0.001, -0.001])


@pytest.mark.parametrize(
    ("values", "line", "received"),
    [
        (["0 120 -40", "1 120 -40"], 1, "0 120 -40"),
        (["valence", 0.1], 1, "valence"),
        ([0.1, "", 0.2], 2, ""),
        ([0.1, 0.2, "inf"], 3, "inf"),
        ([0.1, "-2"], 2, "-2"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, values, line, received):
    scaled(tmp_path, *values)
    message = f"line {line}: expected one number .*Received: '{received}'"
    with pytest.raises(ValueError, match=message):
        corpora.check("aff_wild/found", tmp_path)


def test_a_range_of_nothing_is_refused(tmp_path):
    scaled(tmp_path, 0)
    with pytest.raises(ValueError, match="Expected largest over 0"):
        corpora.check("aff_wild/found+largest=0", tmp_path)


def test_label_files_end_in_any_way(tmp_path):
    for text in ("0.1\n-0.2", "0.1\r\n-0.2\r\n", "\ufeff 0.1 \n-0.2\n\n \n"):
        (tmp_path / "1.txt").write_text(text, "utf-8")
        values = label_file.read(tmp_path / "1.txt")
        np.testing.assert_array_equal(values, [0.1, -0.2])
    (tmp_path / "1.txt").write_text("\n")
    assert label_file.read(tmp_path / "1.txt").shape == (0,)


# Points


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1\nn_points: 4\n{\n3 4\n9 4\n9 12\n3 12\n}", (3, 4, 6, 8)),
        ("9.5 12\r\n3.5 4\r\n", (3.5, 4, 6, 8)),
        ("1 1\n1e1 2e1\nname 5\n1 2 3\n", (1, 1, 9, 19)),
        ("-4 -2\n4 2", (-4, -2, 8, 4)),
        ("3 4\n3 12\n", None),
        ("3 4 9 12\n", None),
        ("nan 4\n9 12\n", None),
        ("3 inf\n9 12\n", None),
        ("", None),
    ],
)
def test_a_box_is_what_its_points_span(tmp_path, text, expected):
    (tmp_path / "0.pts").write_text(text)
    assert point_files.read_box(tmp_path / "0.pts") == expected


# The folder


def test_a_wrong_folder_is_refused_by_what_was_looked_for(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mp4").write_bytes(b"x")
    with pytest.raises(FileNotFoundError, match="videos/train") as error:
        corpora.check("aff_wild", tmp_path)
    assert "annotations/train/valence" in str(error.value)
    assert "Found clips." in str(error.value)
    assert "\n" not in str(error.value)


def test_a_check_says_what_would_be_built(root):
    text = corpora.check("aff_wild", root)
    assert text.splitlines()[1].split() == ["train", "test"]
    assert text.splitlines()[2].split() == ["recordings", "2", "1"]
    assert "train has 2 recordings, published are 252" in text


def test_there_are_no_classes(built, tmp_path):
    assert not built.classes
    assert built.report["classes"] == []
