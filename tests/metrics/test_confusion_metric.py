"""What every metric of one class per frame has in common."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics as sklearn_metrics

from emoaff.losses import WeightedCrossentropy
from emoaff.metrics import UAR
from emoaff.metrics import AbawExpression
from emoaff.metrics import Accuracy
from emoaff.metrics import ConfusionMatrix
from emoaff.metrics import ExpectedCalibrationError
from emoaff.metrics import MacroF1
from emoaff.presets import calibration
from tests.oracles import random_classes
from tests.oracles import softmax

NAN = float("nan")
CLASSES = 7


def old_abaw(truth, answer):
    f1 = sklearn_metrics.f1_score(truth, answer, average="macro")
    return 0.67 * f1 + 0.33 * sklearn_metrics.accuracy_score(truth, answer)


ANSWERS = {
    "uar": sklearn_metrics.balanced_accuracy_score,
    "accuracy": sklearn_metrics.accuracy_score,
    "confusion_matrix": sklearn_metrics.confusion_matrix,
    "macro_f1": lambda t, a: sklearn_metrics.f1_score(t, a, average="macro"),
    "abaw_expression": old_abaw,
}


def make_all():
    return [
        UAR(CLASSES),
        Accuracy(CLASSES),
        ConfusionMatrix(CLASSES),
        MacroF1(CLASSES),
        AbawExpression(edition=2),
        ExpectedCalibrationError(),
    ]


def by_hand(truth, scores):
    truth, scores = truth.ravel(), scores.reshape(-1, CLASSES)
    answer = scores.argmax(axis=-1)
    expected = {name: f(truth, answer) for name, f in ANSWERS.items()}
    error = calibration.calibration_error(truth, scores)
    return {**expected, "expected_calibration_error": error}


def labels_and_probabilities(shape=(6, 20)):
    truth, logits = random_classes(shape, CLASSES)
    return truth, softmax(logits)


def assert_results(metrics, expected):
    for metric in metrics:
        np.testing.assert_allclose(
            metric.result(), expected[metric.name], 1e-12, err_msg=metric.name
        )


@pytest.mark.parametrize("form", ["index", "one_hot", "votes"])
def test_batches_add_up_to_the_whole_set(form):
    truth, scores = labels_and_probabilities()
    given = truth
    if form == "one_hot":
        given = np.eye(CLASSES)[truth]
    if form == "votes":
        given = 0.6 * np.eye(CLASSES)[truth] + 0.4 / CLASSES
    every = make_all()
    for metric in every:
        for batch in (slice(0, 1), slice(1, 5), slice(5, 6)):
            metric.update_state(given[batch], scores[batch])
    assert_results(every, by_hand(truth, scores))


@pytest.mark.parametrize("form", ["index", "float index", "rows", "zeros"])
def test_unlabelled_frames_are_skipped(form):
    truth, scores = labels_and_probabilities()
    hidden = np.random.default_rng(3).uniform(size=truth.shape) < 0.5
    scores[hidden] = NAN
    if form == "index":
        given = np.where(hidden, -1, truth)
    elif form == "float index":
        given = np.where(hidden, NAN, truth)
    else:
        given = np.eye(CLASSES)[truth]
        given[hidden] = NAN if form == "rows" else 0
    every = make_all()
    for metric in every:
        metric.update_state(given, scores)
    assert_results(every, by_hand(truth[~hidden], scores[~hidden]))


def test_a_keras_mask_is_the_same_as_unlabelled_frames():
    truth, scores = labels_and_probabilities()
    keep = np.random.default_rng(3).uniform(size=truth.shape) < 0.5
    masked = tf.constant(scores)
    masked._keras_mask = tf.constant(keep)
    every = make_all()
    for metric in every:
        metric.update_state(truth, masked)
    assert_results(every, by_hand(truth[keep], scores[keep]))


def test_nothing_labelled_is_undefined():
    _, scores = labels_and_probabilities()
    for metric in make_all():
        for update in range(2):
            got = np.asarray(metric.result())
            if metric.name == "confusion_matrix":
                np.testing.assert_array_equal(got, np.zeros((7, 7)))
            else:
                assert np.isnan(got), (metric.name, update)
            metric.update_state(np.full((6, 20), -1), scores)


@pytest.mark.parametrize("fault", ["score", "index"])
def test_a_fault_shows(fault):
    truth, scores = labels_and_probabilities()
    if fault == "score":
        scores[2, 3, 4] = NAN
    else:
        truth[2, 3] = CLASSES
    for metric in make_all():
        metric.update_state(truth, scores)
        assert np.isnan(metric.result()).all(), metric.name


def test_integer_weights_are_repetitions():
    truth, scores = labels_and_probabilities()
    count = np.random.default_rng(5).integers(0, 4, truth.shape)
    every, sampled = make_all(), make_all()
    for metric in every:
        metric.update_state(truth, scores, sample_weight=np.float32(count))
    repeated = np.repeat(scores.reshape(-1, CLASSES), count.ravel(), axis=0)
    expected = by_hand(np.repeat(truth.ravel(), count.ravel()), repeated)
    assert_results(every, expected)
    for metric in sampled:
        weight = np.float32([1, 1, 0, 2, 0, 0])
        metric.update_state(truth, scores, sample_weight=weight)
    keep = [0, 1, 3, 3]
    assert_results(sampled, by_hand(truth[keep], scores[keep]))


def test_reset_forgets():
    truth, scores = labels_and_probabilities()
    every = make_all()
    for metric in every:
        metric.update_state(truth[::-1], scores)
        metric.reset_state()
        metric.update_state(truth, scores)
    assert_results(every, by_hand(truth, scores))


def test_half_precision_is_computed_in_float64():
    truth, scores = labels_and_probabilities()
    keras.config.set_dtype_policy("mixed_float16")
    half = tf.cast(scores, "float16")
    every = make_all()
    for metric in every:
        metric.update_state(truth, half)
        assert metric.result().dtype == "float64"
    assert_results(every, by_hand(truth, np.float64(half)))


def test_works_inside_a_compiled_function():
    truth, scores = labels_and_probabilities()
    every = make_all()

    @tf.function
    def step(truth, scores):
        for metric in every:
            metric.update_state(truth, scores)

    for _ in range(2):
        step(truth, scores)
    twice = by_hand(np.stack([truth] * 2), np.stack([scores] * 2))
    assert_results(every, twice)


def test_a_compiled_model_keeps_its_metrics(tmp_path):
    truth, scores = labels_and_probabilities((8, 10))
    rows = np.vstack([np.eye(CLASSES), np.full(CLASSES, NAN)])
    given = rows[np.where(np.arange(10) < 7, truth, -1)]
    model = keras.Sequential([keras.Input((None, CLASSES))])
    model.add(keras.layers.Identity())
    loss = WeightedCrossentropy(from_logits=False)
    model.compile(loss=loss, metrics=make_all(), weighted_metrics=[UAR(7)])
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    expected = by_hand(truth[:, :7], np.float32(scores[:, :7]))
    got = revived.evaluate(
        scores, given, batch_size=3, verbose=0, return_dict=True
    )
    np.testing.assert_allclose(got.pop("weighted_uar"), expected["uar"])
    got.pop("loss")
    assert set(got) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], value, 1e-6, err_msg=name)


def test_fit_reports_them(capsys):
    truth, scores = labels_and_probabilities()
    model = keras.Sequential([keras.Input((None, CLASSES))])
    model.add(keras.layers.Dense(CLASSES, activation="softmax"))
    loss = WeightedCrossentropy(from_logits=False)
    model.compile("sgd", loss, metrics=make_all(), jit_compile=False)
    history = model.fit(scores, truth, epochs=1, verbose=2).history
    assert np.sum(history["confusion_matrix"][0]) == truth.size
    assert "macro_f1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("metric", "arguments"),
    [
        (UAR(4, "x", "float32"), {"num_classes": 4}),
        (Accuracy(4, "x", "float32"), {"num_classes": 4}),
        (ConfusionMatrix(4, "x", "float32"), {"num_classes": 4}),
        (
            MacroF1(4, "present", "x", "float32"),
            {"num_classes": 4, "classes": "present"},
        ),
        (AbawExpression(2, "x", "float32"), {"edition": 2}),
        (
            ExpectedCalibrationError(10, True, "x", "float32"),
            {"bins": 10, "from_logits": True},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_serialisation_keeps_every_argument(metric, arguments):
    config = keras.metrics.serialize(metric)
    assert config["registered_name"] == f"emoaff>{type(metric).__name__}"
    revived = keras.metrics.deserialize(config)
    expected = {"name": "x", "dtype": "float32", **arguments}
    assert revived.get_config() == expected
    assert revived.variables[0].dtype == "float32"
    assert type(metric).from_config(arguments).variables[0].dtype == "float64"


def test_errors_say_what_was_received():
    truth, scores = labels_and_probabilities()
    for metric in make_all():
        for given in (truth[:, :19], truth[..., None], np.eye(6)[truth % 6]):
            with pytest.raises(ValueError, match=r"Received: y_true.shape=\("):
                metric.update_state(given, scores)
        with pytest.raises(ValueError, match="sample_weight.shape"):
            metric.update_state(truth, scores, sample_weight=scores)
        with pytest.raises(ValueError, match=r"y_pred.shape=\(7,\)"):
            metric.update_state(truth[0, 0], scores[0, 0])
    with pytest.raises(ValueError, match="num_classes=5.*Received: 7 classes"):
        UAR(5).update_state(truth, scores)
    with pytest.raises(ValueError, match="Received: num_classes=1"):
        ConfusionMatrix(1)
    with pytest.raises(ValueError, match="Received: classes='some'"):
        MacroF1(5, "some")
    with pytest.raises(ValueError, match="Received: edition=0"):
        AbawExpression(0)
    with pytest.raises(ValueError, match="Received: bins=0"):
        ExpectedCalibrationError(0)
