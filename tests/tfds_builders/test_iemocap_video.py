import dataclasses

import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from tests.faces.video_files import number_of
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

NAN = float("nan")
CLASSES = labels.get("iemocap").classes
LIKE = "+find_faces=false+size=40"
ON_THE_RIGHT = 64  # added to the numbers there
HEADER = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
DIALOG = "Ses01F_impro01"


def bits(number):
    return np.repeat([255 * ((number >> bit) & 1) for bit in range(8)], 10)


def split_screen(number):
    """A letter-box of 480 rows made 96: rows 22.4 to 73.6 hold the picture."""
    row = np.concatenate([bits(number), bits(number + ON_THE_RIGHT)])
    image = np.zeros((96, 160, 3), np.uint8)
    image[22:74] = row[None, :, None]
    return image


def film(path, count, codec="mpeg4"):
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [split_screen(number) for number in range(count)]
    write_video(path, images, codec=codec)


def line(name, start, end, code, affect):
    """A summary, and below it what the evaluators said."""
    return (
        f"[{start} - {end}]\t{name}\t{code}\t[{affect}]\n"
        "C-E2:\tNeutral;\t()\n"
        "C-F1:\tOther;\t(fatigu\xe9\x85[8.0 - 8.4])\n"
        "A-E3:\tval 3; act 2; dom  2;\t()\n\n"
    )


def evaluation(path, *lines, end="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (HEADER + "".join(lines)).replace("\n", end)
    path.write_bytes(text.encode("latin-1"))


def write_corpus(root):
    """Half of a copy: two sessions, unzipped into a folder of a folder."""
    release = root / "IEMOCAP_full_release" / "IEMOCAP_full_release"
    one, two = (release / f"Session{n}" / "dialog" for n in (1, 2))
    film(one / "avi" / "DivX" / f"{DIALOG}.avi", 60)
    film(one / "avi" / "DivX" / "Ses01M_script01_2.mp4", 20, "libx264")
    (one / "avi" / "DivX" / f"._{DIALOG}.avi").write_bytes(b"\0\5\x16\7")
    film(one / "avi" / f"{DIALOG}.mp4", 3, "libx264")
    evaluation(
        one / "EmoEvaluation" / f"{DIALOG}.txt",
        line(f"{DIALOG}_F000", 0.2, 0.6, "neu", "2.5000, 1.0000, 2.5000"),
        line(f"{DIALOG}_M000", 0.4, 0.8, "exc", "4.0000, 5.0000, 3.5000"),
        line(f"{DIALOG}_F001", 0.5, 1.0, "xxx", "1.3333, 3.0000, 2.5000"),
        line(f"{DIALOG}_MXX0", 1.0, 1.2, "ang", "2.0, 2.0, 2.0"),
        line(f"{DIALOG}_F002", 50.0, 60.0, "sad", "2.0, 2.0, 2.0"),
        line(f"{DIALOG}_F003", 1.2, 1.2, "sad", "2.0, 2.0, 2.0"),
        line(f"{DIALOG}_F004", 1.4, 1.6, "zzz", "2.0, 2.0, 2.0"),
        line(f"{DIALOG}_F005", 1.6, 1.8, "xxx", "?, , 2.0"),
        line(f"{DIALOG}_M001", 2.2, 9.0, "ang", "5.5, 2.0, 3.0"),
        "[1.9 - \n",
        line(f"{DIALOG}_M001", 2.0, 2.2, "sad", "1.0, 1.0, 1.0"),
        line("somebody", 2.0, 2.2, "sad", "1.0, 1.0, 1.0"),
    )
    evaluation(
        one / "EmoEvaluation" / "Ses01M_script01_2.txt",
        line("Ses01M_script01_2_M000", 0.0, 0.12, "hap", "5.0, 4.0, 3.0"),
        line("Ses01M_script01_2_F000", 0.12, 0.4, "fru", "1.5, 4.0, 3.0"),
        end="\r\n",
    )
    (one / "EmoEvaluation" / f"._{DIALOG}.txt").write_bytes(b"\0\5\x16\7")
    evaluation(
        one / "EmoEvaluation" / "Categorical" / f"{DIALOG}_e2_cat.txt",
        line(f"{DIALOG}_F900", 0.0, 1.0, "ang", "1.0, 1.0, 1.0"),
    )
    evaluation(
        two / "EmoEvaluation" / "Ses02F_impro01.txt",
        line("Ses02F_impro01_F000", 0.0, 1.0, "ang", "1.0, 1.0, 1.0"),
    )
    film(two / "avi" / "DivX" / "Ses02M_impro03.avi", 2)
    pointed = two / "avi" / "DivX" / "Ses02F_impro01.avi"
    pointed.write_text(POINTER)
    (one / "transcriptions").mkdir()
    (one / "transcriptions" / f"{DIALOG}.txt").write_text("F: Excuse me.")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("iemocap"))


