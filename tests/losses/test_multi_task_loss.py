import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.losses import ConcordanceLoss
from emoaff.losses import MultiTaskLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.losses import WeightedSigmoidCrossentropy
from tests.oracles import random_batch
from tests.oracles import random_classes

NAN = float("nan")


@pytest.fixture
def loss():
    return MultiTaskLoss(
        {"va": ConcordanceLoss(), "expression": WeightedCrossentropy()},
        weights={"va": 0.5},
    )


def labels_and_outputs():
    va, va_out = random_batch((4, 10, 2))
    expression, logits = random_classes((4, 10))
    return (
        {"va": va, "expression": expression, "subject": ["a"] * 4},
        {"va": va_out, "expression": logits},
    )


def test_the_total_is_the_weighted_sum_of_the_parts(loss):
    truth, outputs = labels_and_outputs()
    va = ConcordanceLoss()(truth["va"], outputs["va"])
    expression = WeightedCrossentropy()(
        truth["expression"], outputs["expression"]
    )
    parts = loss.parts(truth, outputs)
    np.testing.assert_allclose(parts["va"], va, 1e-6)
    np.testing.assert_allclose(parts["expression"], expression, 1e-6)
    np.testing.assert_allclose(
        loss(truth, outputs), 0.5 * va + expression, 1e-6
    )


def test_keras_adds_up_the_same(loss):
    truth, outputs = labels_and_outputs()
    inputs = [keras.Input((10, 2)), keras.Input((10, 5))]
    same = {
        name: keras.layers.Identity(name=name)(x)
        for name, x in zip(outputs, inputs, strict=True)
    }
    model = keras.Model(inputs, same)
    model.compile(loss=loss.losses, loss_weights=loss.weights, run_eagerly=True)
    del truth["subject"]
    data = list(outputs.values())
    got = model.evaluate(data, truth, verbose=0, return_dict=True)
    np.testing.assert_allclose(got["loss"], loss(truth, outputs), 1e-5)


@pytest.mark.parametrize("task", ["va", "expression"])
def test_a_task_without_labels_adds_nothing(loss, task):
    truth, outputs = labels_and_outputs()
    other = "expression" if task == "va" else "va"
    truth[task] = np.full_like(truth[task], NAN if task == "va" else -1)
    variables = {name: tf.Variable(x) for name, x in outputs.items()}
    with tf.GradientTape() as tape:
        total = loss(truth, variables)
    parts = loss.parts(truth, outputs)
    assert float(parts[task]) == 0
    assert float(parts[other]) > 0
    np.testing.assert_allclose(total, loss.weights[other] * parts[other], 1e-6)
    gradients = tape.gradient(total, variables)
    np.testing.assert_array_equal(gradients[task], 0)
    assert np.abs(gradients[other]).max() > 0


def test_weights_of_samples_for_all_tasks_or_by_name(loss):
    truth, outputs = labels_and_outputs()
    weight = np.float32([1, 0, 2, 0])
    plain, all_tasks = loss.parts(truth, outputs), {}
    for name, part in loss.losses.items():
        all_tasks[name] = part(truth[name], outputs[name], weight)
    got = loss.parts(truth, outputs, weight)
    for name in got:
        np.testing.assert_allclose(got[name], all_tasks[name], 1e-6)
    got = loss.parts(truth, outputs, {"va": weight})
    np.testing.assert_allclose(got["va"], all_tasks["va"], 1e-6)
    np.testing.assert_allclose(got["expression"], plain["expression"], 1e-6)


def test_works_inside_a_compiled_step(loss):
    truth, outputs = labels_and_outputs()
    del truth["subject"]
    step = tf.function(lambda t, p: loss(t, p), reduce_retracing=True)
    np.testing.assert_allclose(step(truth, outputs), loss(truth, outputs), 1e-6)


def test_half_precision_is_summed_in_float32(loss):
    truth, outputs = labels_and_outputs()
    keras.config.set_dtype_policy("mixed_float16")
    half = {name: tf.cast(x, "float16") for name, x in outputs.items()}
    got = loss(truth, half)
    assert got.dtype == "float32"
    np.testing.assert_allclose(got, loss(truth, outputs), 1e-3)


def test_serialisation_keeps_every_argument():
    loss = MultiTaskLoss(
        {
            "va": ConcordanceLoss("batch", dtype="float64"),
            "units": WeightedSigmoidCrossentropy([1, 2], "positive"),
        },
        {"units": 3},
        "joint",
        "float64",
    )
    config = keras.losses.serialize(loss)
    assert config["registered_name"] == "emoaff>MultiTaskLoss"
    revived = keras.losses.deserialize(config)
    assert revived.get_config() == loss.get_config()
    assert revived.weights == {"va": 1.0, "units": 3.0}
    assert revived.losses["units"].class_weights == (1.0, 2.0)
    assert revived.losses["va"].dtype == "float64"
    assert (revived.name, revived.dtype) == ("joint", "float64")


def test_errors_say_what_was_received(loss):
    with pytest.raises(ValueError, match="losses={}"):
        MultiTaskLoss({})
    with pytest.raises(ValueError, match="Received: va='mse'"):
        MultiTaskLoss({"va": "mse"})
    with pytest.raises(ValueError, match="Received: va=.*Concordance"):
        MultiTaskLoss({"va": ConcordanceLoss(reduction=None)})
    for weights in ({"arousal": 1.0}, {"va": -1.0}):
        with pytest.raises(ValueError, match="Received: weights="):
            MultiTaskLoss({"va": ConcordanceLoss()}, weights)
    truth, outputs = labels_and_outputs()
    with pytest.raises(ValueError, match=r"`y_pred`.*\['va'\]"):
        loss(truth, {"va": outputs["va"]})
    with pytest.raises(ValueError, match="`y_true`.*For `compile`, pass"):
        loss(truth["va"], outputs["va"])
