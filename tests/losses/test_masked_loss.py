"""What every loss with one value per frame has in common."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.losses import WeightedCrossentropy
from emoaff.losses import WeightedSigmoidCrossentropy
from tests.oracles import random_classes

NAN = float("nan")
LOSSES = [WeightedCrossentropy, WeightedSigmoidCrossentropy]
WEIGHTS = (0.2, 1.0, 3.0, 0.5, 0.3)

pytestmark = pytest.mark.parametrize("make", LOSSES)


def partly_labelled(frames=4):
    """4 sequences, one-hot labels; a third of the frames has none."""
    index, logits = random_classes((4, frames))
    rows = np.float32(np.eye(5)[index])
    hidden = np.random.default_rng(2).uniform(size=index.shape) < 0.33
    rows[hidden] = NAN
    return rows, logits, ~hidden


# Batch and frames of equal length, where broadcasting by chance goes unseen.
@pytest.mark.parametrize("frames", [4, 7])
def test_the_mean_is_over_labelled_frames(make, frames):
    rows, logits, labelled = partly_labelled(frames)
    each = np.float64(make(WEIGHTS, reduction=None)(rows, logits))
    np.testing.assert_array_equal(each[~labelled], 0)
    assert (each[labelled] > 0).all()
    got = make(WEIGHTS)(rows, logits)
    np.testing.assert_allclose(got, each[labelled].mean(), 1e-6)
    short = make(WEIGHTS)(rows[labelled], logits[labelled])
    np.testing.assert_allclose(got, short, 1e-6)


@pytest.mark.parametrize("frames", [4, 7])
@pytest.mark.parametrize("shape", ["samples", "column", "frames"])
def test_sample_weights_weigh_labelled_frames(make, frames, shape):
    rows, logits, labelled = partly_labelled(frames)
    each = np.float64(make(reduction=None)(rows, logits))
    weight = np.float32([2, 0, 1, 0.5])[:, None]
    if shape == "frames":
        weight = np.random.default_rng(3).uniform(size=(4, frames))
    full = np.broadcast_to(weight, labelled.shape)
    given = weight[:, 0] if shape == "samples" else weight
    total = (each * full).sum()
    expected = {
        "sum_over_batch_size": total / labelled.sum(),
        "mean_with_sample_weight": total / full[labelled].sum(),
        "sum": total,
    }
    for reduction, value in expected.items():
        got = make(reduction=reduction)(rows, logits, sample_weight=given)
        np.testing.assert_allclose(got, value, 1e-5)


def test_one_value_per_sample_takes_weights_of_samples(make):
    rows, logits, labelled = (x[:, 0] for x in partly_labelled())
    weight = np.float32([2, 0.25, 1, 0.5])
    each = np.float64(make(reduction=None)(rows, logits))
    expected = (each * weight).sum() / labelled.sum()
    for given in (weight, weight[:, None]):
        got = make()(rows, logits, sample_weight=given)
        np.testing.assert_allclose(got, expected, 1e-6)


def test_a_keras_mask_is_the_same_as_unlabelled_frames(make):
    rows, logits, labelled = partly_labelled()
    keep = np.random.default_rng(1).uniform(size=labelled.shape) > 0.4
    broken = np.where(keep[..., None], logits, NAN)
    masked = tf.constant(broken)
    masked._keras_mask = tf.constant(keep)
    expected = make()(np.where(keep[..., None], rows, NAN), logits)
    np.testing.assert_allclose(make()(rows, masked), expected, 1e-6)


def test_a_mask_through_a_compiled_model(make):
    rows, logits, _ = partly_labelled(6)
    logits[:, 4:] = 0
    x = keras.Input((6, 5))
    model = keras.Model(x, keras.layers.Masking()(x))
    model.compile(loss=make(), jit_compile=False)
    got = model.evaluate(logits, rows, verbose=0)
    expected = make()(rows[:, :4], logits[:, :4])
    np.testing.assert_allclose(got, expected, 1e-6)


def test_nothing_labelled_is_nothing_lost(make):
    variable = tf.Variable(np.full((2, 3, 5), NAN, "float32"))
    with tf.GradientTape() as tape:
        loss = make(WEIGHTS)(np.full((2, 3, 5), NAN), variable)
    assert float(loss) == 0
    np.testing.assert_array_equal(tape.gradient(loss, variable), 0)


def test_what_is_predicted_without_a_label_does_not_matter(make):
    rows, logits, labelled = partly_labelled()
    variable = tf.Variable(np.where(labelled[..., None], logits, NAN))
    with tf.GradientTape() as tape:
        loss = make()(rows, variable)
    np.testing.assert_array_equal(loss, make()(rows, logits))
    gradient = tape.gradient(loss, variable).numpy()
    np.testing.assert_array_equal(gradient[~labelled], 0)
    assert np.isfinite(gradient).all()


def test_half_precision_is_computed_in_float32(make):
    rows, logits, _ = partly_labelled()
    keras.config.set_dtype_policy("mixed_float16")
    half = tf.cast(logits, "float16")
    got = make()(rows, half)
    assert got.dtype == "float32"
    expected = make()(rows, np.float32(half))
    np.testing.assert_allclose(got, expected, 1e-6)
    # Even asked for 16 bits, which would make infinities of 70,000.
    loss = make((7e4, 1, 1, 1, 1), dtype="float16")
    values = loss.call(tf.cast(rows, "float16"), half)
    assert values.dtype == "float32"
    assert np.isfinite(values).all()


def test_compiled_fit_learns_in_half_precision(make):
    rows, logits, _ = partly_labelled(7)
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([keras.Input((7, 5)), keras.layers.Dense(5)])
    optimizer = keras.optimizers.Adam(0.2)
    model.compile(optimizer, make(WEIGHTS), jit_compile=False)
    history = model.fit(
        logits, rows, sample_weight=np.ones(4), epochs=10, verbose=0
    ).history["loss"]
    assert history[-1] < 0.6 * history[0]


def test_a_compiled_model_keeps_its_loss(make, tmp_path):
    rows, logits, _ = partly_labelled()
    model = keras.Sequential([keras.Input((None, 5)), keras.layers.Dense(5)])
    model.compile("sgd", make(WEIGHTS), jit_compile=False)
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert revived.loss.get_config() == model.loss.get_config()
    expected = make(WEIGHTS)(rows, revived.predict_on_batch(logits))
    got = revived.evaluate(logits, rows, verbose=0)
    np.testing.assert_allclose(got, expected, 1e-6)


def test_weights_of_another_shape_say_so(make):
    rows, logits, _ = partly_labelled()
    for shape in ((), (4, 4, 5)):
        with pytest.raises(ValueError, match=r"Received: sample_weight.shape"):
            make()(rows, logits, sample_weight=np.ones(shape))
