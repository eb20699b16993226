import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from emoaff import labels
from emoaff.training.config_groups import LossConfig
from emoaff.training.objectives import class_counts
from emoaff.training.objectives import compute_vote_loss
from emoaff.training.objectives import make_loss
from tests.data.label_tables import label_table
from tests.oracles import ccc_by_definition


def affect(shape, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(*shape, 2)).astype("float32")
    return truth, np.float32(truth + rng.normal(size=truth.shape))


def test_the_loss_of_windows_is_the_mean_of_their_cccs():
    truth, predicted = affect((3, 20))
    loss = make_loss(LossConfig("ccc"), "arousal_valence")
    each = [
        ccc_by_definition(truth[w, :, d], predicted[w, :, d])
        for w in range(3)
        for d in range(2)
    ]
    got = loss({"arousal_valence": truth}, predicted)
    assert float(got) == pytest.approx(1 - np.mean(each), abs=1e-5)


@pytest.mark.parametrize("shape", [(3, 20), (60,)])
def test_the_loss_of_a_batch_is_one_ccc_of_all_frames(shape):
    truth, predicted = affect(shape)
    loss = make_loss(LossConfig("ccc_batch"), "arousal_valence")
    each = [
        ccc_by_definition(truth[..., d].ravel(), predicted[..., d].ravel())
        for d in range(2)
    ]
    got = loss({"arousal_valence": truth}, predicted)
    assert float(got) == pytest.approx(1 - np.mean(each), abs=1e-5)


def test_squared_error_leaves_unlabelled_frames_out():
    truth, predicted = affect((2, 5))
    truth[0, :3] = np.nan
    known = np.isfinite(truth)
    by_sklearn = metrics.mean_squared_error(truth[known], predicted[known])
    got = make_loss(LossConfig("mse"), "arousal_valence")(
        {"arousal_valence": truth}, {"arousal_valence": predicted}
    )
    assert float(got) == pytest.approx(by_sklearn, rel=1e-5)


def test_rare_classes_weigh_by_their_reciprocal_counts():
    settings = LossConfig("crossentropy", class_weights="mean")
    # Reciprocals 1/10 and 1/30, scaled to mean 1: 1.5 and 0.5.
    loss = make_loss(settings, "expression", np.array([10.0, 30.0]))
    truth = np.eye(2, dtype="float32")[None]
    logits = np.zeros((1, 2, 2), "float32")
    got = float(loss({"expression": truth}, logits))
    assert got == pytest.approx((1.5 + 0.5) / 2 * np.log(2), rel=1e-5)


def test_a_class_without_a_frame_is_named():
    settings = LossConfig("crossentropy", class_weights="mean")
    with pytest.raises(ValueError, match="class"):
        make_loss(settings, "expression", np.array([10.0, 0.0]))


@pytest.mark.parametrize(
    ("target", "loss"),
    [("expression", "ccc"), ("arousal_valence", "crossentropy")],
)
def test_a_loss_of_another_kind_is_refused(target, loss):
    with pytest.raises(ValueError, match=f"loss.name='{loss}'"):
        make_loss(LossConfig(loss), target)


def test_a_frame_counts_as_often_as_it_is_in_windows():
    table = label_table(
        [0, 1, 2, 3],
        expression=[0, 1, 1, -1],
        emotions=np.float32([[1, 0], [1, 1], [0, 1], [np.nan, np.nan]]),
        space=labels.LabelSpace("two", ("calm", "happy")),
    )
    rows = np.array([[0, 1], [1, 2], [2, 3], [-1, -1]])
    np.testing.assert_array_equal(
        class_counts(table, rows, "expression"), [1, 4]
    )
    # Frame 0 once, frames 1 and 2 twice; frame 1 has both.
    np.testing.assert_array_equal(
        class_counts(table, rows, "emotions"), [1 + 2, 2 + 2]
    )


def test_the_loss_is_the_mean_cross_entropy_of_the_votes():
    votes = np.float32([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    logits = np.float32([[0.0, 0.0, 0.0], [0.0, 0.0, np.log(2.0)]])
    # log 3 for equal odds; log 2 where the right one of odds 1:1:2 counts.
    expected = (np.log(3) + np.log(2)) / 2
    assert float(compute_vote_loss(votes, logits)) == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize("name", ["votes", "crossentropy"])
def test_the_loss_adds_the_logarithm_of_the_classes_shares(name):
    counts = np.array([40.0, 30, 10, 10, 5, 4, 1, 0])
    # A class has half a frame at least.
    shares = np.array([40.0, 30, 10, 10, 5, 4, 1, 0.5]) / 100.5
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6, 8)).astype(np.float32)
    votes = rng.dirichlet(np.ones(8), 6).astype(np.float32)
    odds = special.softmax(logits + 0.5 * np.log(shares), axis=1)
    expected = -(votes * np.log(odds)).sum(axis=1).mean()
    loss = make_loss(
        LossConfig(name, prior_strength=0.5), "distribution", counts
    )
    found = float(loss({"distribution": votes}, logits))
    assert found == pytest.approx(expected, rel=1e-5)
    assert found != pytest.approx(
        float(compute_vote_loss(votes, logits)), rel=1e-3
    )
