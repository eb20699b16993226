import json

import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff.data.recordings import load_recordings
from tests.tfds_builders.built import Built

NAN = float("nan")
LANDMARKS = "afew_va/landmarks+margin=0+size=32"
WHOLE = "afew_va/found+find_faces=false+frames_per_second=20+size=32"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"


def corner(number):
    """Left and top of the face in a frame, which moves."""
    return 8 + 2 * number, 4 + number


def picture(path, number):
    """A black frame with a square of 16 pixels, as bright as its number."""
    image = np.zeros((48, 64, 3), np.uint8)
    x, y = corner(number)
    image[y : y + 16, x : x + 16] = 20 * (number + 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def number_of(crop):
    """What `picture` wrote, if the crop is the square, no less and no more."""
    inside = crop[2:-2, 2:-2]
    assert inside.min() > inside.max() - 16
    edges = crop[0], crop[-1], crop[:, 0], crop[:, -1]
    # Black beside the square is blended in where their edges meet.
    assert all(0.5 < e.mean() / inside.mean() < 0.9 for e in edges)
    return round(inside.mean() / 20) - 1


def frame(number, valence, arousal):
    """68 landmarks, of which the first four reach as far as the square."""
    x, y = corner(number)
    points = [[x, y + 5], [x + 16, y + 9], [x + 3, y], [x + 4.5, y + 16]]
    points += [[x + 8.0, y + 8.0]] * 64
    return {"landmarks": points, "valence": valence, "arousal": arousal}


def clip(folder, frames, pictures, actor="Some Actor", **more):
    """Writes a clip; `frames` is number to valence and arousal."""
    name = folder.name
    told = {f"{n:05d}": frame(n, *values) for n, values in frames.items()}
    content = {"actor": actor, "video_id": name, "frames": told} | more
    folder.mkdir(parents=True)
    text = json.dumps(content)
    (folder / f"{name}.json").write_text(text, "utf-8-sig")
    for number in pictures:
        picture(folder / f"{number:05d}.png", number)


def write_source(root):
    """A copy as users have it: nested, gaps, companions, mirrors' folders."""
    home = root / "AFEW-VA" / "AFEW-VA"
    frames = {4: (7, 10.0), 0: (-2.0, 3.0), 2: (None, NAN), 1: (-10, 0)}
    clip(home / "01" / "001", frames | {3: (1, 1)}, (0, 1, 2, 4, 5))
    (home / "01" / "001" / "._00000.png").write_bytes(b"x")
    (home / "01" / "001" / "poster.png").write_bytes(b"x")
    clip(home / "01" / "copies" / "001", {0: (9, 9)}, (0,), "Nobody")
    picture(home / "01" / "001_cropped" / "00000.png", 0)
    clip(home / "12" / "600", {0: (5, -5)}, (0,), "Other Actor")
    # Flat beside nested; 0-based numbers that a text sort would shuffle.
    late = {n: (n - 9, 9 - n) for n in (9, 10)}
    clip(root / "AFEW-VA" / "300", late, (9, 10), "", video_id="003")
    path = root / "AFEW-VA" / "300" / "300.json"
    text = path.read_text("utf-8-sig")
    text = text.replace('"00010"', '"10"').replace('"00009"', '"9"')
    path.write_text(text, "utf-8")
    bare = json.loads(text)
    bare["frames"] = {"0": frame(0, 1, 1), "1": {"valence": 2, "arousal": 2}}
    clip(home / "02" / "051", {}, (0, 1))
    (home / "02" / "051" / "051.json").write_text(json.dumps(bare))
    clip(home / "02" / "052", {0: (1, 1)}, (0,))
    (home / "02" / "052" / "052.json").write_bytes(LFS)
    picture(home / "02" / "053" / "00000.png", 0)
    clip(home / "02" / "054", {0: (1, 1)}, ())
    (home / "02" / "054" / "00000.PNG").write_bytes(b"")
    (root / "AFEW-VA" / "readme.txt").write_text("x")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("afew_va"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def landmarks(root, data):
    return Built(LANDMARKS, root, data)


@pytest.fixture(scope="module")
def whole(root, data):
    return Built(WHOLE, root, data)


# What test_contract.py builds.
SMALL_SOURCE = WHOLE, write_source


def test_each_frame_has_its_label_a_tenth_of_the_corpus(landmarks):
    assert list(landmarks.examples) == ["train"]
    assert landmarks.names("train") == ["001", "051", "300", "600"]
    frames = landmarks.frames("001")
    np.testing.assert_array_equal(frames["index"], [0, 1, 2, 4])
    expected = np.float32([-0.2, -1.0, NAN, 0.7])
    np.testing.assert_array_equal(frames["valence"], expected)
    expected = np.float32([0.3, 0.0, NAN, 1.0])
    np.testing.assert_array_equal(frames["arousal"], expected)
    np.testing.assert_array_equal(frames["expression"], [-1] * 4)
    assert np.isnan(frames["time"]).all()


def test_recipes_read_valence_and_arousal_and_no_classes(landmarks, data):
    split = load_recordings(LANDMARKS, "train", data)
    assert split.space is None
    assert split.names == ("001", "051", "300", "600")
    # 001 has three of four, 300 two, the others one each.
    assert np.isfinite(split.valence).sum() == 7


def test_faces_are_cut_where_the_landmarks_reach(landmarks):
    found = [number_of(i) for i in landmarks.frames("001")["image"]]
    assert found == [0, 1, 2, 4]


def test_frame_keys_are_numbers_not_words(landmarks):
    frames = landmarks.frames("300")
    np.testing.assert_array_equal(frames["index"], [9, 10])
    np.testing.assert_array_equal(frames["valence"], np.float32([0, 0.1]))
    np.testing.assert_array_equal(frames["arousal"], np.float32([0, -0.1]))
    assert [number_of(i) for i in frames["image"]] == [9, 10]


def test_the_subject_is_the_actor_or_else_the_clip(landmarks):
    found = {
        each["recording"].decode(): each["subject"].decode()
        for each in landmarks.examples["train"]
    }
    assert found == {
        "001": "Some Actor",
        "051": "051",
        "300": "300",
        "600": "Other Actor",
    }


def test_what_is_not_used_is_counted_with_its_reason(landmarks):
    nested = "AFEW-VA/AFEW-VA"
    assert landmarks.left_out() == {
        "put there by the operating system": [f"{nested}/01/001/._00000.png"],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{nested}/02/052/052.json"
        ],
        "another copy of a clip": [f"{nested}/01/copies/001"],
        "in a folder of cropped copies": [f"{nested}/01/001_cropped/00000.png"],
        "in a clip's folder without a usable JSON": [
            f"{nested}/02/052/00000.png",
            f"{nested}/02/053/00000.png",
        ],
        "neither picture nor labels of a clip": ["AFEW-VA/readme.txt"],
        "picture without a frame number": [f"{nested}/01/001/poster.png"],
        "frame with labels, but without a picture": [f"{nested}/01/001/00003"],
        "picture that the JSON does not list": [f"{nested}/01/001/00005.png"],
        "frame without landmarks, so without a face": [
            f"{nested}/02/051/00001.png"
        ],
        "empty": [f"{nested}/02/054/00000.PNG"],
        "clip without a frame to use": [f"{nested}/02/054"],
    }
    assert landmarks.report["notes"] == [
        f"{nested}/02/051/051.json says that it is of clip 003",
        "AFEW-VA/300/300.json says that it is of clip 003",
    ]


def test_without_landmarks_frames_are_kept_whole_and_at_a_given_rate(whole):
    frames = whole.frames("051")
    np.testing.assert_array_equal(frames["index"], [0, 1])
    np.testing.assert_array_equal(frames["valence"], np.float32([0.1, 0.2]))
    assert frames["image"].min() == 0  # black beside the square
    times = whole.frames("001")["time"]
    np.testing.assert_allclose(times, [0, 0.05, 0.1, 0.2], atol=1e-6)


def test_a_look_says_what_there_is_and_compares_with_the_paper(root):
    text = corpora.check("afew_va", root)
    assert "train has 4 recordings, published are 600" in text
    rows = [" ".join(line.split()) for line in text.splitlines()]
    # 001 has -0.2, -1 and 0.7, 300 two, the others one each.
    wanted = ["recordings 4", "subjects 4", "with valence 7", "with arousal 7"]
    assert set(wanted) <= set(rows)


def test_settings_that_contradict_the_corpus_are_refused(tmp_path):
    clip(tmp_path / "001", {0: (1, 2)}, (0,))
    with pytest.raises(ValueError, match="frames_per_second together with"):
        corpora.check("afew_va/landmarks+rate_hz=5", tmp_path)
    with pytest.raises(ValueError, match="frames_per_second over 0"):
        corpora.check("afew_va/landmarks+frames_per_second=0", tmp_path)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            ["01.zip", "02.zip"],
            r"001/001\.json in or .* Found 01.zip, 02.zip\.",
        ),
        (["001/002.json"], "Found 001.*`emoaff corpora afew_va` prints"),
        (["0001/0001.json"], "a clip's folder with its JSON"),
        (["001/001.json"], r"Left out: 1 \(empty\), such as 001/001\.json"),
    ],
)
def test_another_folder_is_refused_in_one_sentence(tmp_path, files, message):
    for file in files:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check("afew_va", tmp_path)
    assert "\n" not in str(error.value)


