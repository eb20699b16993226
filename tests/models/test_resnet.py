import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff.models import build_cnn_lstm
from emoaff.models.resnet import build_resnet
from tests.models.small_heads import alive
from tests.models.small_heads import assert_close

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 45, 38, 3))
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}


def by_hand(model, depth, pixels, keras_style=False):
    """The network from its weights with plain operations in float64."""

    def normed(x, name):
        layer = model.get_layer(f"{name}_bn")
        mean, variance, scale, shift = (
            np.float64(getattr(layer, k))
            for k in ("moving_mean", "moving_variance", "gamma", "beta")
        )
        epsilon = 1.001e-5 if keras_style else 1e-5
        return (x - mean) / np.sqrt(variance + epsilon) * scale + shift

    def unit(x, name, stride=1):
        layer = model.get_layer(f"{name}_conv")
        kernel = np.float64(layer.kernel)
        pad = kernel.shape[0] // 2
        x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        x = tf.nn.conv2d(x, kernel, stride, "VALID").numpy()
        if keras_style:
            x = x + np.float64(layer.bias)
        return normed(x, name)

    def block(x, name, stride, project):
        shortcut = unit(x, f"{name}_0", stride) if project else x
        if depth == 50:
            on_first = keras_style
            x = unit(x, f"{name}_1", stride if on_first else 1).clip(0)
            x = unit(x, f"{name}_2", 1 if on_first else stride).clip(0)
            x = unit(x, f"{name}_3")
        else:
            x = unit(x, f"{name}_1", stride).clip(0)
            x = unit(x, f"{name}_2")
        return (x + shortcut).clip(0)

    if keras_style:
        x = pixels[..., ::-1] - [103.939, 116.779, 123.68]
    else:
        x = (pixels / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    x = unit(x, "conv1", 2).clip(0)
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    x = tf.nn.max_pool2d(x, 3, 2, "VALID").numpy()
    for stage, count in enumerate(BLOCKS[depth], start=2):
        for i in range(1, count + 1):
            x = block(
                x,
                f"conv{stage}_block{i}",
                2 if i == 1 and stage > 2 else 1,
                i == 1 and (stage > 2 or depth == 50),
            )
    return x.mean((1, 2))


@pytest.mark.parametrize("layout", ["torchvision", "keras"])
@pytest.mark.parametrize("depth", [18, 50])
def test_it_is_the_network_by_hand(depth, layout):
    model = alive(build_resnet(depth, layout, (45, 38)))
    expected = by_hand(model, depth, PIXELS, layout == "keras")
    assert_close(model(PIXELS), expected)


def test_the_keras_layout_of_50_is_that_of_keras_applications(tmp_path):
    stock = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=(45, 38, 3), pooling="avg"
    )
    alive(stock)
    stock.save_weights(tmp_path / "stock.weights.h5")
    model = build_resnet(50, "keras", (45, 38))
    model.load_weights(tmp_path / "stock.weights.h5")
    names = [x.name for x in model.layers if x.weights]
    assert names == [x.name for x in stock.layers if x.weights]
    caffe = np.float32(PIXELS[..., ::-1] - [103.939, 116.779, 123.68])
    assert_close(model(PIXELS), stock(caffe))
    assert [x.epsilon for x in model.layers if hasattr(x, "epsilon")] == [
        x.epsilon for x in stock.layers if hasattr(x, "epsilon")
    ]


@pytest.mark.parametrize(
    ("depth", "published", "features", "channels"),
    [
        # Channels of batch norms: stem, then blocks and projection by stage.
        (18, 11_689_512, 512, 64 + 256 + 640 + 1280 + 2560),
        (34, 21_797_672, 512, 64 + 384 + 1152 + 3328 + 3584),
        (50, 25_557_032, 2048, 26_560),
    ],
)
def test_weights_of_torchvision_are_counted(
    depth, published, features, channels
):
    model = build_resnet(depth, image_size=32)
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable + (features + 1) * 1000 == published
    assert model.count_params() == trainable + 2 * channels
    assert model.output_shape == (None, features)
    assert model.name == f"resnet{depth}"


def test_the_keras_layout_of_18_has_biases_more():
    plain = build_resnet(18, image_size=32)
    model = build_resnet(18, "keras", 32)
    # One bias for each of the channels that have a batch norm.
    assert model.count_params() - plain.count_params() == 4800
    assert model.get_layer("normalization").scheme == "imagenet_caffe"


def test_maps_halve_as_in_the_paper():
    model = build_resnet(50)
    names = ("conv1_relu", "pool1_pool", "conv3_block4_out", "conv5_block3_out")
    sides = [model.get_layer(name).output.shape[1] for name in names]
    assert sides == [112, 56, 28, 7]


@pytest.mark.parametrize(
    ("backbone", "temporal", "sequences"),
    [
        ("resnet18", "lstm", True),
        ("resnet34", "gru", False),
        ("resnet50_torchvision", "gru", True),
        ("mobilenet_v3_small", "lstm", False),
        ("mobilenet_v3_large", "gru", True),
        ("efficientnet_v2_b0", "gru", False),
    ],
)
def test_a_memory_over_any_of_the_networks(backbone, temporal, sequences):
    model = build_cnn_lstm(
        3,
        32,
        backbone=backbone,
        temporal=temporal,
        temporal_units=4,
        heads=2,
        return_sequences=sequences,
    )
    assert model.get_layer("backbone").layer.name == backbone
    clip = np.random.default_rng(1).uniform(0, 255, (2, 3, 32, 32, 3))
    answer = np.array(model(clip))
    assert answer.shape == ((2, 3, 2) if sequences else (2, 2))
    np.testing.assert_allclose(answer.sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 101}, "Received: depth=101, layout='torchvision'"),
        ({"layout": "caffe"}, "layout='caffe'"),
    ],
)
def test_errors_say_what_was_received(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_resnet(**arguments)
