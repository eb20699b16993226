import struct

import numpy as np
import pytest

from emoaff import corpora
from emoaff import labels
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built

ANGER, DISGUST, FEAR, HAPPY, NEUTRAL, SAD = range(6)
SMALL = "+find_faces=false+size=32"
NAN = float("nan")
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
SUMMARY = (
    '"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel",'
    '"MultiModalVote","MultiModalLevel"'
)
VOTES = '"","A","D","F","H","N","S","fileName","numResponses","agreement"'


def clip(root, name, first=0, count=3, header_s=None):
    """Writes a video of the numbers from `first` on.

    `header_s` puts another duration into the header of a Flash video.
    """
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    images = [numbered(n) for n in range(first, first + count)]
    codec = {".flv": "flv", ".avi": "mpeg4"}.get(path.suffix, "libx264")
    write_video(path, images, codec=codec, options={"b": "2000000"})
    if header_s is not None:
        data = bytearray(path.read_bytes())
        place = data.index(b"duration") + len(b"duration\0")
        data[place : place + 8] = struct.pack(">d", header_s)
        path.write_bytes(data)


def write(root, name, *lines, end="\n"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + end, "utf-8")


def counts(text):
    """Recordings of each class in the table that a check gives."""
    rows = [line.split() for line in text.splitlines()]
    table = dict(cells for cells in rows if len(cells) == 2)
    return [int(table[name]) for name in labels.get("crema_d").classes]


def write_source(top):
    root = top / "CREMA-D-master" / "CREMA-D"
    clip(root, "VideoFlash/1001_IEO_ANG_HI.flv", 10, 6, header_s=0.04)
    clip(root, "VideoFlash/1001_IEO_SAD_HI.flv", 20)
    clip(root, "VideoFlash/1003_TSI_DIS_XX.flv", 30)
    clip(root, "VideoFlash/1064_TIE_SAD_XX.flv", 40, 5, header_s=0.0)
    clip(root, "VideoFlash/1064_IEO_DIS_MD.flv", 50, header_s=60.0)
    clip(root, "converted/1003_TSI_DIS_XX.mkv", 90, 9)
    clip(root, "converted/1002_DFA_HAP_XX.mp4", 60)
    clip(root, "converted/1002_tie_neu_xx.avi", 70)
    clip(root, "converted/1040_ITH_SAD_X.mov", 80)
    clip(root, "VideoFlash/1001_IEO_XXX_HI.flv")
    write(root, "VideoFlash/1002_DFA_HAP_XX.flv", POINTER)
    write(root, "VideoFlash/1005_WSI_FEA_XX.flv", POINTER)
    write(root, "VideoFlash/._1001_IEO_ANG_HI.flv", "a companion")
    write(root, "AudioWAV/1001_IEO_ANG_HI.wav", POINTER)
    write(root, "AudioMP3/1001_IEO_ANG_HI.mp3", POINTER)
    write(
        root,
        "SentenceFilenames.csv",
        '"Stimulus_Number","Filename"',
        '10,"1001_IEO_ANG_HI"',
        '7442,"1091_WSI_DIS_XX"',
        end="",
    )
    write(
        root,
        "VideoDemographics.csv",
        '"ActorID","Age","Sex","Race","Ethnicity"',
        '1001,51,"Male","Caucasian","Not Hispanic"',
        '1002,21,"Female","Caucasian","Not Hispanic"',
        '1003,21,"Female","Caucasian","Not Hispanic"',
        '1004,42,"Female","Caucasian","Not Hispanic"',
    )
    write(
        root,
        "processedResults/summaryTable.csv",
        SUMMARY,
        '"10","1001_IEO_ANG_HI","D","73","A","65.56","A","70"',
        '"7","1001_IEO_SAD_HI","N","60","A:F","30.67:51","N","63.5"',
        '"71","1002_DFA_HAP_XX","H","50","N","50","H","50"',
        '"90","1003_TSI_DIS_XX","H","50","D ","50","H","50"',
        '"91","1064_TIE_SAD_XX","S","50","S","50","S","50"',
        '"92","1040_ITH_SAD_XX","S","50","","","S","50"',
        '"92","1040_ITH_SAD_XX","S","50","","","S","50"',
    )
    write(
        root,
        "processedResults/tabulatedVotes.csv",
        VOTES,
        '"100010",2,6,0,0,1,0,"1001_IEO_ANG_HI",9,0.67',
        '"200010",9,0,0,0,0,0,"1001_IEO_ANG_HI",9,1',
        '"300010",8,1,0,0,0,0,"1001_IEO_ANG_HI",9,0.89',
        '"200007",3,0,3,0,2,2,"1001_IEO_SAD_HI",10,0.3',
        '"200071",-1,-1,-1,-1,-1,-1,"1002_DFA_HAP_XX",0,-1',
        '"200090",0,1,4,0,1,0,"1003_TSI_DIS_XX",6,0.67',
    )
    # The topmost of two tables is read, but not if it is a pointer.
    (top / "summaryTable.csv").write_text(POINTER)
    return top


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return write_source(tmp_path_factory.mktemp("crema_d"))


