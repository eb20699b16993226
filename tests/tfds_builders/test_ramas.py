import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered
from tests.tfds_builders.built import Built

NAN = float("nan")
EMOTIONS = labels.get("ramas").classes
LIKE = "+find_faces=false+size=32"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
A, B, C = "10dec_D11_1", "19dec_K45_1", "22dec_O11_2"
# Blanks in the header, another name for the annotators, a comma too many.
HEADER = (
    "Time, Angry,Sad,Disgusted,Happy,Scared,Surprised,Neutral ,Domination,"
    "Shame,Annotator"
)
ROWS_OF_A = (
    "0.19,0,0,9,0,0,0,1,0,0,3",
    "0.19,0,1,0,0,0,0,0,0,0,7",
    "0.19,0,1,1,0,0,0,1,0,0,12",
    "0.99,1,0,0,0,0,0,0,1,0,3",
    "0.99,1,0,0,0,0,0,0,1,0,7",
    "0.99,1,0,0,0,0,0,0,0,0,7",
    "0.99,0,0,0,0,0,0,0,0,0,7",
    "0.99,0,0,0,,0,0,0,0,0,12",
    "0.59,0,0,0,1,0,0,1,0,1,3",
    "0.59,0,0,0,1,0,0,0,0,0,7",
    "",
    "0.59,0,0,0,1,0,0,0,0,0,12",
    "1.79,0,0,0,0,1,0,0,0,0,3",
    "2.19,0,0,0,0,1,0,0,0,0,",
    "late,0,0,0,0,1,0,0,0,0,3",
)
MARKS = {
    "Angry": ("ID;File;Start;End;emotion", f"3;{A};1,59;1,39;Angry"),
    "Sad": (
        "ID,File,Start,End",
        f"3,{A},0.19,0.99",
        f"3,{A},0.59,0.79",  # one annotator, twice at once
        "7,10DEC_d11_1_Video,0.39,0.99",
        f",{A},0.0,2.0",
        "7,somewhere,0.0,2.0",
    ),
    "Happy": ("ID;File;Start;End;emotion", f"12;{A};1,19;1,59;Happy"),
    "Neutral": ("File,Start,End,ID", f"{A},1.19,1.39,7", f"{B},0,0.2,7"),
    "Domination": ("ID,File,Start,End", f"7,{A},1.59,1.79"),
    "Disgusted": ("ID,File,Start,End",),
    "Scared": ("ID,File,Start,End", "3,15dec_D11_1,0,1"),
    "Surprised": ("ID,File,Start,End",),
}


def put(path, *lines, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding)


def write_corpus(root):
    """A corpus as users have it: a folder in a folder, and not all of it."""
    home = root / "RAMAS" / "RAMAS"
    videos, files = home / "Data" / "Video_close", home / "Annotations_by_files"
    videos.mkdir(parents=True)
    write_numbered(videos / f"{A}_Video.mov", 50)
    write_numbered(videos / f"{A}_Video.mp4", 2)
    write_numbered(videos / f"{B}_Video.avi", 10, codec="mpeg4")
    write_numbered(videos / f"{C}_Video.mp4", 10)
    write_numbered(videos / "16dec_N12_1_Video.mov", 2)
    write_numbered(videos / "test.mov", 2)
    put(videos / "14dec_D12_2_Video.mov", POINTER)
    put(videos / f"._{A}_Video.mov", "junk")
    put(home / "Data" / "Audio" / f"{A}_mic.wav", "sound")
    put(root / "RAMAS" / "Docs" / "actors_descr.csv", "Date,Name", "10,Anna")
    put(files / f"{A}_ann.csv", HEADER + ",", *(f"{r}," for r in ROWS_OF_A))
    put(
        files / f"{B}_ann.csv",  # re-saved by a spreadsheet, without Scared
        "Time;Angry;Sad;Disgusted;Happy;Surprised;Neutral;ID",
        *(f"0,0;0;0;0;1;0;0;{annotator}" for annotator in (3, 7, 9)),
        *(f"0,2;0;0;0;1;0;0;{annotator}" for annotator in (3, 7, 9)),
        encoding="utf-8-sig",
    )
    neutral = [f"0.0,0,0,0,0,0,0,1,0,0,{who}" for who in (3, 7, 9)]
    put(files / f"{C}_ann.csv", HEADER, *neutral)
    put(files / "14dec_D12_2_ann.csv", HEADER, *neutral)
    put(files / "15dec_D11_1_ann.csv", HEADER, *neutral)
    put(files / "22dec_O12_1_ann.csv", "Time,Angry,Neutral", "0,0,1")
    put(files / "22dec_O13_1_ann.csv", HEADER)
    put(files / "notes.csv", "anything")
    (files / "22dec_O14_1_ann.csv").write_bytes(b"")
    put(files / f"._{A}_ann.csv", "junk")
    for emotion, lines in MARKS.items():
        put(home / "Annotations_by_emotions" / f"data_{emotion}.csv", *lines)
    labeled = home / "Annotations_by_emotions" / "data_Sad_labeled.csv"
    put(labeled, "ID;File;Start;End;emotion", f"9;{A};0;2;Sad")
    put(
        home / "Docs" / "actors_descr.csv",
        "Date,ID,Name",
        "10.12,1,\u0410\u043d\u043d\u0430 \u041f.",
        "19.12,1,\u0430\u043d\u043d\u0430  \u043f.",
        "22.12,2,\u0411\u043e\u0440\u0438\u0441 \u041a.",
        encoding="cp1251",
    )
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_corpus(tmp_path_factory.mktemp("ramas"))


