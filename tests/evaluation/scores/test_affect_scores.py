import math

import audmetric
import numpy as np
import pytest
from sklearn import metrics

from emoaff.evaluation.scores import AffectScores
from emoaff.evaluation.scores import Bootstrap
from tests.evaluation.scores.signals import NAN
from tests.evaluation.scores.signals import random_affect

NO_DRAWS = Bootstrap(draws=0)


def scored(truth, prediction):
    both = ~(np.isnan(truth) | np.isnan(prediction))
    return truth[both], prediction[both]


def test_scores_over_the_set_agree_with_other_libraries():
    truth, prediction, recording = random_affect()
    table = AffectScores(truth, prediction, recording).table(NO_DRAWS)
    for d, name in enumerate(("valence", "arousal")):
        t, p = scored(truth[:, d], prediction[:, d])
        expected = {
            "ccc": audmetric.concordance_cc(t, p),
            "pearson": audmetric.pearson_cc(t, p),
            "rmse": metrics.root_mean_squared_error(t, p),
            "sagr": metrics.accuracy_score(t > 0, p > 0),
        }
        for measure, value in expected.items():
            got = table.value(measure, name)
            assert got == pytest.approx(value, rel=1e-12), measure


def test_the_mean_is_over_dimensions():
    table = AffectScores(*random_affect()).table(NO_DRAWS)
    measures = ("ccc", "ccc_mean_of_recordings", "pearson", "rmse", "sagr")
    for measure in measures:
        each = [table.value(measure, of) for of in ("valence", "arousal")]
        assert table.value(measure, "mean") == pytest.approx(np.mean(each))


def test_the_mean_of_recordings_averages_one_ccc_each():
    truth, prediction, recording = random_affect()
    table = AffectScores(truth, prediction, recording).table(NO_DRAWS)
    each = [
        audmetric.concordance_cc(
            *scored(truth[recording == r, 1], prediction[recording == r, 1])
        )
        for r in range(7)
    ]
    got = table.value("ccc_mean_of_recordings", "arousal")
    assert got == pytest.approx(np.mean(each), rel=1e-12)
    assert abs(got - table.value("ccc", "arousal")) > 0.02


def test_an_undefined_recording_is_left_out_and_counted():
    # Recording 0: 2/3 by hand. 1: equal constants. 2: no label. 3: no frame.
    truth = np.array([[0, 1, 2, 0.1, 0.1, NAN, NAN]]).T
    prediction = np.array([[0, 1, 1, 0.1, 0.1, 3, 4]]).T
    recording = np.array([0, 0, 0, 1, 1, 2, 2])
    scores = AffectScores(truth, prediction, recording, ["valence"], 4)
    row = scores.table(NO_DRAWS).rows[-2]
    assert (row.measure, row.of) == ("ccc_mean_of_recordings", "valence")
    assert row.value == pytest.approx(2 / 3)
    assert (row.n, row.left_out) == (1, 3)
    assert row.notes() == (
        "ccc_mean_of_recordings valence: 3 recordings without a defined score "
        "left out",
    )


def test_every_frame_is_scored_or_counted_as_left_out():
    truth = np.array([[0.1, 0.1], [NAN, 0.2], [0.3, NAN], [NAN, 0.4]])
    prediction = np.array([[0.1, NAN], [NAN, NAN], [NAN, 0.3], [0.1, 0.4]])
    scores = AffectScores(truth, prediction, np.zeros(4, int))
    assert scores.coverage() == {
        "frames of valence": {
            "scored": 1,
            "unlabelled": 2,  # one of them without a prediction as well
            "without prediction": 1,
        },
        "frames of arousal": {
            "scored": 1,
            "unlabelled": 1,
            "without prediction": 2,
        },
    }


@pytest.mark.parametrize("recording", [[0, 0, 0], [0, 0, 1]])
@pytest.mark.parametrize(
    ("truth", "prediction", "undefined"),
    [
        ([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], {"ccc", "pearson"}),
        ([0.1, 0.1, 0.1], [0.1, 0.2, 0.3], {"pearson"}),
        ([0.1, 0.2, 0.3], [0.7, 0.7, 0.7], {"pearson"}),
        ([0.1, NAN, NAN], [0.2, 0.2, 0.3], {"ccc", "pearson"}),
        ([NAN, NAN, NAN], [0.2, 0.2, 0.3], {"ccc", "pearson", "rmse", "sagr"}),
    ],
)
def test_undefined_is_nan(truth, prediction, undefined, recording):
    truth, prediction = np.array([truth]).T, np.array([prediction]).T
    scores = AffectScores(truth, prediction, np.array(recording), ["valence"])
    table = scores.table(NO_DRAWS)
    for measure in ("ccc", "pearson", "rmse", "sagr"):
        for of in ("valence", "mean"):
            got = math.isnan(table.value(measure, of))
            assert got == (measure in undefined), measure


def test_zero_has_a_sign_of_its_own():
    truth = np.array([[0.0, 0.0, 0.0, 0.2, -0.1]]).T
    prediction = np.array([[0.0, 0.1, -0.1, 0.3, 0.1]]).T
    scores = AffectScores(truth, prediction, np.zeros(5, int), ["valence"])
    assert scores.table(NO_DRAWS).value("sagr", "valence") == 2 / 5


def test_long_sets_far_from_zero_keep_their_digits():
    truth, prediction, recording = random_affect(30, 200, seed=3)
    near = AffectScores(truth, prediction, recording).table(NO_DRAWS)
    far = AffectScores(truth + 1e4, prediction + 1e4, recording).table(NO_DRAWS)
    assert far.value("ccc", "mean") == pytest.approx(
        near.value("ccc", "mean"), rel=1e-9
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"truth": np.zeros((4, 3))}, r"truth.shape=\(4, 3\)"),
        ({"prediction": np.full((4, 2), np.inf)}, "Mark missing values"),
        ({"recording": np.array([0, 0, 1, -1])}, "Received: -1 to 1"),
        ({"recording": np.array([0, 0, 1, 2]), "recordings": 2}, "0 to 1"),
        ({"recording": np.zeros(4)}, "dtype=float64"),
    ],
)
def test_bad_input_says_what_was_received(change, message):
    arguments = {
        "truth": np.zeros((4, 2)),
        "prediction": np.zeros((4, 2)),
        "recording": np.zeros(4, int),
    }
    with pytest.raises(ValueError, match=message):
        AffectScores(**{**arguments, **change})


def test_nothing_at_all_is_undefined():
    empty = np.zeros((0, 2))
    table = AffectScores(empty, empty, np.zeros(0, int)).table()
    assert all(math.isnan(row.value) for row in table.rows)
