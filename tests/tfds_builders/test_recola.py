import json

import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.data.recordings import load_recordings
from emoaff.data.side_inputs import SideFiles
from emoaff.data.side_inputs import read_side_input
from tests.faces.video_files import number_of
from tests.tfds_builders.built import Built
from tests.tfds_builders.recola_files import DOWN
from tests.tfds_builders.recola_files import NAN
from tests.tfds_builders.recola_files import SMALL
from tests.tfds_builders.recola_files import STAIRS
from tests.tfds_builders.recola_files import arff
from tests.tfds_builders.recola_files import at
from tests.tfds_builders.recola_files import centred_by_hand
from tests.tfds_builders.recola_files import clip
from tests.tfds_builders.recola_files import raters_csv
from tests.tfds_builders.recola_files import ratings
from tests.tfds_builders.recola_files import text
from tests.tfds_builders.recola_files import write_avec
from tests.tfds_builders.recola_files import write_full


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    return {
        "full": write_full(tmp_path_factory.mktemp("full")),
        "avec": write_avec(tmp_path_factory.mktemp("avec")),
    }


@pytest.fixture(scope="module")
def full(roots, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"recola/full+{SMALL}", roots["full"], data_dir)


@pytest.fixture(scope="module")
def avec(roots, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    return Built(f"recola/avec+{SMALL}", roots["avec"], data_dir)


@pytest.fixture
def surveyed(roots, tmp_path):
    def survey(config):
        builder = corpora.make_builder(f"recola/{config}", tmp_path)
        report = BuildReport(config)
        tree = SourceTree(roots[config[:4]])
        found = {each.name: each for each in builder.survey(tree, report)}
        return found, report

    return survey


# The distribution by the corpus's makers


# What test_contract.py builds.
SMALL_SOURCE = f"recola/full+{SMALL}", write_full


def test_each_picture_has_the_centred_gold_standard_of_its_own_time(full):
    frames = full.frames("P16")
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2, 3, 4, 5]
    arousal, valence = centred_by_hand(ratings(0)), centred_by_hand(ratings(1))
    # Seven ratings, six pictures: the last rating has none.
    np.testing.assert_allclose(frames["arousal"], arousal[:6], atol=1e-6)
    np.testing.assert_allclose(frames["valence"], valence[:6], atol=1e-6)
    assert frames["arousal"].dtype == np.float32
    assert frames["expression"].tolist() == [-1] * 6


def test_ratings_after_five_minutes_count_for_nothing(full):
    # At 300.04 s all six say 1, which would move every mean.
    assert full.frames("P16")["arousal"].max() < 0.9
    note = "rows after 300 s, not used: once, such as arousal of P16"
    assert note in full.report["notes"]


def test_a_dimension_that_ends_early_is_unlabelled_from_there_on(full):
    frames = full.frames("P28")
    np.testing.assert_allclose(
        frames["valence"],
        [*centred_by_hand(ratings(3, rows=3)), NAN, NAN, NAN],
        atol=1e-6,
    )
    arousal = centred_by_hand(ratings(2))[:6]
    np.testing.assert_allclose(frames["arousal"], arousal, atol=1e-6)


def test_a_dimension_without_a_file_or_row_is_unlabelled(full):
    expected = centred_by_hand(ratings(4))[:6]
    np.testing.assert_allclose(full.frames("P45")["arousal"], expected, 1e-5)
    for name in ("P45", "P46", "P25"):
        assert np.isnan(full.frames(name)["valence"]).all()
    note = "without ratings of valence: 4 times, such as P25"
    assert note in full.report["notes"]


def test_people_are_in_the_split_of_the_public_list(full):
    assert full.names("train") == ["P45", "P46"]
    assert full.names("validation") == ["P28"]
    assert full.names("test") == ["P16", "P25"]
    assert any("split of P25" in note for note in full.report["notes"])
    subjects = {e["subject"].decode() for e in full.examples["test"]}
    assert subjects == {"P16", "P25"}


def test_an_avi_with_another_spelling_of_its_number_is_found(full):
    frames = full.frames("P46")
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2, 3, 4, 5]
    expected = centred_by_hand(ratings(5))[:6]
    np.testing.assert_allclose(frames["arousal"], expected, atol=1e-6)


