import numpy as np
import pytest

from emoaff import corpora
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tests.tfds_builders.recola_files import NAN
from tests.tfds_builders.recola_files import at
from tests.tfds_builders.recola_files import centred_by_hand
from tests.tfds_builders.recola_files import clip
from tests.tfds_builders.recola_files import raters_csv
from tests.tfds_builders.recola_files import ratings
from tests.tfds_builders.recola_files import text
from tfds_builders.recola import gold_standard
from tfds_builders.recola import rating_series


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
    builder = corpora.make_builder("recola/full", tmp_path / "data")
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
