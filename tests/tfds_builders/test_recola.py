import itertools
import json

import numpy as np
import pytest

from emoaff import corpora
from emoaff.building.build_report import BuildReport
from emoaff.building.source_tree import SourceTree
from tests.faces.video_files import number_of
from tests.faces.video_files import write_numbered
from tests.oracles import ccc_by_definition
from tests.tfds_builders.built import Built
from tfds_builders.recola import gold_standard
from tfds_builders.recola import rating_series

NAN = float("nan")
SMALL = "find_faces=false+size=32"
RATERS = "FM1 ;FM2 ;FM3 ;FF1 ;FF2 ;FF3"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def ratings(seed, rows=7):
    """Six raters who roughly agree, each with a bias; two decimals."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(-0.5, 0.5, rows)
    biases = np.array([-0.1, -0.1, 0.0, 0.0, 0.1, 0.4])
    noise = rng.uniform(-0.05, 0.05, (rows, 6))
    return np.round(truth[:, None] + biases + noise, 2)


def centred_by_hand(values):
    """The gold standard rater by rater in float64: not the route taken."""
    ccc = {
        frozenset(pair): ccc_by_definition(
            values[:, pair[0]], values[:, pair[1]]
        )
        for pair in itertools.combinations(range(6), 2)
    }
    weights = [
        sum(ccc[frozenset((r, o))] for o in range(6) if o != r) / 5
        for r in range(6)
    ]
    means = [sum(values[:, r]) / len(values) for r in range(6)]
    target = sum(w * m for w, m in zip(weights, means, strict=True))
    target /= sum(weights)
    return [
        sum(row[r] - means[r] + target for r in range(6)) / 6 for row in values
    ]


def text(path, content, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.replace("\n", newline).encode())


def raters_csv(path, values, more="", newline="\n"):
    rows = [
        ";".join([f"{0.04 * n:g}", *(f"{v:g}" for v in row)])
        for n, row in enumerate(values)
    ]
    lines = "\n".join(["time;" + RATERS, *rows])
    text(path, lines + "\n" + more, newline)


def arff(path, values, name, blank="\n", newline="\n", more=""):
    head = (
        "@relation GOLDSTANDARD\n\n@attribute Instance_name string\n"
        "@attribute frameTime numeric\n@attribute GoldStandard numeric\n"
    )
    rows = [f"{name},{0.04 * n:g},{v}" for n, v in enumerate(values)]
    body = "\n".join(rows)
    text(path, f"{head}{blank}@data\n{blank}{body}\n{more}", newline)


def clip(path, count=6, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_numbered(path, count, **how)


def write_full(root):
    """What the makers hand out, unpacked into folders of folders."""
    home = root / "RECOLA"
    videos = home / "RECOLA-Video-recordings" / "RECOLA-Video-recordings"
    raters = home / "RECOLA-Annotation" / "emotional_behaviour"
    for name in ("P16", "P28", "P17", "P99", "P25", "P45"):
        clip(videos / f"{name}.mp4")
    clip(videos / "p046.AVI", codec="mpeg4")
    clip(home / "mine" / "P16.avi", 4, codec="mpeg4")  # someone's own copy
    clip(home / "mine" / "intro.mp4", 1)
    text(videos / "P30.mp4", POINTER)
    text(videos / "P34.mp4", "")
    text(videos / "._P16.mp4", "x")
    text(home / "RECOLA-Audio-recordings" / "P16.wav", "x")
    late = "300.04;1;1;1;1;1;1\n"
    raters_csv(raters / "arousal" / "P16.csv", ratings(0), late, "\r\n")
    raters_csv(raters / "valence" / "P16.csv", ratings(1))
    raters_csv(raters / "arousal" / "P28.csv", ratings(2))
    raters_csv(raters / "valence" / "P28.csv", ratings(3, rows=3))
    raters_csv(raters / "arousal" / "P45.csv", ratings(4))
    text(raters / "valence" / "P45.csv", "time;" + RATERS + "\n")
    for name in ("P99", "P25", "P046", "P64", "P30"):
        raters_csv(raters / "arousal" / f"{name}.csv", ratings(5))
    text(raters / "arousal" / "notes.csv", "x")
    social = home / "RECOLA-Annotation" / "social_behaviour" / "dominance"
    raters_csv(social / "P16.csv", ratings(6))
    given = home / "Ratings_affective_behaviour_CCC_centred"
    text(given / "arousal" / "P16.csv", "0,0.5\n0.04,0.25\n")
    text(given / "valence" / "P16.csv", "time;gold\n0;-0.5\n0.04;-0.25\n")
    return root


def write_avec(root):
    """The package of the challenges."""
    home = root / "AVEC2016"
    for name in ("train_1", "train_2", "dev_1", "test_1", "train_10"):
        clip(home / "recordings_video" / f"{name}.mp4")
    clip(home / "recordings_video" / "Dev_02.avi", codec="mpeg4")
    clip(home / "recordings_video" / "train_3.mp4")
    gold = home / "ratings_gold_standard"
    arff(gold / "arousal" / "train_1.arff", STAIRS, "'train_1'", "\n\n\n")
    arff(gold / "valence" / "train_1.arff", DOWN, "train_1", "", "\r\n")
    arff(gold / "arousal" / "dev_1.arff", ["?", *STAIRS[1:]], "dev_1")
    arff(gold / "valence" / "dev_1.arff", DOWN[:2], "dev_1")
    arff(gold / "arousal" / "DEV_2.arff", STAIRS, "dev_1")  # the template's
    arff(gold / "valence" / "train_2.arff", DOWN, "train_2")
    arff(gold / "valence" / "train_10.arff", DOWN, "train_10")
    arff(gold / "arousal" / "train_all.arff", STAIRS, "train_1")
    arff(gold / "old" / "arousal" / "train_1.arff", DOWN, "train_1")
    single = home / "ratings_individual"
    raters_csv(single / "arousal" / "train_1.csv", ratings(7))
    raters_csv(single / "valence" / "train_1.csv", ratings(8))
    return root


STAIRS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
DOWN = [-0.1, -0.2, -0.3, -0.4, -0.5, -0.6, -0.7]


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
        builder = corpora.builder(f"recola/{config}", tmp_path)
        report = BuildReport(config)
        tree = SourceTree(roots[config[:4]])
        found = {each.name: each for each in builder.survey(tree, report)}
        return found, report

    return survey


def at(recording, dimension, frames=6):
    rows = recording.labels.rows(np.arange(frames), np.arange(frames) / 25)
    return rows[dimension]


# The distribution by the corpus's makers


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


def test_the_corpus_has_no_classes(full, tmp_path):
    assert not full.classes
    assert corpora.label_space("recola/full", tmp_path) is None


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
    assert "(in no split of public_23), such as P25" in report.left_out_text()


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
    assert "(test without ratings), such as test_1" in report.left_out_text()


def test_labels_of_2018_are_found_under_their_own_folder_names(tmp_path):
    clip(tmp_path / "video" / "dev_1.mp4", 3)
    arff(tmp_path / "labels" / "gs_1" / "arousal" / "dev_1.arff", DOWN, "dev_1")
    text = corpora.check("recola/avec", tmp_path)
    assert "validation" in text
    assert "note: validation has 1 recordings, published are 9" in text


def test_a_real_gold_standard_is_read_whole(shared_data):
    path = shared_data / "annotations" / "recola_gold_standard_template.arff"
    if not path.is_file():
        pytest.skip("needs a real gold standard beside the checkout")
    series = rating_series.read(path)
    lines = path.read_text().splitlines()
    plain = [line.split(",") for line in lines if line.startswith("dev_1,")]
    assert len(series.times) == len(plain) == 7501
    assert series.recording == "dev_1"
    np.testing.assert_allclose(series.times, np.arange(7501) / 25, atol=1e-9)
    expected = [float(cells[2]) for cells in plain]
    assert series.values[:, 0].tolist() == expected
    assert (expected[0], expected[-1]) == (-0.022925, -0.1179248)


# Files


def test_columns_of_an_arff_go_by_their_names(tmp_path):
    path = tmp_path / "dev_1.arff"
    text(
        path,
        "\ufeff% a comment\n@RELATION x\n@ATTRIBUTE 'GoldStandard' numeric\n"
        '@attribute instance_name string\n@attribute "frameTime" real\n'
        "@Data\n% another\n0.5, \"dev_1\", 0\n\n-0.5,'dev_1',0.04\n",
        "\r\n",
    )
    series = rating_series.read(path)
    assert series.times.tolist() == [0.0, 0.04]
    assert series.values.tolist() == [[0.5], [-0.5]]
    assert series.recording == "dev_1"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.arff", "@relation x\n", "Expected the attributes frameTime"),
        ("a.csv", "time;FM1\n0;0.1\n0.04;x\n", "a.csv, line 3: expected num"),
        ("a.csv", "time;FM1\n0;0.1\n\n0;0.2\n", "line 4: expected times that"),
        ("a.csv", "time;FM1\n0;0.1\n0.04;40\n", r"line 3: expected ratings in"),
        ("a.csv", "time;FM1\n0;0.1\n0.04\n", "line 3: expected 2 cells"),
        ("a.csv", "time;FM1;FM2\n0;0.1\n", "line 2: expected 3 cells"),
        ("a.csv", "time;FM1\n;0.1\n", "line 2: expected times that rise"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    tmp_path, name, content, sentence
):
    text(tmp_path / name, content)
    with pytest.raises(ValueError, match=sentence):
        rating_series.read(tmp_path / name)


def test_what_centring_moves_beyond_one_is_set_to_one(tmp_path):
    clip(tmp_path / "P16.mp4", 1)
    values = np.array([[1.0] * 6, [0.9, 0.9, 0.9, 0.9, 0.9, -1.0]] * 3)
    assert max(centred_by_hand(values)) > 1.1
    path = tmp_path / "emotional_behaviour" / "arousal" / "P16.csv"
    raters_csv(path, values)
    builder = corpora.builder("recola/full", tmp_path / "data")
    report = BuildReport("recola")
    (found,) = builder.survey(SourceTree(tmp_path), report)
    expected = np.clip(centred_by_hand(values), -1, 1)
    np.testing.assert_allclose(at(found, "arousal"), expected, atol=1e-6)
    assert expected.max() == 1
    note = "gold standards set to -1 or 1 beyond: once, such as arousal of P16"
    assert note in report.notes


def test_dimensions_rated_at_other_times_are_refused(tmp_path):
    clip(tmp_path / "P16.mp4", 1)
    raters = tmp_path / "emotional_behaviour"
    raters_csv(raters / "arousal" / "P16.csv", ratings(0))
    text(raters / "valence" / "P16.csv", "time;FM1\n0.01;0\n0.05;0\n0.09;0\n")
    with pytest.raises(ValueError, match="to be rated at the same times"):
        corpora.check("recola/full", tmp_path)


def test_a_long_file_is_read_in_a_moment(tmp_path):
    raters_csv(tmp_path / "P16.csv", ratings(0, rows=7501))
    series = rating_series.read(tmp_path / "P16.csv")
    assert series.values.shape == (7501, 6)
    assert series.until(300.0).times[-1] == 300.0
    assert len(series.until(299.96).times) == 7500


# Gold standards


def test_centring_by_hand_arithmetic():
    # Raters 1 and 2 agree wholly, CCC 1. Rater 3 is 0.4 higher, CCC with
    # both 2 * 0.01 / (0.01 + 0.01 + 0.16) = 1/9. Weights 5/9, 5/9 and 1/9,
    # means 0.1, 0.1 and 0.5, so the common mean is (1.5 / 9) / (11 / 9).
    values = np.array([[0.0, 0.0, 0.4], [0.2, 0.2, 0.6]])
    np.testing.assert_allclose(
        gold_standard.agreement(values), [5 / 9, 5 / 9, 1 / 9]
    )
    expected = [1.5 / 11 - 0.1, 1.5 / 11 + 0.1]
    np.testing.assert_allclose(gold_standard.centred(values), expected)


def test_centring_is_that_of_the_scripts_for_raters_who_disagree():
    values = ratings(0, rows=30)
    values[:, 5] = ratings(9, rows=30)[:, 5]  # of something else
    weights = gold_standard.agreement(values)
    assert weights[5] < 0.3 < weights[:5].min()
    np.testing.assert_allclose(
        gold_standard.centred(values), centred_by_hand(values), atol=1e-12
    )


def test_raters_who_never_agree_count_alike():
    values = np.array([[0.1, -0.1], [-0.1, 0.1], [0.3, -0.3]])
    assert (gold_standard.agreement(values) < 0).all()
    np.testing.assert_allclose(gold_standard.centred(values), 0, atol=1e-12)


def test_a_missing_rating_is_no_zero():
    values = np.array([[0.2, NAN], [0.4, 0.6], [NAN, NAN]])
    np.testing.assert_allclose(gold_standard.mean(values), [0.2, 0.5, NAN])


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
        corpora.builder(f"recola/{config}", tmp_path)
