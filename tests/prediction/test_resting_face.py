import dataclasses

import numpy as np
import pytest

from emoaff import labels
from emoaff.prediction.resting_face import Baseline
from emoaff.prediction.resting_face import read_setting
from emoaff.prediction.row import Row

# neutral, happiness, sadness
SPACE = labels.LabelSpace("three", ("neutral", "happiness", "sadness"))


def row(time_s, probabilities=None, person=1, **more):
    given = None if probabilities is None else np.float32(probabilities)
    return Row(int(10 * time_s), time_s, person, probabilities=given, **more)


def run(rows, **arguments):
    return list(Baseline(SPACE, **arguments)(rows))


def test_the_resting_share_is_taken_off_and_the_rest_stretched():
    rows = [
        row(0.0, [0.6, 0.1, 0.3]),
        row(0.5, [0.4, 0.1, 0.5]),
        row(1.0, [0.1, 0.5, 0.4]),
        row(1.1, [0.2, 0.0, 0.8]),
    ]
    got = run(rows, seconds=1.0)
    # Rest is (0.5, 0.1, 0.4): happiness (0.5 - 0.1) / 0.9, sadness 0.
    happy = 0.4 / 0.9
    np.testing.assert_allclose(
        got[2].probabilities, [1 - happy, happy, 0], atol=1e-6
    )
    sad = 0.4 / 0.6
    np.testing.assert_allclose(
        got[3].probabilities, [1 - sad, 0, sad], atol=1e-6
    )


def test_the_resting_face_itself_is_neutral_and_a_certain_class_certain():
    rows = [
        row(0.0, [0.5, 0.1, 0.4]),
        row(2.0, [0.5, 0.1, 0.4]),
        row(2.1, [0.0, 1.0, 0.0]),
    ]
    got = run(rows, seconds=1.0)
    np.testing.assert_allclose(got[1].probabilities, [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(got[2].probabilities, [0, 1, 0], atol=1e-6)


def test_answers_stay_distributions():
    rng = np.random.default_rng(0)
    rows = [row(t / 10, rng.dirichlet(np.ones(3))) for t in range(60)]
    for one in run(rows, seconds=2.0)[20:]:
        assert one.probabilities.min() >= 0
        assert one.probabilities.sum() == pytest.approx(1, abs=1e-6)


def test_the_resting_seconds_have_no_answer():
    rows = [row(0.0, [1, 0, 0], valence=0.2), row(0.9, [1, 0, 0])]
    for one in run(rows, seconds=1.0):
        assert one.probabilities is None and np.isnan(one.valence)


def test_each_person_has_a_rest_of_their_own():
    rows = [
        row(0.0, [0.5, 0.5, 0.0], person=1),
        row(1.5, [0.5, 0.5, 0.0], person=1),
        row(1.5, [0.0, 0.0, 1.0], person=2),
        row(3.0, [0.0, 1.0, 0.0], person=2),
    ]
    got = run(rows, seconds=1.0)
    np.testing.assert_allclose(got[1].probabilities, [1, 0, 0], atol=1e-6)
    assert got[2].probabilities is None
    np.testing.assert_allclose(got[3].probabilities, [0, 1, 0], atol=1e-6)


def test_valence_and_arousal_are_differences_within_their_range():
    rows = [
        row(0.0, valence=-0.2, arousal=0.4),
        row(0.5, valence=-0.4, arousal=0.2),
        row(1.0, valence=0.1, arousal=0.0),
        row(1.1, valence=0.9, arousal=float("nan")),
    ]
    got = list(Baseline(None, seconds=1.0)(rows))
    assert got[2].valence == pytest.approx(0.4)
    assert got[2].arousal == pytest.approx(-0.3)
    assert got[3].valence == 1
    assert np.isnan(got[3].arousal)


def test_a_file_s_rest_holds_for_everyone_from_the_first_row_on():
    resting = [row(0.0, [0.5, 0.1, 0.4]), row(0.1, [0.5, 0.1, 0.4])]
    rows = [row(0.0, [0.5, 0.1, 0.4], person=7)]
    (got,) = run(rows, resting=resting)
    np.testing.assert_allclose(got.probabilities, [1, 0, 0], atol=1e-6)


def test_frames_without_a_face_pass_through():
    rows = [Row(0, 0.0), row(0.1, [1, 0, 0])]
    assert run(rows, seconds=1.0)[0] is rows[0]


def test_nobody_without_an_answer_at_rest_is_judged():
    rows = [row(0.0), row(0.5), row(2.0, [0, 1, 0])]
    assert run(rows, seconds=1.0)[2].probabilities is None


def test_a_smoothed_answer_of_before_is_dropped():
    rows = [row(0.0, [1, 0, 0]), row(2.0, [1, 0, 0])]
    rows[1] = dataclasses.replace(rows[1], smoothed=np.ones(3) / 3)
    assert run(rows, seconds=1.0)[1].smoothed is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either seconds or resting"),
        ({"seconds": 1, "resting": []}, "either seconds or resting"),
        ({"seconds": 0}, "seconds=0"),
        ({"resting": []}, "Found no people"),
        (
            {"resting": [row(0, [1, 0, 0]), row(0, [1, 0, 0], person=2)]},
            "Found 2 people",
        ),
    ],
)
def test_a_rest_that_cannot_be_taken_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Baseline(SPACE, **arguments)


def test_classes_without_a_neutral_one_are_refused():
    space = labels.LabelSpace("two", ("happiness", "sadness"))
    with pytest.raises(ValueError, match="Received: happiness, sadness"):
        Baseline(space, seconds=1)


def test_a_setting_is_seconds_or_a_file(tmp_path):
    assert read_setting("2.5") == 2.5
    path = tmp_path / "me.jpg"
    path.touch()
    assert read_setting(str(path)) == str(path)
    with pytest.raises(FileNotFoundError, match="There is no nowhere.mp4"):
        read_setting("nowhere.mp4")