def test_what_is_not_used_is_told_with_its_reason(full):
    left_out = full.left_out()
    videos = "RECOLA/RECOLA-Video-recordings/RECOLA-Video-recordings"
    assert left_out["video without ratings"] == ["P17"]
    assert left_out["ratings without a video"] == ["P30", "P64"]
    assert left_out["in no split of public_23"] == ["P99"]
    assert left_out["empty"] == [f"{videos}/P34.mp4"]
    assert left_out["put there by the operating system"] == [
        f"{videos}/._P16.mp4"
    ]
    assert left_out["ratings of no recording"] == [
        "RECOLA/RECOLA-Annotation/emotional_behaviour/arousal/notes.csv"
    ]
    assert "RECOLA/mine/intro.mp4" in json.dumps(left_out)
    assert "RECOLA/mine/P16.avi" in json.dumps(left_out)
    assert "social_behaviour/dominance/P16.csv" in json.dumps(left_out)
    assert any("Git LFS" in why for why in left_out)


def test_sound_and_physiology_are_stored_and_go_to_frames(full):
    recordings = load_recordings(*full.place("test"))
    number = recordings.names.index("P16")
    rows = recordings.frames_of(number)
    physio = read_side_input("physio", recordings, SideFiles())
    assert physio.names == ("EDA", "ECG")
    np.testing.assert_array_equal(
        physio.values[rows][:2], [[0.5, 1], [0.75, -1]]
    )
    assert "P25" in physio.without
    audio = read_side_input("audio", recordings, SideFiles())
    # Silence, for as long as the sound goes on.
    silent = np.full((6, 40), np.log(1e-10))
    np.testing.assert_allclose(audio.values[rows], silent, atol=1e-3)
    stored = full.left_out()["sound or physiology that stands in two files"]
    assert stored == ["RECOLA/RECOLA-Audio-recordings/old/P16.wav"]
    for modality in ("audio", "physio"):
        note = f"{modality} of 1 of 5 recordings is stored beside the frames"
        assert any(each.startswith(note) for each in full.report["notes"])


def test_the_corpus_has_no_classes(full, tmp_path):
    assert not full.classes
    assert corpora.find_label_space("recola/full", tmp_path) is None


def test_the_mean_keeps_what_centring_takes_out(surveyed):
    found, _ = surveyed("full+gold=mean")
    expected = [sum(row) / 6 for row in ratings(0)[:6]]
    np.testing.assert_allclose(at(found["P16"], "arousal"), expected, 1e-5)
    centred = centred_by_hand(ratings(0))[:6]
    assert np.abs(np.subtract(expected, centred)).min() > 0.01


def test_gold_standards_made_elsewhere_are_read_with_or_without_header(
    surveyed,
):
    found, _ = surveyed("full+gold=given")
    assert list(found) == ["P16"]
    np.testing.assert_array_equal(
        at(found["P16"], "arousal"), [0.5, 0.25, NAN, NAN, NAN, NAN]
    )
    np.testing.assert_array_equal(
        at(found["P16"], "valence"), [-0.5, -0.25, NAN, NAN, NAN, NAN]
    )


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_p25_goes_where_the_setting_says(surveyed, split):
    found, _ = surveyed(f"full+p25={split}")
    assert found["P25"].split == split


def test_p25_can_be_left_out(surveyed):
    found, report = surveyed("full+p25=none")
    assert "P25" not in found
    assert (
        "(in no split of public_23), such as P25" in report.describe_left_out()
    )


def test_the_list_of_all_46_puts_people_elsewhere(surveyed):
    found, _ = surveyed("full+split=all_46")
    assert {name: each.split for name, each in found.items()} == {
        "P16": "train",
        "P25": "train",
        "P46": "train",
        "P28": "validation",
        "P45": "validation",
    }


def test_pictures_and_ratings_end_where_the_setting_says(surveyed):
    found, report = surveyed("full+seconds=0.12")
    # A row stands at 0.12 s, as one does at 300 s; a picture there is none
    # of the first three.
    expected = centred_by_hand(ratings(0)[:4])
    assert found["P16"].footage.end_s == 0.12
    assert found["P16"].labels.times.tolist() == [0.0, 0.04, 0.08, 0.12]
    np.testing.assert_allclose(
        at(found["P16"], "arousal", 4), expected, atol=1e-6
    )
    assert any(note.startswith("rows after 0.12 s") for note in report.notes)


# The package of the challenges


def test_the_arff_gold_standard_goes_to_frames_by_time(avec):
    frames = avec.frames("train_1")
    assert [number_of(each) for each in frames["image"]] == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(frames["arousal"], np.float32(STAIRS[:6]))
    np.testing.assert_array_equal(frames["valence"], np.float32(DOWN[:6]))


