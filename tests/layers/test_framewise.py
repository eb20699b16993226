import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.layers import Framewise

RNG = np.random.default_rng(0)
VIDEO = RNG.normal(size=(2, 5, 8, 8, 3)).astype("float32")


@pytest.fixture
def encoder():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )


def test_equals_the_inner_layer_frame_by_frame(encoder):
    got = Framewise(encoder)(VIDEO, training=False)
    expected = np.stack(
        [encoder(VIDEO[:, t], training=False) for t in range(5)], axis=1
    )
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_equals_the_stock_layer_at_inference(encoder):
    stock = keras.layers.TimeDistributed(encoder)
    got = Framewise(encoder)(VIDEO, training=False)
    np.testing.assert_allclose(got, stock(VIDEO, training=False), atol=1e-6)
    assert isinstance(Framewise(encoder), keras.layers.TimeDistributed)


@pytest.mark.parametrize("batch", [2, None])
@pytest.mark.parametrize("frames", [5, None])
def test_static_and_unknown_axes(encoder, batch, frames):
    inputs = keras.Input((frames, 8, 8, 3), batch_size=batch)
    outputs = Framewise(encoder)(inputs)
    assert outputs.shape == (batch, frames, 4)
    signature = [tf.TensorSpec((batch, frames, 8, 8, 3))]
    traced = tf.function(keras.Model(inputs, outputs), signature)
    concrete = traced.get_concrete_function()
    assert tuple(concrete.structured_outputs.shape) == (batch, frames, 4)
    expected = Framewise(encoder)(VIDEO)
    np.testing.assert_allclose(traced(VIDEO), expected, atol=1e-6)


def test_one_model_takes_any_number_of_frames(encoder):
    inputs = keras.Input((None, 8, 8, 3))
    model = keras.Model(inputs, Framewise(encoder)(inputs))
    whole = model.predict(VIDEO, verbose=0)
    for t in (1, 3):
        part = model.predict(VIDEO[:, :t], verbose=0)
        np.testing.assert_allclose(part, whole[:, :t], atol=1e-6)


def test_batch_norm_is_updated_once_per_step(encoder):
    Framewise(encoder)(VIDEO, training=True)
    conv, norm = encoder.layers[:2]
    mean = np.mean(conv(VIDEO.reshape(-1, 8, 8, 3)), axis=(0, 1, 2))
    # momentum 0.99, five frames, from a moving mean of 0
    expected = (1 - 0.99**5) * mean
    np.testing.assert_allclose(norm.moving_mean, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("momentum", "frames", "expected"),
    [(0.99, 3, 0.99**3), (0.99, 40, 0.9), (0.9, 3, 0.9), (0.5, 2, 0.5)],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_momentum_counts_for_each_frame_down_to_ten_updates(
    momentum, frames, expected, is_known
):
    norm = keras.layers.BatchNormalization(momentum=momentum)
    layer = Framewise(norm)
    clip = np.ones((2, frames, 3), "float32")
    train = tf.function(
        lambda x: layer(x, training=True),
        input_signature=[tf.TensorSpec((2, frames if is_known else None, 3))],
    )
    train(clip)
    np.testing.assert_allclose(norm.moving_mean, 1 - expected, rtol=1e-5)
    assert norm.momentum == momentum
    layer(clip, training=False)
    np.testing.assert_allclose(norm.moving_mean, 1 - expected, rtol=1e-5)


def test_the_training_flag_reaches_the_inner_layer():
    layer = Framewise(keras.layers.Dropout(0.5))
    ones = np.ones((2, 3, 50), "float32")
    np.testing.assert_array_equal(layer(ones), ones)
    dropped = np.array(layer(ones, training=True))
    assert set(np.unique(dropped)) == {0.0, 2.0}


def test_an_unbuilt_layer_is_built_on_one_image():
    layer = Framewise(keras.Sequential([keras.layers.Conv2D(2, 3)]))
    layer.build((7, None, 8, 8, 3))
    # Not 7: the inner batch is 7 times the frames.
    assert layer.layer.input_shape == (None, 8, 8, 3)
    assert layer.layer.layers[0].kernel.shape == (3, 3, 3, 2)
    assert layer.compute_output_shape((7, 5, 8, 8, 3)) == (7, 5, 6, 6, 2)


def test_weights_are_those_of_the_inner_layer(encoder):
    layer = Framewise(encoder)
    layer(VIDEO)
    assert len(layer.trainable_weights) == 4
    assert len(layer.non_trainable_weights) == 2


def test_an_inner_model_may_have_several_outputs():
    image = keras.Input((8, 8, 3))
    mean = keras.layers.GlobalAveragePooling2D()(image)
    top = keras.layers.GlobalMaxPooling2D(dtype="float64")(image)
    layer = Framewise(keras.Model(image, {"mean": mean, "top": top}))
    symbolic = layer(keras.Input((None, 8, 8, 3)))
    assert symbolic["mean"].shape == (None, None, 3)
    assert symbolic["top"].dtype == "float64"
    got = layer(VIDEO)
    np.testing.assert_allclose(got["mean"], VIDEO.mean((2, 3)), atol=1e-6)
    np.testing.assert_allclose(got["top"], VIDEO.max((2, 3)), atol=1e-6)


def test_a_mask_reaches_the_inner_layer_as_in_the_stock_layer():
    words = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    mask = RNG.uniform(size=(2, 3, 4)) > 0.5
    inner = keras.layers.LSTM(3)
    expected = keras.layers.TimeDistributed(inner)(words, mask=mask)
    got = Framewise(inner)(words, mask=mask)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert np.abs(got - Framewise(inner)(words)).max() > 1e-3


def test_a_mask_goes_on_to_the_next_layer():
    inputs = keras.Input((None, 4))
    x = Framewise(keras.layers.Dense(3))(keras.layers.Masking()(inputs))
    model = keras.Model(inputs, keras.layers.LSTM(2)(x))
    data = RNG.normal(size=(1, 6, 4)).astype("float32")
    data[:, 4:] = 0.0  # masked, so the LSTM stops at 4
    np.testing.assert_allclose(model(data), model(data[:, :4]), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_leaves_the_input_to_the_inner_layer(policy):
    keras.config.set_dtype_policy(policy)
    half = policy.removeprefix("mixed_")
    dense = keras.layers.Dense(2)
    layer = Framewise(dense)
    pixels = keras.Input((None, 3))
    assert layer(pixels).dtype == half
    assert layer(np.ones((1, 2, 3), "float32")).dtype == half
    assert dense.kernel.dtype == "float32"
    exact = Framewise(keras.layers.Identity(dtype="float32"))
    # 16 bits hold neither of these.
    values = np.float32([[[1000.123, 254.999]]])
    np.testing.assert_array_equal(exact(values), values)


def test_saved_model_is_the_same_model(encoder, tmp_path):
    inputs = keras.Input((None, 8, 8, 3))
    layer = Framewise(encoder, name="faces", trainable=False, dtype="float32")
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(revived.get_layer("faces"), Framewise)
    config = revived.get_layer("faces").get_config()
    # As JSON, where Keras's tuples are lists before and after.
    assert json.dumps(config) == json.dumps(layer.get_config())
    np.testing.assert_array_equal(revived(VIDEO), model(VIDEO))


def test_two_axes_are_too_few():
    with pytest.raises(ValueError, match=r"Received: input_shape=\(2, 5\)"):
        Framewise(keras.layers.Dense(2))(np.ones((2, 5), "float32"))
