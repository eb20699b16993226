import numpy as np
import pytest

from emoaff import labels
from emoaff.presets import class_prior
from emoaff.presets.class_prior import ClassPrior
from emoaff.presets.class_prior import read_prior
from emoaff.presets.class_prior import reweigh
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

SPACE = labels.LabelSpace("mine", ("neutral", "happiness", "sadness"))


TRAINED = ClassPrior("as-trained", SPACE.classes, (0.5, 0.3, 0.2))


UNIFORM = ClassPrior("uniform", SPACE.classes, (1 / 3,) * 3)


def read(asked, space=SPACE, trained=TRAINED):
    return read_prior(asked, trained, space)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("as-trained", (0.5, 0.3, 0.2)),
        ("uniform", (1 / 3, 1 / 3, 1 / 3)),
        # every class: scaled
        ("neutral=6,happiness=3,sadness=1", (0.6, 0.3, 0.1)),
        ({"sadness": 1, "neutral": 2, "happiness": 1}, (0.5, 0.25, 0.25)),
        # one class: the others share .4 as .3 : .2
        ("neutral=.6", (0.6, 0.24, 0.16)),
        ("neutral=0", (0.0, 0.6, 0.4)),
        # words of the same meaning, any case, spaces
        (" Happy = .5 , sad=0.1", (0.4, 0.5, 0.1)),
        (UNIFORM, (1 / 3, 1 / 3, 1 / 3)),
    ],
)
def test_shares_that_are_asked_for_by_hand_arithmetic(asked, expected):
    np.testing.assert_allclose(read(asked).shares, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("often", "as-trained, uniform, natural, or shares.*Received: often"),
        ("neutral", "Received: neutral"),
        ("neutral=many", "Received: neutral=many"),
        ("neutral=.6,,sadness=.1", "Received: neutral=.6,,sadness=.1"),
        ("bored=.5", "among neutral, happiness, sadness.*Received: bored"),
        ("neutral=-.5", "shares from 0 on.*Received: neutral=-0.5"),
        ("neutral=nan", "shares from 0 on.*Received: neutral=nan"),
        ("neutral=inf", "shares from 0 on.*Received: neutral=inf"),
        ("neutral=0,happiness=0,sadness=0", "over 0. Received: 0 for each"),
        ("neutral=60,happiness=20", r"not named \(sadness\). Received: 80"),
        ("neutral=1", r"\(happiness, sadness\). Received: 1 in all"),
        ("happy=.2,happiness=.1", "Received: happiness twice"),
        ("sadness=.2,sadness=.1", "sadness twice"),
        (ClassPrior("given", ("a", "b"), (0.5, 0.5)), "Received: one of a, b"),
    ],
)
def test_a_prior_that_is_none_costs_one_sentence(asked, message):
    with pytest.raises(ValueError, match=f"^Expected .*{message}"):
        read(asked)


def test_natural_shares_are_those_of_the_frames_that_were_counted():
    shares = dict(
        zip(
            labels.get("ferplus").classes,
            read_prior("natural", None, labels.get("ferplus")).shares,
            strict=True,
        )
    )
    # 840,611 + 60,179 + 15,786 + 10,065 + 8,581 + 57,425 frames
    assert shares["neutral"] == pytest.approx(840_611 / 992_647)
    assert shares["contempt"] == pytest.approx(8_581 / 992_647)
    assert shares["fear"] == pytest.approx(57_425 / 992_647 * 819 / 8_301)
    assert sum(shares.values()) == pytest.approx(1)


def test_natural_shares_of_other_spaces_are_mapped_by_meaning():
    got = read_prior("natural", None, labels.get("fer2013"))
    # No contempt; angry disgust fear happy sad surprise neutral.
    assert got.classes[-1] == "neutral" and len(got.shares) == 7
    assert got.shares[-1] == pytest.approx(840_611 / (992_647 - 8_581))
    with pytest.raises(ValueError, match="Received: other. Give shares"):
        read_prior("natural", None, labels.get("aff_wild2_8"))


def test_probabilities_are_divided_and_multiplied_by_hand_arithmetic():
    rows = np.float32([[0.5, 0.3, 0.2], [0.8, 0.1, 0.1]])
    got = reweigh(rows, TRAINED, UNIFORM)
    # .8/.5, .1/.3, .1/.2 are 1.6, 1/3, 1/2, their sum 73/30
    expected = [[1 / 3] * 3, [48 / 73, 10 / 73, 15 / 73]]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    assert got.dtype == np.float32


def test_going_and_coming_back_changes_nothing():
    rows = np.random.default_rng(0).dirichlet([1, 1, 1], (4, 5))
    asked = read("neutral=.8")
    back = reweigh(reweigh(rows, TRAINED, asked), asked, TRAINED)
    np.testing.assert_allclose(back, rows, rtol=1e-12)


def test_a_model_that_was_too_sharp_is_softened_between_the_two_priors():
    sharp = ClassPrior("as-trained", SPACE.classes, TRAINED.shares, 2.0)
    got = reweigh(np.array([0.5, 0.3, 0.2]), sharp, UNIFORM)
    # .5/.5, .3/.3, .2/.2 are 1 each; .8/.5, .1/.3, .1/.2 are 8/5, 1/3, 1/2.
    np.testing.assert_allclose(got, [1 / 3] * 3)
    got = reweigh(np.array([0.8, 0.1, 0.1]), sharp, read("neutral=.6"))
    roots = np.sqrt([8 / 5, 1 / 3, 1 / 2]) * read("neutral=.6").shares
    np.testing.assert_allclose(got, roots / roots.sum())
    same = reweigh(np.array([0.8, 0.1, 0.1]), sharp, sharp)
    np.testing.assert_allclose(same, [0.8, 0.1, 0.1])


