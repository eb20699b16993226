import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.training.fused_norms import fuse_batch_norms

EPSILON, MOMENTUM = 1e-3, 0.9


def make_norm(**settings):
    norm = keras.layers.BatchNormalization(
        momentum=MOMENTUM, epsilon=EPSILON, **settings
    )
    inputs = keras.Input((5, 4, 3))
    model = keras.Model(inputs, norm(inputs))
    draw = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(draw.uniform(0.5, 2, 3))
    return model, norm


def draw_pictures(dtype="float32"):
    return np.random.default_rng(0).normal(3, 2, (2, 5, 4, 3)).astype(dtype)


def list_operations(model, x):
    @tf.function
    def call(x):
        with fuse_batch_norms(model):
            return model(x, training=True)

    graph = call.get_concrete_function(tf.constant(x)).graph
    return {operation.type for operation in graph.get_operations()}


def test_values_and_moving_averages_are_those_of_the_definition():
    model, norm = make_norm()
    x = draw_pictures()
    gamma, beta = (np.float64(w) for w in model.trainable_weights)
    with fuse_batch_norms(model):
        found = model(x, training=True)
    mean = np.float64(x).mean(axis=(0, 1, 2))
    variance = np.float64(x).var(axis=(0, 1, 2))  # over the count of 40
    expected = (x - mean) / np.sqrt(variance + EPSILON) * gamma + beta
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(norm.moving_mean, 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(
        norm.moving_variance, 0.9 + 0.1 * variance, rtol=1e-5
    )


@pytest.mark.parametrize("settings", [{}, {"scale": False}, {"center": False}])
def test_gradients_are_those_of_keras(settings):
    model, _ = make_norm(**settings)
    x = tf.constant(draw_pictures())
    weight = np.random.default_rng(2).normal(size=x.shape).astype("float32")

    def differentiate():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(weight * tf.sin(model(x, training=True)))
        variables = [w.value for w in model.trainable_weights]
        return tape.gradient(loss, [x, *variables])

    expected = differentiate()
    with fuse_batch_norms(model):
        found = differentiate()
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_16_bits_are_worked_on_in_32_as_by_keras():
    model, _ = make_norm(dtype="mixed_bfloat16")
    x = draw_pictures()
    expected = model(x, training=True)
    with fuse_batch_norms(model):
        found = model(x, training=True)
    assert found.dtype == expected.dtype == tf.bfloat16
    np.testing.assert_allclose(
        tf.cast(found, "float32"), tf.cast(expected, "float32"), rtol=0.01
    )


def test_only_norms_that_learn_from_pictures_are_fused():
    assert "FusedBatchNormV3" in list_operations(
        make_norm()[0], draw_pictures()
    )
    others = [{"axis": 1}, {"synchronized": True}, {"trainable": False}]
    if hasattr(keras.layers.BatchNormalization(), "renorm"):  # new in Keras
        others.append({"renorm": True})
    for settings in others:
        inputs = keras.Input((5, 4, 3))
        norm = keras.layers.BatchNormalization(**settings)
        model = keras.Model(inputs, norm(inputs))
        found = list_operations(model, draw_pictures())
        assert "FusedBatchNormV3" not in found, settings


def test_the_layer_is_as_it_was_after_an_error():
    model, norm = make_norm()
    with pytest.raises(LookupError), fuse_batch_norms(model):
        assert norm.call != type(norm).call
        raise LookupError
    assert "call" not in vars(norm)
    with fuse_batch_norms(model):  # at rest, the moving averages count
        np.testing.assert_allclose(
            model(draw_pictures(), training=False),
            make_norm()[0](draw_pictures(), training=False),
            atol=1e-6,
        )