@pytest.fixture(scope="module")
def full(root, tmp_path_factory):
    data = tmp_path_factory.mktemp("full")
    return Built(f"iemocap_video/full{LIKE}", root, data)


@pytest.fixture(scope="module")
def agreed(root, tmp_path_factory):
    name = f"iemocap_video/agreed+merge_excited=true+cut_letter_box=false{LIKE}"
    return Built(name, root, tmp_path_factory.mktemp("agreed"))


def shown(frames):
    """The numbers in the stored pictures."""
    return [number_of(image) for image in frames["image"]]


@dataclasses.dataclass
class Expected:
    first: int
    stop: int
    right: bool
    subject: str
    expression: int
    valence: float
    arousal: float


UTTERANCES = {
    # By hand at 25 frames a second: frames 5 to 14 are 0.2 <= t < 0.6, and
    # (2.5 - 3) / 2 = -0.25, (1 - 3) / 2 = -1.
    f"{DIALOG}_F000": Expected(5, 15, False, "Ses01F", 3, -0.25, -1.0),
    f"{DIALOG}_F001": Expected(13, 25, False, "Ses01F", -1, -0.83335, 0.0),
    f"{DIALOG}_F004": Expected(35, 40, False, "Ses01F", -1, -0.5, -0.5),
    f"{DIALOG}_M000": Expected(10, 20, True, "Ses01M", 5, 0.5, 1.0),
    f"{DIALOG}_M001": Expected(55, 60, True, "Ses01M", 0, NAN, -0.5),
    "Ses01M_script01_2_F000": Expected(3, 10, True, "Ses01F", 4, -0.75, 0.5),
    "Ses01M_script01_2_M000": Expected(0, 3, False, "Ses01M", 1, 1.0, 0.5),
}


# What test_contract.py builds.
SMALL_SOURCE = f"iemocap_video/full{LIKE}", write_corpus


def test_all_is_train_in_order_of_the_names(full):
    assert list(full.examples) == ["train"]
    assert full.names("train") == list(UTTERANCES)


@pytest.mark.parametrize("name", UTTERANCES)
def test_an_utterance_shows_its_speaker_while_it_lasts(full, name):
    expected, frames = UTTERANCES[name], full.frames(name)
    numbers = np.arange(expected.first, expected.stop)
    np.testing.assert_array_equal(frames["index"], numbers)
    np.testing.assert_allclose(frames["time"], numbers / 25, atol=1e-4)
    right = ON_THE_RIGHT * expected.right
    np.testing.assert_array_equal(shown(frames), numbers + right)


@pytest.mark.parametrize("name", UTTERANCES)
def test_an_utterance_has_its_labels_in_every_frame(full, name):
    expected, frames = UTTERANCES[name], full.frames(name)
    for key in ("expression", "valence", "arousal"):
        wanted = np.full(len(frames["index"]), getattr(expected, key))
        np.testing.assert_allclose(frames[key], wanted, atol=1e-6)