def test_going_and_coming_back_changes_nothing_about_a_sharp_model_either():
    rows = np.random.default_rng(0).dirichlet([1, 1, 1], 20)
    sharp = ClassPrior("as-trained", SPACE.classes, TRAINED.shares, 1.3)
    back = reweigh(reweigh(rows, sharp, UNIFORM), UNIFORM, sharp)
    np.testing.assert_allclose(back, rows, rtol=1e-12)


@pytest.mark.parametrize("sharpness", [0.0, -1.0, np.nan, np.inf])
def test_a_sharpness_that_is_none_is_refused(sharpness):
    with pytest.raises(ValueError, match="^Expected a sharpness over 0"):
        ClassPrior("given", SPACE.classes, TRAINED.shares, sharpness)


def test_bayes_rule_gives_the_same():
    rng = np.random.default_rng(1)
    likelihood = rng.uniform(0.1, 1, (6, 3))

    def posterior(shares):
        joint = likelihood * np.array(shares)
        return joint / joint.sum(axis=1, keepdims=True)

    asked = read("neutral=.7,sadness=.25")
    got = reweigh(posterior(TRAINED.shares), TRAINED, asked)
    np.testing.assert_allclose(got, posterior(asked.shares), rtol=1e-12)


def test_undefined_rows():
    rows = np.array([[np.nan] * 3, [1.0, 0.0, 0.0]])
    got = reweigh(rows, TRAINED, read("neutral=0"))
    assert np.isnan(got[0]).all()
    # What was certain is ruled out: nothing is known but the shares.
    np.testing.assert_allclose(got[1], [0, 0.6, 0.4])
    unseen = ClassPrior("as-trained", SPACE.classes, (0.6, 0.4, 0.0))
    got = reweigh(np.array([0.6, 0.4, 0.0]), unseen, UNIFORM)
    np.testing.assert_allclose(got, [0.5, 0.5, 0.0])


@pytest.mark.parametrize(
    "shares", [(0.5, 0.5), (0.5, 0.6, -0.1), (0.5, 0.3, 0.3), (np.nan, 1, 0)]
)
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ValueError, match="^Expected a share from 0 on"):
        ClassPrior("given", SPACE.classes, shares)


def test_a_prior_is_said_in_words_and_in_json():
    assert str(UNIFORM) == "uniform"
    given = read("neutral=.6")
    assert str(given) == "neutral=0.6, happiness=0.24, sadness=0.16"
    assert given.to_dict() == {
        "name": "given",
        "shares": {"neutral": 0.6, "happiness": 0.24, "sadness": 0.16},
    }


@pytest.fixture
def small(tmp_path):
    """A preset of pictures that knows the shares of its training data."""
    outputs = classes(SPACE)
    outputs["expression"]["class_prior"] = list(TRAINED.shares)
    model = still_model({"expression": dense(3, activation="softmax")})
    return saved(tmp_path / "small", model, outputs)


CROPS = np.random.default_rng(0).integers(0, 256, (5, 24, 24, 3), np.uint8)


def test_a_preset_answers_for_the_prior_that_is_asked_for(small):
    plain = small.predict(CROPS)["expression"]
    expected = np.float64(plain) / TRAINED.shares
    expected /= expected.sum(axis=1, keepdims=True)
    even = small.with_prior("uniform")
    np.testing.assert_allclose(
        even.predict(CROPS)["expression"], expected, rtol=1e-5
    )
    np.testing.assert_allclose(
        small.predict(CROPS, prior="uniform")["expression"], expected, rtol=1e-5
    )
    assert even.predict([])["expression"].shape == (0, 3)
    # The preset itself stays as it was.
    np.testing.assert_array_equal(small.predict(CROPS)["expression"], plain)
    back = even.with_prior("as-trained").predict(CROPS)["expression"]
    np.testing.assert_array_equal(back, plain)


@pytest.mark.parametrize("stored", [0, -1.3, "much", None, [1.3]])
def test_a_stored_sharpness_that_is_none_is_one_clear_sentence(small, stored):
    small.config["outputs"]["expression"]["prior_sharpness"] = stored
    with pytest.raises(ValueError, match="^outputs.expression.class_prior in"):
        small.with_prior("uniform")


def test_a_preset_says_its_prior(small):
    assert small.describe_prior()["name"] == "as-trained"
    assert small.describe_prior()["shares"]["neutral"] == 0.5
    even = small.with_prior("uniform")
    assert even.describe_prior()["name"] == "uniform"
    assert even.with_prior("uniform") is even
    assert even.with_prior(None) is even
    assert small.with_prior("as-trained") is small


def test_a_preset_without_expressions_refuses_a_prior(tmp_path):
    model = still_model({"arousal_valence": dense(2)})
    outputs = {
        "arousal_valence": {
            "kind": "dimensional",
            "names": ["arousal", "valence"],
            "range": [-1, 1],
        }
    }
    plain = saved(tmp_path / "affect", model, outputs)
    assert plain.with_prior(None) is plain
    with pytest.raises(ValueError, match="with expressions.*affect, which has"):
        plain.with_prior("natural")


def test_the_names_are_those_that_are_read():
    assert {
        read(n, labels.get("affectnet_8"), _trained_8()).name
        for n in (class_prior.NAMES)
    } == set(class_prior.NAMES)


def _trained_8():
    return ClassPrior(
        "as-trained", labels.get("affectnet_8").classes, (1 / 8,) * 8
    )