@pytest.fixture(scope="module")
def by_files(root, tmp_path_factory):
    data = tmp_path_factory.mktemp("files")
    return Built(f"ramas/by_files{LIKE}", root, data)


@pytest.fixture(scope="module")
def by_emotions(root, tmp_path_factory):
    data = tmp_path_factory.mktemp("emotions")
    return Built(f"ramas/by_emotions+agreement=2{LIKE}", root, data)


def survey(config, root, tmp_path):
    """The recordings by name, nothing decoded, and the report."""
    report = BuildReport("ramas")
    builder = corpora.make_builder(f"ramas/{config}", tmp_path)
    found = builder.survey(SourceTree(root), report)
    return {each.name: each for each in found}, report


def row(frames=1, **held):
    """Frames alike: shares by emotion, 0 for the others."""
    return [[held.get(name, 0.0) for name in EMOTIONS]] * frames


NOTHING = [NAN] * 7


# What test_contract.py builds.
SMALL_SOURCE = f"ramas/by_files{LIKE}", write_corpus


def test_frames_show_their_own_number_and_all_is_train(by_files):
    assert list(by_files.examples) == ["train"]
    assert by_files.names("train") == [A, B, C]
    for name, count in ((A, 50), (B, 10), (C, 10)):
        frames = by_files.frames(name)
        numbers = [number_of(image) for image in frames["image"]]
        assert numbers == frames["index"].tolist() == [*range(count)]
        assert np.isnan(frames["valence"]).all()


def test_a_moment_holds_from_its_time_for_the_median_step(by_files):
    # Moments 0.19, 0.59, 0.99 and 1.79 s: the median step is 0.4 s, and the
    # frames are 0.04 s apart. Frame 5 is at 0.2 s, frame 35 at 1.4 s.
    frames = by_files.frames(A)
    expected = [
        *[NOTHING] * 5,
        # One of three gave no valid vote on disgust: 1 of 2.
        *row(10, sad=2 / 3, disgusted=1 / 2, neutral=2 / 3),
        *row(10, happy=1, neutral=1 / 3),
        # Annotator 7 has three rows, two of them angry, and counts once.
        *row(10, angry=2 / 3),
        *[NOTHING] * 10,
        *row(5, scared=1),
    ]
    np.testing.assert_allclose(frames["emotions"], expected, atol=1e-6)


def test_the_class_has_most_votes_alone_and_at_least_three(by_files):
    happy = EMOTIONS.index("happy")
    expected = [-1] * 15 + [happy] * 10 + [-1] * 25
    np.testing.assert_array_equal(by_files.frames(A)["expression"], expected)


def test_two_agree_and_one_alone_cannot(root, tmp_path):
    found, _ = survey("by_files+agreement=2+shares=false", root, tmp_path)
    rows = found[A].labels.rows(np.arange(4), np.array([0.3, 0.7, 1.1, 1.9]))
    expected = [
        # Of disgust two voted, and one of them sees it.
        *row(sad=1, neutral=1),
        *row(happy=1),
        *row(angry=1),
        NOTHING,
    ]
    np.testing.assert_array_equal(rows["emotions"], expected)
    happy, angry = EMOTIONS.index("happy"), EMOTIONS.index("angry")
    np.testing.assert_array_equal(rows["expression"], [-1, happy, angry, -1])


