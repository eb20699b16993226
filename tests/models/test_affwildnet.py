import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit

from emoaff.models import build_affwildnet

# (block, units, stride of the last unit)
BLOCKS = ((1, 3, 2), (2, 4, 2), (3, 6, 2), (4, 3, 1))
# Two GRUs of one bias, 3 * (inputs + units + 1) * units, and the linear layer.
MEMORY = 3 * (128 + 128 + 1) * 128 + 128 * 2 + 2


@pytest.fixture(scope="module")
def vgg():
    return build_affwildnet()


@pytest.fixture(scope="module")
def resnet():
    """One whose batch norms and biases all do something."""
    keras.utils.set_random_seed(0)
    model = build_affwildnet("resnet50", frames=None)
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    return model


def features_by_definition(encoder, pixels):
    """Every convolution without stride, then every second row and column."""
    weights = {w.path: w for w in encoder.weights}

    def layer(x, name, stride=1):
        x = ops.conv(x, weights[f"{name}/kernel"], 1, "same")
        gamma, beta, mean, variance = (
            weights[f"{name}_bn/{part}"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        x = gamma * (x - mean) / ops.sqrt(variance + 1e-5) + beta
        return x[:, ::stride, ::stride]

    x = ops.relu(layer((pixels - 128) / 128, "conv1", 2))
    x = ops.max_pool(x, 3, 2, "same")
    for block, units, last in BLOCKS:
        for unit in range(1, units + 1):
            name = f"block{block}_unit_{unit}"
            stride = last if unit == units else 1
            shortcut = x[:, ::stride, ::stride]
            if unit == 1:
                shortcut = layer(x, f"{name}_shortcut")
            x = ops.relu(layer(x, f"{name}_conv1"))
            x = ops.relu(layer(x, f"{name}_conv2", stride))
            x = ops.relu(layer(x, f"{name}_conv3") + shortcut)
    return ops.mean(x, (1, 2))


def gru_by_definition(layer, x):
    """TensorFlow 1's GRUCell in float64: the reset gate acts on the state."""
    kernel, recurrent, bias = (np.float64(w) for w in layer.get_weights())
    # Keras's order: update, reset, candidate.
    columns = np.split(np.concatenate([kernel, recurrent]), 3, axis=1)
    biases = np.split(bias, 3)
    state, states = np.zeros((len(x), 128)), []
    for t in range(x.shape[1]):
        both = np.concatenate([x[:, t], state], axis=1)
        update, reset = (expit(both @ columns[i] + biases[i]) for i in (0, 1))
        both = np.concatenate([x[:, t], reset * state], axis=1)
        candidate = np.tanh(both @ columns[2] + biases[2])
        state = update * state + (1 - update) * candidate
        states.append(state)
    return np.stack(states, axis=1)


def test_vgg_face_parameter_count_by_hand(vgg):
    # 33,593,152: see test_vgg_face16
    expected = 33_593_152 + 3 * (4096 + 128 + 1) * 128 + MEMORY
    assert vgg.count_params() == expected == 35_314_498
    assert vgg.input_shape == (None, 80, 96, 96, 3)
    assert vgg.output_shape == (None, 80, 2)
    assert vgg.get_layer("backbone").layer.name == "vgg_face16"


def test_resnet_parameter_count_by_hand(resnet):
    # Kernels and four batch-norm numbers a channel; no biases.
    trunk, before = (49 * 3 + 4) * 64, 64
    for (_, units, _), width in zip(BLOCKS, (64, 128, 256, 512), strict=True):
        trunk += (before + 4) * 4 * width
        for _ in range(units):
            trunk += (before + 4 + 9 * width + 4) * width
            trunk += (width + 4) * 4 * width
            before = 4 * width
    assert trunk == 23_561_152
    expected = trunk + 3 * (2048 + 128 + 1) * 128 + MEMORY
    assert resnet.count_params() == expected == 24_496_066
    assert resnet.output_shape == (None, None, 2)


def test_layers_are_recurrent_then_linear(vgg, resnet):
    for model in (vgg, resnet):
        names = [x.name for x in model.layers[1:]]
        assert names == ["backbone", "gru_1", "gru_2", "valence_arousal"]
        assert model.output_names == ["valence_arousal"]
        assert model.layers[-1].activation.__name__ == "linear"
        encoder = model.get_layer("backbone").layer
        assert encoder.get_layer("normalization").scheme == "centered"
    start = resnet.layers[-1].kernel_initializer
    assert (type(start).__name__, start.stddev) == ("TruncatedNormal", 0.01)


def test_resnet_maps_shrink_at_the_end_of_a_block(resnet):
    encoder = resnet.get_layer("backbone").layer
    names = ["conv1", "pool1", "block1_unit_2_out"]
    names += [f"block{block}_unit_{units}_out" for block, units, _ in BLOCKS]
    sides = [encoder.get_layer(name).output.shape[1] for name in names]
    assert sides == [48, 24, 24, 12, 6, 3, 3]
    norm = encoder.get_layer("conv1_bn")
    assert (norm.epsilon, norm.momentum) == (1e-5, 0.997)


def test_resnet_features_are_those_of_the_definition(resnet):
    encoder = resnet.get_layer("backbone").layer
    pixels = np.random.default_rng(1).uniform(0, 255, (1, 96, 96, 3))
    pixels = pixels.astype("float32")
    expected = features_by_definition(encoder, pixels)
    scale = np.std(expected)
    assert scale > 0.1 * np.mean(expected)
    np.testing.assert_allclose(encoder(pixels), expected, atol=1e-5 * scale)


def test_memory_is_that_of_tensorflow_1(resnet):
    video = np.random.default_rng(2).uniform(0, 255, (1, 3, 96, 96, 3))
    video = video.astype("float32")
    encoder = resnet.get_layer("backbone").layer
    x = np.float64(encoder(video[0]))[None]
    # Features of random weights are large, and would saturate every gate.
    scale = x.max()
    gru = resnet.get_layer("gru_1")
    kernel, *others = gru.get_weights()
    gru.set_weights([kernel / scale, *others])
    for name in ("gru_1", "gru_2"):
        x = gru_by_definition(resnet.get_layer(name), x)
    kernel, bias = resnet.get_layer("valence_arousal").get_weights()
    np.testing.assert_allclose(resnet(video), x @ kernel + bias, rtol=1e-4)
    assert np.ptp(x) > 0.1


def test_an_unknown_backbone_is_refused():
    with pytest.raises(ValueError, match="Received: backbone='vgg16'"):
        build_affwildnet("vgg16")
