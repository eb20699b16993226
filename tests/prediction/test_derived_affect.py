import numpy as np
import pytest

from emoaff import labels
from emoaff.prediction.derived_affect import AffectDeriver
from emoaff.prediction.derived_affect import derive_affect
from emoaff.prediction.row import Row
from emoaff.presets import Preset
from tests.small_presets import classes

# neutral happiness surprise sadness anger disgust fear contempt
TRAINED = [0.4, 0.3, 0.1, 0.1, 0.05, 0.02, 0.02, 0.01]


def preset(trained=None, dimensions=(), space="ferplus"):
    """A preset without a model, as far as answers are concerned."""
    outputs = classes(space) if space else {}
    if trained:
        outputs["expression"]["class_prior"] = trained
    if dimensions:
        outputs["affect"] = {
            "kind": "dimensional",
            "names": list(dimensions),
            "range": [-1, 1],
        }
    found = labels.get(space) if space else None
    return Preset("mine", None, {"outputs": outputs}, None, found)


def row(*shares, **more):
    return Row(0, 0.0, 1, probabilities=np.float32(shares), **more)


def test_affect_is_the_expected_norm_by_hand_arithmetic():
    rows = np.array(
        [
            [0.1, 0.6, 0.3, 0, 0, 0, 0, 0],
            [0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0],
            [0.2, 0.3, 0, 0, 0, 0, 0, 0.5],
        ]
    )
    expected = [
        [0.6 * 0.76 + 0.3 * 0.40, 0.6 * 0.48 + 0.3 * 0.67],
        [
            -(0.63 + 0.51 + 0.60 + 0.64) / 4,
            (-0.27 + 0.59 + 0.35 + 0.60) / 4,
        ],
        # Contempt has no norm; the rest is doubled.
        [0.6 * 0.76, 0.6 * 0.48],
    ]
    np.testing.assert_allclose(derive_affect(rows, "ferplus"), expected)


def test_certain_classes_have_their_word_s_norms_in_any_order():
    got = derive_affect(np.eye(7), "fer2013")
    # angry disgust fear happy sad surprise neutral
    valence = [-0.51, -0.60, -0.64, 0.76, -0.63, 0.40, 0.0]
    arousal = [0.59, 0.35, 0.60, 0.48, -0.27, 0.67, 0.0]
    np.testing.assert_allclose(got, np.transpose([valence, arousal]))


def test_missing_and_nothing_but_contempt_have_no_affect():
    rows = np.zeros((2, 8))
    rows[0], rows[1, 7] = np.nan, 1.0
    assert np.isnan(derive_affect(rows, "ferplus")).all()


def test_classes_without_a_norm_are_refused():
    space = labels.LabelSpace("mine", ("bored", "keen"))
    with pytest.raises(ValueError, match="Received: bored, keen"):
        derive_affect(np.ones((1, 2)) / 2, space)


def test_the_training_s_shares_are_taken_out_first():
    got = AffectDeriver(preset(TRAINED))(row(0.8, 0.15, 0.05, 0, 0, 0, 0, 0))
    # Divided by the shares: 2, 0.5 and 0.5, so 2/3, 1/6 and 1/6.
    assert got.valence == pytest.approx((0.76 + 0.40) / 6)
    assert got.arousal == pytest.approx((0.48 + 0.67) / 6)
    assert got.valence_source == got.arousal_source == "derived"


def test_a_prior_that_was_asked_for_is_left_in():
    asked = preset(TRAINED).with_prior("natural")
    derive = AffectDeriver(asked)
    got = derive(row(0.8, 0.15, 0.05, 0, 0, 0, 0, 0))
    assert got.valence == pytest.approx(0.15 * 0.76 + 0.05 * 0.40)
    assert derive.describe()["prior"]["name"] == "natural"


def test_unknown_shares_are_left_in_and_said_to_be_unknown():
    derive = AffectDeriver(preset())
    got = derive(row(0.8, 0.15, 0.05, 0, 0, 0, 0, 0))
    assert got.valence == pytest.approx(0.15 * 0.76 + 0.05 * 0.40)
    assert derive.describe()["prior"] is None


def test_only_what_the_model_does_not_give_is_derived():
    derive = AffectDeriver(preset(dimensions=("valence",)))
    given = row(0, 1, 0, 0, 0, 0, 0, 0, valence=-0.2, valence_source="model")
    got = derive(given)
    assert (got.valence, got.valence_source) == (-0.2, "model")
    assert (got.arousal, got.arousal_source) == (0.48, "derived")
    assert derive.describe()["dimensions"] == ["arousal"]


def test_rows_without_an_answer_keep_nothing():
    got = AffectDeriver(preset())(Row(0, 0.0, 1))
    assert np.isnan(got.valence) and got.arousal_source == ""
    certain = AffectDeriver(preset())(row(0, 0, 0, 0, 0, 0, 0, 1))
    assert np.isnan(certain.arousal) and certain.arousal_source == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (preset(dimensions=("valence", "arousal")), "was taught both"),
        (preset(space=None), "which has none"),
    ],
)
def test_affect_that_cannot_or_need_not_be_derived_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        AffectDeriver(given)