def test_a_column_that_is_absent_is_unlabelled_and_leaves_no_class(by_files):
    frames = by_files.frames(B)
    expected = row(10, happy=1, scared=NAN)
    np.testing.assert_allclose(frames["emotions"], expected)
    np.testing.assert_array_equal(frames["expression"], [-1] * 10)


def test_a_single_moment_lasts_as_long_as_moments_usually_do(by_files):
    # The median of 0.4 s (A) and 0.2 s (B) is 0.3 s; frame 7 is at 0.28 s.
    frames = by_files.frames(C)
    expected = row(8, neutral=1) + [NOTHING] * 2
    np.testing.assert_allclose(frames["emotions"], expected)
    neutral = EMOTIONS.index("neutral")
    expected = [neutral] * 8 + [-1] * 2
    np.testing.assert_array_equal(frames["expression"], expected)


def test_intervals_are_counted_from_start_until_before_end(by_emotions):
    frames = by_emotions.frames(A)
    expected = [
        *[NOTHING] * 5,
        *row(5, sad=1 / 3),  # 0.20 to 0.36 s; annotators are 3, 7 and 12
        *row(15, sad=2 / 3),  # 0.40 to 0.96 s
        *[NOTHING] * 5,  # nobody marks anything
        *row(5, happy=1 / 3, neutral=1 / 3),  # 1.20 to 1.36 s
        *row(5, happy=1 / 3),  # 1.40 to 1.56 s
        *row(5),  # 1.60 to 1.76 s: domination only
        *[NOTHING] * 5,
    ]
    np.testing.assert_allclose(frames["emotions"], expected, atol=1e-6)
    sad = EMOTIONS.index("sad")
    expected = [-1] * 10 + [sad] * 15 + [-1] * 25
    np.testing.assert_array_equal(frames["expression"], expected)
    assert by_emotions.names("train") == [A, B]


def test_an_absent_emotion_is_unlabelled_and_leaves_no_class(root, tmp_path):
    copy = tmp_path / "copy"
    source = root / "RAMAS" / "RAMAS"
    for folder in ("Data", "Annotations_by_emotions"):
        (copy / folder).mkdir(parents=True)
    (copy / "Data" / "Video_close").symlink_to(source / "Data" / "Video_close")
    for emotion in set(MARKS) - {"Scared", "Happy"}:
        table = f"Annotations_by_emotions/data_{emotion}.csv"
        (copy / table).symlink_to(source / table)
    found, report = survey("by_emotions+agreement=2", copy, tmp_path)
    rows = found[A].labels.rows(np.arange(1), np.array([0.5]))
    # Of two annotators, since the third marks happy alone.
    expected = row(sad=1, happy=NAN, scared=NAN)
    np.testing.assert_allclose(rows["emotions"], expected)
    assert rows["expression"].tolist() == [-1]
    (note,) = report.notes
    assert "not usable: data_Happy.csv, data_Scared.csv; these" in note


def test_days_of_one_actor_have_one_subject(by_files, root, tmp_path):
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in by_files.examples["train"]
    }
    assert subjects == {A: "10dec_1", B: "10dec_1", C: "22dec_2"}
    table = root / "RAMAS" / "RAMAS" / "Docs" / "actors_descr.csv"
    text = table.read_bytes()
    try:
        # The known pair, where the table is of another form.
        put(table, "Date,ID,Name", "2016-12-10,1,Anna")
        found, report = survey("by_files", root, tmp_path)
        assert found[B].subject == "10dec_1"
        assert "row 2 has no date that begins with two" in report.notes[1]
        # The table's word counts where it says otherwise.
        put(table, "Date,ID,Name", "10.12,1,Anna", "19.12,1,Vera")
        found, _ = survey("by_files", root, tmp_path)
        assert found[B].subject == "19dec_1"
        assert found[C].subject == "22dec_2"
    finally:
        table.write_bytes(text)


