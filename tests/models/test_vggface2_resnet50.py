import keras
import numpy as np
import pytest

from emoaff.models import build_vggface2_resnet50

BLOCKS = {2: 3, 3: 4, 4: 6, 5: 3}


@pytest.fixture(scope="module")
def model():
    return build_vggface2_resnet50()


@pytest.fixture(scope="module")
def small():
    """A 40x56 one whose batch norms all do something."""
    keras.utils.set_random_seed(0)
    model, rng = build_vggface2_resnet50((40, 56)), np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return model


def convolved(x, kernel, stride, before, after):
    """A convolution as matrix products in NumPy."""
    sides = (before, after)
    x = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    size = kernel.shape[:2]
    x = np.lib.stride_tricks.sliding_window_view(x, size, (1, 2))
    x = x[:, ::stride, ::stride]
    return np.tensordot(x, kernel, ((4, 5, 3), (0, 1, 2)))


def features_by_definition(model, pixels):
    """The network in float64, its weights taken by keras-vggface's names."""
    weights = {w.path: np.float64(w) for w in model.weights}

    def layer(x, name, stride=1, before=0, after=0):
        x = convolved(x, weights[f"{name}/kernel"], stride, before, after)
        gamma, beta, mean, variance = (
            weights[f"{name}_bn/{part}"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta

    x = pixels[..., ::-1] - np.array([91.4953, 103.8827, 131.0912])
    # SAME of an even side by a 7x7 of stride 2: 2 rows before, 3 after.
    x = np.maximum(layer(x, "conv1_7x7_s2", 2, 2, 3), 0)
    x = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))
    x = x[:, ::2, ::2].max((-1, -2))
    for stage, blocks in BLOCKS.items():
        for block in range(1, blocks + 1):
            name = f"conv{stage}_{block}"
            stride = 2 if block == 1 and stage != 2 else 1
            shortcut = x
            if block == 1:
                shortcut = layer(x, f"{name}_1x1_proj", stride)
            x = np.maximum(layer(x, f"{name}_1x1_reduce", stride), 0)
            x = np.maximum(layer(x, f"{name}_3x3", 1, 1, 1), 0)
            x = np.maximum(layer(x, f"{name}_1x1_increase") + shortcut, 0)
    return x.mean((1, 2))


def test_parameters_are_those_of_keras_vggface(model):
    kinds = (keras.layers.Conv2D, keras.layers.BatchNormalization)
    convolutions, norms = (
        [x for x in model.layers if isinstance(x, kind)] for kind in kinds
    )
    assert len(convolutions) == len(norms) == 53
    assert sum(x.count_params() for x in convolutions) == 23_454_912
    assert sum(x.count_params() for x in norms) == 106_240
    assert model.count_params() == 23_561_152
    assert {(x.epsilon, x.momentum) for x in norms} == {(1e-3, 0.99)}
    assert not any(x.use_bias for x in convolutions)


def test_layers_with_weights_are_in_the_published_order(model):
    expected = ["conv1_7x7_s2", "conv1_7x7_s2_bn"]
    for stage, blocks in BLOCKS.items():
        for block in range(1, blocks + 1):
            parts = ["1x1_reduce", "1x1_reduce_bn", "3x3", "3x3_bn"]
            parts += ["1x1_increase", "1x1_increase_bn"]
            if block == 1:
                parts.insert(5, "1x1_proj")
                parts.append("1x1_proj_bn")
            expected += [f"conv{stage}_{block}_{part}" for part in parts]
    assert [x.name for x in model.layers if x.weights] == expected


def test_a_picture_of_224_shrinks_as_published(model):
    names = ["conv1_relu", "pool1"]
    names += [f"conv{stage}_{blocks}_out" for stage, blocks in BLOCKS.items()]
    shapes = [model.get_layer(name).output.shape[1:] for name in names]
    assert shapes == [
        (112, 112, 64),
        (55, 55, 64),
        (55, 55, 256),
        (28, 28, 512),
        (14, 14, 1024),
        (7, 7, 2048),
    ]
    assert model.output_shape == (None, 2048)


def test_pixels_become_bgr_less_the_means_of_vggface2(model):
    pixel = np.float32([[[[10, 20, 30]]]])
    got = model.get_layer("normalization")(pixel)
    expected = [[[[-61.4953, -83.8827, -121.0912]]]]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    # Nothing else is between the picture and the first convolution.
    names = [x.name for x in model.layers[:3]]
    assert names == ["image", "normalization", "conv1_7x7_s2"]


def test_features_are_those_of_the_definition(small):
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 40, 56, 3))
    expected = features_by_definition(small, pixels)
    scale = np.std(expected)
    assert scale > 0.1 * np.mean(expected)
    np.testing.assert_allclose(small(pixels), expected, atol=1e-5 * scale)
