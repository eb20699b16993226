import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics

from emoaff.metrics import ActionUnitF1

NAN = float("nan")


def labels_and_scores(shape=(6, 20, 4), seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, shape)
    scores = np.clip(0.3 * truth + rng.uniform(0, 0.7, shape), 0, 1)
    return truth, scores


def by_hand(truth, scores, labelled, threshold=0.5):
    units = truth.shape[-1]
    return [
        metrics.f1_score(
            truth[..., u][labelled[..., u]],
            scores[..., u][labelled[..., u]] > threshold,
            zero_division=0,
        )
        for u in range(units)
    ]


def test_golden():
    # unit 1: tp 1, fp 1, fn 0: 2/3; unit 2: tp 1, fn 2: 1/2; unit 3 never.
    truth = [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    scores = [[0.9, 0.6, 0.1], [0.6, 0.5, 0.2], [0.5, 0.0, 0.5]]
    metric = ActionUnitF1(3)
    metric.update_state(truth, scores)
    np.testing.assert_allclose(metric.per_unit(), [2 / 3, 1 / 2, 0], 1e-15)
    np.testing.assert_allclose(metric.result(), 7 / 18, 1e-15)


@pytest.mark.parametrize("missing", [-1, NAN])
@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_batches_add_up_and_unlabelled_units_are_skipped(missing, threshold):
    truth, scores = labels_and_scores()
    labelled = np.random.default_rng(1).uniform(size=truth.shape) > 0.4
    scores[~labelled] = NAN
    given = np.where(labelled, truth, missing)
    metric = ActionUnitF1(4, threshold)
    for batch in (slice(0, 1), slice(1, 5), slice(5, 6)):
        metric.update_state(given[batch], scores[batch])
    expected = by_hand(truth, scores, labelled, threshold)
    np.testing.assert_allclose(metric.per_unit(), expected, 1e-12)
    np.testing.assert_allclose(metric.result(), np.mean(expected), 1e-12)


def test_a_unit_without_labels_is_undefined():
    truth, scores = labels_and_scores()
    metric = ActionUnitF1(4)
    assert np.isnan(metric.result())
    truth[..., 2] = -1
    metric.update_state(truth, scores)
    assert list(np.isnan(metric.per_unit())) == [False, False, True, False]
    assert np.isnan(metric.result())


def test_a_nan_score_beside_a_label_shows():
    truth, scores = labels_and_scores()
    scores[0, 0, 1] = NAN
    metric = ActionUnitF1(4)
    metric.update_state(truth, scores)
    assert list(np.isnan(metric.per_unit())) == [False, True, False, False]


def test_weights_and_masks():
    truth, scores = labels_and_scores()
    every = np.ones_like(truth, bool)
    metric = ActionUnitF1(4)
    metric.update_state(truth, scores, sample_weight=[1, 0, 2, 0, 0, 0])
    keep = [0, 2, 2]
    expected = by_hand(truth[keep], scores[keep], every[keep])
    np.testing.assert_allclose(metric.per_unit(), expected, 1e-12)
    metric.reset_state()
    keep = np.random.default_rng(1).uniform(size=(6, 20)) > 0.4
    masked = tf.constant(scores)
    masked._keras_mask = tf.constant(keep)
    metric.update_state(truth, masked)
    expected = by_hand(truth[keep], scores[keep], every[keep])
    np.testing.assert_allclose(metric.per_unit(), expected, 1e-12)


def test_half_precision_is_computed_in_float64():
    truth, scores = labels_and_scores()
    keras.config.set_dtype_policy("mixed_float16")
    got = ActionUnitF1(4)(truth, tf.cast(scores, "float16"))
    assert got.dtype == "float64"
    expected = by_hand(truth, np.float16(scores), np.ones_like(truth, bool))
    np.testing.assert_allclose(got, np.mean(expected), 1e-12)


def test_a_compiled_model_keeps_it(tmp_path):
    truth, scores = labels_and_scores()
    model = keras.Sequential([keras.Input((None, 4)), keras.layers.Identity()])
    model.compile(loss="mse", metrics=[ActionUnitF1(4, 0.4, "au")])
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    expected = by_hand(
        truth, np.float32(scores), np.ones_like(truth, bool), 0.4
    )
    got = revived.evaluate(
        scores, truth, batch_size=4, verbose=0, return_dict=True
    )
    np.testing.assert_allclose(got["au"], np.mean(expected), 1e-6)


def test_serialisation_keeps_every_argument():
    config = keras.metrics.serialize(ActionUnitF1(8, 0.0, "au", "float32"))
    assert config["registered_name"] == "emoaff>ActionUnitF1"
    assert keras.metrics.deserialize(config).get_config() == {
        "num_units": 8,
        "threshold": 0.0,
        "name": "au",
        "dtype": "float32",
    }


def test_errors_say_what_was_received():
    truth, scores = labels_and_scores()
    with pytest.raises(ValueError, match=r"12\).*y_pred.shape=\(6, 20, 4\)"):
        ActionUnitF1().update_state(truth, scores)
    with pytest.raises(ValueError, match=r"y_true.shape=\(6, 20\)"):
        ActionUnitF1(4).update_state(truth[..., 0], scores)