def test_a_copy_under_way_builds_what_is_there(tmp_path):
    clip(tmp_path / "07" / "301", {n: (n, n) for n in range(4)}, (0, 1))
    (tmp_path / "07" / "302").mkdir()
    text = corpora.check("afew_va", tmp_path)
    assert "2 (frame with labels, but without a picture)" in text
    assert "such as 07/301/00002" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"actor": "A", "frames": {"00000": {"valence"',
            "Expected whole JSON",
        ),
        ('{"actor": "A"}', 'labels of frames under "frames" in 001/001.json'),
        ("[]", 'labels of frames under "frames" in 001/001.json'),
        ('{"frames": {"1": {}, "001": {}}}', "Found: frame 1 twice"),
        ('{"frames": {"a": {}}}', "frames by number.*Found: 'a'"),
    ],
)
def test_a_damaged_json_is_refused_by_name(tmp_path, text, message):
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "001.json").write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("afew_va", tmp_path)
    assert "001/001.json" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"valence": 12}, "valence from -10 to 10 in {}. Found: 12"),
        ({"arousal": -10.5}, "arousal from -10 to 10 in {}. Found: -10.5"),
        ({"valence": "3"}, "a number for valence in {}. Found: '3'"),
        ({"landmarks": [1, 2]}, "landmarks as pairs of x and y in {}."),
    ],
)
def test_a_wrong_frame_is_refused_by_file_and_number(tmp_path, change, message):
    frames = {"00000": frame(0, 1, 1), "00007": frame(7, 1, 1) | change}
    (tmp_path / "001").mkdir()
    path = tmp_path / "001" / "001.json"
    path.write_text(json.dumps({"actor": "A", "frames": frames}))
    message = message.format("001/001.json, frame 00007")
    with pytest.raises(ValueError, match=message) as error:
        corpora.check("afew_va", tmp_path)
    assert "\n" not in str(error.value)