def test_what_an_arff_does_not_know_is_unlabelled(avec):
    frames = avec.frames("dev_1")
    expected = np.float32([NAN, 0.2, 0.3, 0.4, 0.5, 0.6])
    np.testing.assert_array_equal(frames["arousal"], expected)
    expected = np.float32([-0.1, -0.2, NAN, NAN, NAN, NAN])
    np.testing.assert_array_equal(frames["valence"], expected)


def test_splits_of_the_challenge_are_read_off_the_names(avec):
    assert avec.names("train") == ["train_1", "train_2", "train_10"]
    assert avec.names("validation") == ["dev_1", "dev_2"]
    assert avec.names("test") == ["test_1"]


def test_the_withheld_test_is_there_without_labels(avec):
    frames = avec.frames("test_1")
    assert frames["index"].tolist() == [0, 1, 2, 3, 4, 5]
    assert np.isnan(frames["valence"]).all()
    assert np.isnan(frames["arousal"]).all()


def test_the_name_of_the_file_counts_and_not_that_in_its_rows(avec):
    frames = avec.frames("dev_2")
    np.testing.assert_array_equal(frames["arousal"], np.float32(STAIRS[:6]))
    note = (
        "files that name another recording inside than outside, where the "
        "file's own name counts: once, such as dev_1 in arousal of dev_2"
    )
    assert note in avec.report["notes"]


def test_collections_copies_and_other_ratings_are_told(avec):
    left_out = avec.left_out()
    gold = "AVEC2016/ratings_gold_standard"
    assert left_out["many recordings in one file"] == [
        f"{gold}/arousal/train_all.arff"
    ]
    assert left_out["ratings that stand in two files"] == [
        f"{gold}/old/arousal/train_1.arff"
    ]
    assert left_out["video without ratings"] == ["train_3"]
    rest = json.dumps(left_out)
    assert "ratings_individual/arousal/train_1.csv" in rest


def test_the_challenge_s_raters_give_other_gold_standards(surveyed):
    found, _ = surveyed("avec+gold=centred")
    expected = centred_by_hand(ratings(7))[:6]
    np.testing.assert_allclose(at(found["train_1"], "arousal"), expected, 1e-5)
    found, report = surveyed("avec+gold=mean+unlabelled=false")
    expected = [sum(row) / 6 for row in ratings(8)[:6]]
    np.testing.assert_allclose(at(found["train_1"], "valence"), expected, 1e-5)
    assert list(found) == ["train_1"]
    assert (
        "(test without ratings), such as test_1" in report.describe_left_out()
    )


def test_labels_of_2018_are_found_under_their_own_folder_names(tmp_path):
    clip(tmp_path / "video" / "dev_1.mp4", 3)
    arff(tmp_path / "labels" / "gs_1" / "arousal" / "dev_1.arff", DOWN, "dev_1")
    text = corpora.check("recola/avec", tmp_path)
    assert "validation" in text
    assert "note: validation has 1 recordings, published are 9" in text


# Folders


def test_another_folder_is_refused_with_what_was_looked_for(tmp_path):
    text(tmp_path / "papers" / "a.pdf", "x")
    with pytest.raises(FileNotFoundError) as caught:
        corpora.check("recola/full", tmp_path)
    said = str(caught.value)
    assert "a folder emotional_behaviour with arousal/P16.csv" in said
    assert "Found papers" in said
    with pytest.raises(
        FileNotFoundError, match="ratings_gold_standard or gs_1"
    ):
        corpora.check("recola/avec", tmp_path)


def test_ratings_without_any_video_are_refused(tmp_path):
    raters = tmp_path / "emotional_behaviour"
    raters_csv(raters / "arousal" / "P16.csv", ratings(0))
    with pytest.raises(FileNotFoundError, match="videos named like P16.mp4"):
        corpora.check("recola/full", tmp_path)


def test_check_says_what_would_be_built(roots):
    said = corpora.check("recola/full", roots["full"])
    assert "train has 2 recordings, published are 8" in said
    assert "(video without ratings), such as P17" in said


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("full+gold=arff", "gold to be one of centred, mean, given. Rec"),
        ("avec+split=all_46", "split to be one of official. Received"),
        ("full+p25=dev", "p25 to be one of train, validation, test, none. R"),
        ("full+seconds=0", "seconds over 0"),
        ("full+seconds=none", "seconds over 0"),
    ],
)
def test_an_unknown_setting_says_what_there_is(tmp_path, config, sentence):
    with pytest.raises(ValueError, match=sentence):
        corpora.make_builder(f"recola/{config}", tmp_path)