def test_what_is_not_used_is_said_with_its_reason(by_files):
    home = "RAMAS/RAMAS"
    files, videos = f"{home}/Annotations_by_files", f"{home}/Data/Video_close"
    left_out = by_files.left_out()
    others = left_out.pop("not read for this configuration")
    assert f"{home}/Data/Audio/{A}_mic.wav" in others
    assert f"{home}/Annotations_by_emotions/data_Sad.csv" in others
    assert left_out == {
        "put there by the operating system": [
            f"{files}/._{A}_ann.csv",
            f"{videos}/._{A}_Video.mov",
        ],
        "empty": [f"{files}/22dec_O14_1_ann.csv"],
        "only pointers of Git LFS; `git lfs pull` fetches the files": [
            f"{videos}/14dec_D12_2_Video.mov"
        ],
        "tables not named as recordings": [f"{files}/notes.csv"],
        "tables without a column Time, emotions, and a last column that "
        "names the annotator": [f"{files}/22dec_O12_1_ann.csv"],
        "tables without a row that can be used": [
            f"{files}/22dec_O13_1_ann.csv"
        ],
        "no column Scared, so it is unlabelled there": [f"{files}/{B}_ann.csv"],
        "votes that are neither 0 nor 1": [f"{files}/{A}_ann.csv, row 2"],
        "rows without a time or an annotator": [
            f"{files}/{A}_ann.csv, row 15",
            f"{files}/{A}_ann.csv, row 16",
        ],
        "rows that repeat a moment of an annotator": [
            f"{files}/{A}_ann.csv",
            f"{files}/{A}_ann.csv",
        ],
        "videos not named as recordings": [f"{videos}/test.mov"],
        "another video of the same recording": [f"{videos}/{A}_Video.mp4"],
        "annotated, without a usable video": ["14dec_D12_2", "15dec_D11_1"],
        "videos without annotations": [f"{videos}/16dec_N12_1_Video.mov"],
    }


def test_intervals_that_are_not_used_are_said_with_their_reason(by_emotions):
    tables = "RAMAS/RAMAS/Annotations_by_emotions"
    left_out = by_emotions.left_out()
    assert left_out["tables not named as emotions"] == [
        f"{tables}/data_Sad_labeled.csv"
    ]
    assert left_out["rows without an annotator or a recording"] == [
        f"{tables}/data_Sad.csv, row 5",
        f"{tables}/data_Sad.csv, row 6",
    ]
    assert left_out["rows that do not end after they start"] == [
        f"{tables}/data_Angry.csv, row 2"
    ]


def test_check_counts_recordings_and_people(root):
    text = corpora.check("ramas", root)
    lines = [line.split() for line in text.splitlines()]
    assert lines[0] == ["ramas/by_files"]
    assert ["recordings", "3"] in lines
    assert ["subjects", "2"] in lines


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["a.txt"], "videos in a folder Video_close in or up .*Found a.txt"),
        (
            [f"Data/Video_close/{A}_Video.mov"],
            "in a folder Annotations_by_files, which this configuration reads",
        ),
        (
            [
                f"Data/Video_close/{A}_Video.mov",
                f"Annotations_by_files/{B}_ann.csv",
            ],
            r"Left out: .*1 \(videos without annotations\)",
        ),
    ],
)
def test_a_wrong_folder_is_refused_in_one_sentence(tmp_path, files, message):
    for file in files:
        put(tmp_path / file, HEADER, ROWS_OF_A[0])
    with pytest.raises(FileNotFoundError, match=message) as error:
        corpora.check("ramas", tmp_path)
    assert "\n" not in str(error.value)


def test_a_row_that_is_too_long_is_named(tmp_path):
    put(tmp_path / "Video_close" / f"{A}_Video.mov", "video")
    table = tmp_path / "Annotations_by_files" / f"{A}_ann.csv"
    put(table, HEADER, *ROWS_OF_A[:3], ROWS_OF_A[3] + ",5")
    message = f"{A}_ann.csv, row 5: expected 11 cells .* Received: 12"
    with pytest.raises(ValueError, match=message):
        corpora.check("ramas", tmp_path)


def test_settings_out_of_range_are_refused(root):
    with pytest.raises(ValueError, match="agreement of at least 1"):
        corpora.check("ramas/by_files+agreement=0", root)
    with pytest.raises(ValueError, match="one of files, emotions"):
        corpora.check("ramas/by_files+annotations=both", root)
