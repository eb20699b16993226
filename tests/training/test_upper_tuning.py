import types

import keras
import numpy as np
import pytest

from emoaff.training.affect_heads import build_heads
from emoaff.training.affect_heads import heads_loss
from emoaff.training.upper_tuning import MappedClips
from emoaff.training.upper_tuning import Settings
from emoaff.training.upper_tuning import answer_from_maps
from emoaff.training.upper_tuning import cut_encoder
from emoaff.training.upper_tuning import tune_upper

SCALING = (np.full(5, 0.5, np.float32), np.full(5, 2.0, np.float32))


def encoder():
    """An image model within a model that prepares its pictures."""
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, name="low")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Conv2D(5, 3, activation="relu", name="high")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    inner = keras.Model(inputs, x)
    outer = keras.Input((8, 8, 3))
    return keras.Model(outer, inner(keras.layers.Rescaling(1 / 9)(outer)))


def heads():
    config = types.SimpleNamespace(
        heads=2, dense=4, temporal="lstm", units=3, dropout=0, dropout_heads=0
    )
    return build_heads(5, config)


def clips(numbers):
    """Four clips of 1, 2, 3 and 2 frames whose maps tell their labels."""
    rng = np.random.default_rng(0)
    labels = np.full((4, 3, 2), np.nan, np.float32)
    maps = rng.normal(0, 0.1, (3, 8, 3, 3, 4))
    row = 0
    for clip, length in enumerate((1, 2, 3, 2)):
        labels[clip, :length] = rng.uniform(-1, 1, 2)
        maps[:, row : row + length, ..., :2] += labels[clip, 0]
        row += length
    return MappedClips(maps.astype("float16"), 2, labels, np.array(numbers))


def upper_of(model):
    return cut_encoder(model, "norm")[1]


def test_the_two_parts_in_a_row_are_the_image_model():
    whole = encoder()
    lower, upper = cut_encoder(whole, "norm")
    pictures = np.random.default_rng(0).uniform(0, 9, (2, 8, 8, 3))
    np.testing.assert_allclose(
        upper(lower(pictures)), whole(pictures), rtol=1e-5
    )


def test_frames_of_a_clip_lie_after_those_of_earlier_clips():
    data = clips([0])
    assert [list(data.rows_of(i)) for i in range(4)] == [
        [0],
        [1, 2],
        [3, 4, 5],
        [6, 7],
    ]


def test_clips_are_answered_from_the_mean_of_shown_views():
    upper, memory, data = upper_of(encoder()), heads(), clips([2, 1])
    answers = answer_from_maps(upper, memory, SCALING, data)
    assert answers.shape == (2, 2, 3, 2)
    seen = [upper(data.maps[v, 1:3].astype("float32")) for v in (0, 1)]
    scaled = (np.mean(seen, axis=0) - 0.5) / 2
    expected = memory(scaled[None])["head_2"]
    np.testing.assert_allclose(answers[1, 1, :2], expected[0], atol=1e-5)


def loss_of(upper, memory, data):
    said = answer_from_maps(upper, memory, SCALING, data)
    said = {str(i): keras.ops.convert_to_tensor(x) for i, x in enumerate(said)}
    return float(heads_loss(data.labels[data.numbers], said))


def test_image_model_and_heads_learn_from_the_clips_given_and_no_others():
    keras.utils.set_random_seed(0)
    model, memory, data = encoder(), heads(), clips([0, 1, 2])
    upper = upper_of(model)
    start, held = upper.get_weights(), clips([3]).labels[3].copy()
    before = loss_of(upper, memory, data)
    settings = Settings(
        epochs=20, batch_size=3, image_rate=1e-2, heads_rate=1e-2
    )
    lines = []
    tune_upper(upper, memory, SCALING, data, settings, lines.append)
    assert loss_of(upper, memory, data) < before - 0.5
    assert not np.allclose(upper.get_weights()[0], start[0])
    assert len(lines) == 20 and lines[0].startswith("epoch 1, loss")

    # A clip that is not named has no say, whatever its maps are.
    again, twin = upper_of(model), clips([0, 1, 2])
    twin.maps[:, 6:], twin.labels[3] = 9, held * 0
    again.set_weights(start)
    keras.utils.set_random_seed(0)
    encoder()  # draws what the first image model drew
    tune_upper(again, heads(), SCALING, twin, settings, lines.append)
    for one, other in zip(
        upper.get_weights(), again.get_weights(), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_batch_norms_keep_their_averages():
    inputs = keras.Input((3, 3, 4))
    x = keras.layers.BatchNormalization(name="norm")(inputs)
    x = keras.layers.Conv2D(5, 1)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    upper = keras.Model(inputs, x)
    norm = upper.get_layer("norm")
    settings = Settings(epochs=1, batch_size=2)
    tune_upper(upper, heads(), SCALING, clips([1, 2]), settings, print)
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(4))
    np.testing.assert_array_equal(norm.moving_variance, np.ones(4))


@pytest.mark.parametrize("name", ["low", "norm"])
def test_a_cut_copies_weights(name):
    model = encoder()
    _, upper = cut_encoder(model, name)
    upper.set_weights([w * 0 for w in upper.get_weights()])
    kernel = model.layers[-1].get_layer("high").kernel
    assert np.abs(keras.ops.convert_to_numpy(kernel)).max() > 0
