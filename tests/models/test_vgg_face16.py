import keras
import numpy as np
import pytest

from emoaff.models import build_vgg_face16

FACES = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3))
FACES = FACES.astype("float32")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return build_vgg_face16()


def test_parameter_count_by_hand(model):
    widths = [3, 64, 64, 128, 128, *[256] * 3, *[512] * 6]
    expected = 0
    for c, d in zip(widths, widths[1:], strict=False):
        expected += 9 * c * d + d
    expected += 3 * 3 * 512 * 4096 + 4096
    assert model.count_params() == expected == 33_593_152


def test_maps_are_halved_five_times(model):
    sides = [
        model.get_layer(f"pool{stage}").output.shape[1] for stage in range(1, 6)
    ]
    assert sides == [48, 24, 12, 6, 3]
    assert model.get_layer("flatten").output.shape == (None, 4608)
    assert model.output_shape == (None, 4096)


def test_convolutions_are_those_of_vgg16(model):
    # No side is odd at 96, so Keras's unpadded pools are the same.
    vgg16 = keras.applications.VGG16(
        include_top=False, weights=None, input_shape=(96, 96, 3)
    )
    vgg16.set_weights(model.get_weights()[:26])
    ours = keras.Model(model.input, model.get_layer("pool5").output)
    expected = vgg16((FACES - 128) / 128)
    scale = np.max(expected)
    assert scale > 0
    np.testing.assert_allclose(ours(FACES), expected, atol=1e-5 * scale)


def test_features_are_a_relu_dropped_in_training_alone(model):
    features = keras.Model(model.input, model.get_layer("features").output)
    plain = np.array(features(FACES))
    np.testing.assert_array_equal(model(FACES), plain)
    assert plain.min() == 0 < plain.max()
    dropped = np.array(model(FACES, training=True))
    kept = dropped > 0
    np.testing.assert_allclose(dropped[kept], 2 * plain[kept], rtol=1e-5)
    assert 0.4 < kept.sum() / (plain > 0).sum() < 0.6


def test_pools_round_odd_sides_up():
    model = build_vgg_face16((33, 20))
    # 33, 17, 9, 5, 3, 2 and 20, 10, 5, 3, 2, 1
    assert model.get_layer("pool5").output.shape == (None, 2, 1, 512)