def test_the_subject_is_session_and_gender(full):
    found = {
        each["recording"].decode(): each["subject"].decode()
        for each in full.examples["train"]
    }
    assert found == {name: each.subject for name, each in UTTERANCES.items()}
    assert full.report["splits"]["train"]["subjects"] == 2


def test_the_letter_box_is_cut_away(full, agreed):
    # The picture fills 52 of 80 rows, and its border is repeated above. Of
    # frame 5 (101 in bits) the first column is white.
    name = f"{DIALOG}_F000"
    assert full.frames(name)["image"][0, 2, 2].min() > 200
    assert agreed.frames(name)["image"][0, 2].max() < 50


def test_what_is_not_used_is_said_with_its_reason(full):
    release = "IEMOCAP_full_release/IEMOCAP_full_release"
    one, two = (f"{release}/Session{n}/dialog" for n in (1, 2))
    text = f"{one}/EmoEvaluation/{DIALOG}.txt"
    # Two lines of header, and five for each of the nine before it.
    assert full.left_out() == {
        "put there by the operating system": [
            f"{one}/EmoEvaluation/._{DIALOG}.txt",
            f"{one}/avi/DivX/._{DIALOG}.avi",
        ],
        "neither a dialog's video nor its evaluation": [
            f"{one}/EmoEvaluation/Categorical/{DIALOG}_e2_cat.txt",
            f"{one}/transcriptions/{DIALOG}.txt",
        ],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{two}/avi/DivX/Ses02F_impro01.avi"
        ],
        "another video of the same dialog": [f"{one}/avi/{DIALOG}.mp4"],
        "utterances with XX in their name": [f"{DIALOG}_MXX0"],
        "utterances that do not end after they start": [f"{DIALOG}_F003"],
        "lines that are no utterance": [f"{text}, line 48"],
        "names that are no utterance's": [f"{text}, line 54: somebody"],
        "utterances listed again": [f"{DIALOG}_M001"],
        "dialogs without a usable video": ["Ses02F_impro01"],
        "videos without an evaluation": [f"{two}/avi/DivX/Ses02M_impro03.avi"],
        "no class, and no rating": [f"{DIALOG}_F005"],
        "no frame between start and end": [f"{DIALOG}_F002"],
    }


def test_odd_labels_and_absent_sessions_are_noted(root):
    text = corpora.check("iemocap_video", root)
    assert "unlabelled, in utterances: 2\n" in text
    assert "emotion 'zzz' is unknown, and stored as no class" in text
    assert "sessions not there: Ses02, Ses03, Ses04, Ses05" in text
    assert "train has 8 recordings, published are 10039" in text


def test_agreed_leaves_out_what_evaluators_do_not_agree_on(agreed):
    left = {f"{DIALOG}_F001", f"{DIALOG}_F004"}
    assert agreed.names("train") == [n for n in UTTERANCES if n not in left]
    assert agreed.left_out()["no agreed emotion"] == [
        *sorted(left),
        f"{DIALOG}_F005",
    ]


def test_excited_counts_as_happiness_where_asked_for(agreed):
    frames = agreed.frames(f"{DIALOG}_M000")
    assert set(frames["expression"]) == {CLASSES.index("happiness")}
    classes = agreed.report["splits"]["train"]["classes"]
    # Ten frames of M000 and three of the script's M000.
    assert (classes["happiness"], classes["excitement"]) == (13, 0)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("clips/a.mp4", "each with dialog/EmoEvaluation/.*Found clips"),
        (
            "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt",
            "each with dialog/avi/DivX/Ses01F_impro01.avi or the like",
        ),
    ],
)
def test_a_wrong_folder_is_refused_in_one_sentence(tmp_path, file, message):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text("x")
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check("iemocap_video", tmp_path)
    assert "\n" not in str(error.value)