@pytest.fixture(scope="module")
def intended(own, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    return Built(f"crema_d_video/intended{SMALL}", own, data)


@pytest.fixture(scope="module")
def face_vote(own, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    return Built(f"crema_d_video/face_vote{SMALL}", own, data)


# What test_contract.py builds.
SMALL_SOURCE = f"crema_d_video/intended{SMALL}", write_source


def test_names_say_actor_and_intended_emotion_of_every_frame(intended):
    expected = {
        # name: (class, number that the first frame shows, frames)
        "1001_IEO_ANG_HI": (ANGER, 10, 6),
        "1001_IEO_SAD_HI": (SAD, 20, 3),
        "1002_DFA_HAP_XX": (HAPPY, 60, 3),
        "1002_TIE_NEU_XX": (NEUTRAL, 70, 3),
        "1003_TSI_DIS_XX": (DISGUST, 30, 3),
        "1040_ITH_SAD_XX": (SAD, 80, 3),
        "1064_TIE_SAD_XX": (SAD, 40, 5),
    }
    assert intended.names("train") == sorted(expected)
    subjects = {
        each["recording"].decode(): each["subject"].decode()
        for each in intended.examples["train"]
    }
    assert subjects == {name: name[:4] for name in expected}
    for name, (label, first, count) in expected.items():
        frames = intended.frames(name)
        assert "votes" not in frames
        assert frames["expression"].tolist() == [label] * count
        assert frames["index"].tolist() == [*range(count)]
        shown = [number_of(image) for image in frames["image"]]
        assert shown == [first + n for n in range(count)]
        assert np.isnan(frames["valence"]).all()


def test_flash_videos_are_read_to_their_end_whatever_the_header_says(intended):
    times = intended.frames("1001_IEO_ANG_HI")["time"]
    np.testing.assert_allclose(times, np.arange(6) / 25, atol=1e-3)
    assert len(intended.frames("1064_TIE_SAD_XX")["time"]) == 5


def test_every_file_that_is_not_used_is_reported(intended):
    home = "CREMA-D-master/CREMA-D"
    pointer = "only pointers of Git LFS; `git lfs pull` fetches the files"
    assert intended.left_out() == {
        pointer: [
            f"{home}/VideoFlash/1002_DFA_HAP_XX.flv",
            f"{home}/VideoFlash/1005_WSI_FEA_XX.flv",
        ],
        "put there by the operating system": [
            f"{home}/VideoFlash/._1001_IEO_ANG_HI.flv"
        ],
        "no video by their names": [
            f"{home}/AudioMP3/1001_IEO_ANG_HI.mp3",
            f"{home}/AudioWAV/1001_IEO_ANG_HI.wav",
            f"{home}/processedResults/summaryTable.csv",
            f"{home}/processedResults/tabulatedVotes.csv",
            "summaryTable.csv",
        ],
        "videos not named as in CREMA-D": [
            f"{home}/VideoFlash/1001_IEO_XXX_HI.flv"
        ],
        "in SentenceFilenames.csv, but there is no video of it": [
            "1091_WSI_DIS_XX"
        ],
        "of a recording that is used from a file in the corpus's own format, "
        "or a larger one": [f"{home}/converted/1003_TSI_DIS_XX.mkv"],
        "a minute of all emotions; keep_all_emotions_clip=true keeps it": [
            f"{home}/VideoFlash/1064_IEO_DIS_MD.flv"
        ],
    }


def test_odd_clips_and_who_is_seen_are_noted(intended):
    notes = intended.report["notes"]
    assert "1064_TIE_SAD_XX: its header says no duration" in notes
    assert "1064_IEO_DIS_MD: a minute long, with all emotions" in notes
    assert not any("1076" in note for note in notes)
    # 1001 to 1003 are in the table, 1040 and 1064 are not.
    assert (
        "people, 5: 2 Female, 1 Male; 3 Caucasian; 3 Not Hispanic; 21 to 51 "
        "years; 2 not in VideoDemographics.csv"
    ) in notes


def test_the_clip_of_all_emotions_can_be_kept(own):
    name = "crema_d_video/intended+keep_all_emotions_clip=true"
    text = corpora.check(name, own)
    assert "a minute of all emotions" not in text
    assert counts(text) == [1, 2, 0, 1, 1, 3]


def test_face_votes_replace_what_was_intended(face_vote):
    expected = {
        # name: (class, votes for anger disgust fear happy neutral sad)
        "1001_IEO_ANG_HI": (ANGER, [9, 0, 0, 0, 0, 0]),
        "1001_IEO_SAD_HI": (-1, [3, 0, 3, 0, 2, 2]),
        "1002_DFA_HAP_XX": (NEUTRAL, [NAN] * 6),
        "1003_TSI_DIS_XX": (DISGUST, [0, 1, 4, 0, 1, 0]),
        "1064_TIE_SAD_XX": (SAD, [NAN] * 6),
    }
    assert face_vote.names("train") == sorted(expected)
    for name, (label, votes) in expected.items():
        frames = face_vote.frames(name)
        assert set(frames["expression"].tolist()) == {label}
        np.testing.assert_array_equal(
            frames["votes"], [votes] * len(frames["index"])
        )


def test_ties_and_contradictions_of_votes_are_noted(face_vote):
    notes = " | ".join(face_vote.report["notes"])
    assert "1 recordings have no class: their votes tie" in notes
    assert "1 recordings, such as 1003_TSI_DIS_XX, have other votes" in notes
    home = "CREMA-D-master/CREMA-D/converted"
    assert face_vote.left_out()["no FaceVote in summaryTable.csv"] == [
        f"{home}/1002_tie_neu_xx.avi",
        f"{home}/1040_ITH_SAD_X.mov",
    ]


def test_check_compares_with_the_published_counts(own):
    text = corpora.check("crema_d_video", own)
    assert "train has 7 recordings, published are 7442" in text
    assert counts(text) == [1, 1, 0, 1, 1, 3]


def test_face_vote_without_its_table_says_what_is_missing(tmp_path):
    clip(tmp_path, "1001_IEO_ANG_HI.mp4")
    assert counts(corpora.check("crema_d_video", tmp_path))[ANGER] == 1
    with pytest.raises(FileNotFoundError, match="a file summaryTable.csv, whi"):
        corpora.check("crema_d_video/face_vote", tmp_path)


def test_votes_are_unknown_without_their_table(tmp_path):
    clip(tmp_path, "1001_IEO_ANG_HI.mp4")
    write(tmp_path, "summaryTable.csv", SUMMARY, '1,"1001_IEO_ANG_HI",,,A,,,')
    text = corpora.check("crema_d_video/face_vote", tmp_path)
    assert "there is no tabulatedVotes.csv, so votes are unknown" in text


def test_a_clone_without_git_lfs_says_what_to_do(tmp_path):
    write(tmp_path, "VideoFlash/1001_IEO_ANG_HI.flv", POINTER)
    with pytest.raises(FileNotFoundError, match="`git lfs pull` fetches"):
        corpora.prepare("crema_d_video", tmp_path, tmp_path.parent / "data")


def test_a_folder_with_the_sound_alone_is_refused(tmp_path):
    write(tmp_path, "AudioWAV/1001_IEO_ANG_HI.wav", "sound")
    with pytest.raises(FileNotFoundError) as refused:
        corpora.check("crema_d_video", tmp_path)
    assert "videos named like 1001_DFA_ANG_XX.flv" in str(refused.value)
    assert "Found AudioWAV." in str(refused.value)
