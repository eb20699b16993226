import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.layers import FeatureNormalization
from emoaff.models import build_cnn_lstm
from emoaff.models import build_fusion
from emoaff.training.frame_chunks import FrameChunks
from emoaff.training.training_step import TrainingStep


def small_model(normalized=False, dropout=0.0):
    pictures = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, kernel_regularizer="l2")(pictures)
    if normalized:
        x = keras.layers.BatchNormalization()(x)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(x))
    if dropout:
        x = keras.layers.Dropout(dropout, seed=1)(x)
    encoder = keras.Model(pictures, x)
    return build_cnn_lstm(4, 8, backbone=encoder, temporal_units=3)


def clips(seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((2, 4, 8, 8, 3)).astype("float32"), rng.normal(
        size=(2, 4, 2)
    ).astype("float32")


def loss(truth, predicted):
    return tf.reduce_mean(tf.square(truth - predicted))


def trained(frames_at_once, clips=clips, **kind):
    """Weights and losses of three updates."""
    keras.utils.set_random_seed(0)
    model = small_model(**kind)
    step = TrainingStep(
        model,
        keras.optimizers.SGD(0.1),
        loss,
        tf.distribute.get_strategy(),
        frames_at_once=frames_at_once,
    )
    losses = [
        float(step(iter([tuple(map(tf.constant, clips(k)))]))) for k in range(3)
    ]
    return losses, model.get_weights()


@pytest.mark.parametrize("frames_at_once", [1, 2, 4, 8])
def test_chunks_make_the_same_updates(frames_at_once):
    whole, parts = trained(None), trained(frames_at_once)
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-5)
    for x, y in zip(parts[1], whole[1], strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_other_modalities_go_past_the_chunks():
    def updated(frames_at_once):
        keras.utils.set_random_seed(0)
        model = build_fusion(
            4,
            {"audio": FeatureNormalization([0.0], [1.0], name="scaled")},
            image_size=8,
            backbone=small_model().get_layer("backbone").layer,
            fusion="late",
            temporal_units=3,
        )
        step = TrainingStep(
            model,
            keras.optimizers.SGD(0.1),
            loss,
            tf.distribute.get_strategy(),
            frames_at_once=frames_at_once,
        )
        x, y = clips()
        audio = tf.constant(y[..., :1])
        x = {"frames": tf.constant(x), "audio": audio}
        return float(step(iter([(x, tf.constant(y))]))), model.get_weights()

    whole, parts = updated(None), updated(4)
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-5)
    for x, y in zip(parts[1], whole[1], strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


@pytest.mark.parametrize("frames_at_once", [None, 4])
def test_pictures_of_bytes_make_the_same_updates(frames_at_once):
    def stored(dtype):
        def made(seed):
            x, y = clips(seed)
            return np.rint(9 * x).astype(dtype), y

        return made

    floats = trained(frames_at_once, stored("float32"))
    rounded = trained(frames_at_once, stored("uint8"))
    np.testing.assert_array_equal(rounded[0], floats[0])
    for x, y in zip(rounded[1], floats[1], strict=True):
        np.testing.assert_array_equal(x, y)


def test_one_chunk_of_everything_moves_averages_once_and_drops_alike():
    kind = {"normalized": True, "dropout": 0.5}
    whole, parts = trained(None, **kind), trained(8, **kind)
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-5)
    for x, y in zip(parts[1], whole[1], strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_each_chunk_moves_the_averages_once():
    keras.utils.set_random_seed(0)
    model = small_model(normalized=True)
    encoder = model.get_layer("backbone").layer
    norm = next(
        layer
        for layer in encoder.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    )
    x, y = map(tf.constant, clips())
    before_norm = keras.Model(encoder.input, norm.input)
    halves = np.asarray(before_norm(tf.reshape(x, (8, 8, 8, 3))))
    mean = np.zeros(4)
    # Four frames of two clips count as two updates of one frame.
    kept = 0.99**2
    for half in (halves[:4], halves[4:]):
        mean = kept * mean + (1 - kept) * half.mean(axis=(0, 1, 2))
    FrameChunks(model, 4).gradients(
        x,
        lambda predicted: loss(y, predicted),
        [v.value for v in model.trainable_variables],
        lambda: 0.0,
    )
    np.testing.assert_allclose(norm.moving_mean, mean, atol=1e-6)


def test_chunks_that_do_not_divide_the_frames_are_refused():
    with pytest.raises(ValueError, match="must divide the 8 frames"):
        trained(3)


def test_a_model_without_backbone_is_refused():
    inputs = keras.Input((4, 2))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    with pytest.raises(ValueError, match="frames_at_once=0"):
        FrameChunks(model, 2)
