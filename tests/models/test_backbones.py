import keras
import numpy as np
import pytest

from emoaff.layers import InputNormalization
from emoaff.models import backbones
from emoaff.models import build_cnn_lstm
from emoaff.models import build_rangulov_cnn
from emoaff.models.backbones import build_backbone

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3))
PIXELS = PIXELS.astype("float32")


def tiny():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(image))


def test_names_are_sorted():
    assert backbones.names() == (
        "efficientnet_v2_b0",
        "mobilenet_v1",
        "mobilenet_v2",
        "mobilenet_v3_large",
        "mobilenet_v3_small",
        "rangulov_cnn",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet50_torchvision",
        "small_cnn",
        "vgg_face16",
        "vggface2_resnet50",
    )


@pytest.mark.parametrize(
    ("name", "features", "parameters", "scheme"),
    [
        # keras.io's 25,636,712 less the top's 2,049,000 (2048 * 1000 + 1000)
        ("resnet50", 2048, 23_587_712, "imagenet_caffe"),
        # keras.io's 3,538,984 less the top's 1,281,000
        ("mobilenet_v2", 1280, 2_257_984, "imagenet_torch"),
        # keras.io's 4,253,864 less the top's 1,025,000, and with one bias
        # instead of four batch-norm numbers for each of 10,944 channels
        ("mobilenet_v1", 1024, 3_196_032, "imagenet_caffe"),
        # The whole of Keras's, 2,554,968, less the top's two convolutions
        # (576 + 1) * 1024 and (1024 + 1) * 1000
        ("mobilenet_v3_small", 576, 939_120, "imagenet_tf"),
        # 5,507,432 less (960 + 1) * 1280 and (1280 + 1) * 1000
        ("mobilenet_v3_large", 960, 2_996_352, "imagenet_tf"),
        # keras.io's 7,200,312 less the top's 1,281,000
        ("efficientnet_v2_b0", 1280, 5_919_312, "imagenet_torch"),
        # torchvision's 11,689,512 less 513 * 1000, and two moving statistics
        # for each of 4,800 channels; see test_resnet
        ("resnet18", 512, 11_186_112, "imagenet_torch"),
    ],
)
def test_named_backbones(name, features, parameters, scheme):
    model = build_backbone(name, 32)
    assert model.name == name
    assert model.input_shape == (None, 32, 32, 3)
    assert model.output_shape == (None, features)
    assert model.count_params() == parameters
    assert model.get_layer("normalization").scheme == scheme
    # Pixels reach the network through the normalisation alone.
    assert isinstance(model.layers[1], InputNormalization)


@pytest.mark.parametrize(
    ("name", "size", "features", "parameters", "scheme"),
    [
        # The published 1,333,706 less the head's 300 * 2 + 2
        ("rangulov_cnn", 96, 300, 1_333_104, "unit"),
        ("small_cnn", 48, 64, 60_848, "centered"),
        ("vgg_face16", 96, 4096, 33_593_152, "centered"),
        ("vggface2_resnet50", 224, 2048, 23_561_152, "vggface2"),
    ],
)
def test_networks_for_faces_have_their_own_size(
    name, size, features, parameters, scheme
):
    model = build_cnn_lstm(
        backbone=name, temporal="gru", temporal_units=3, heads=2
    )
    assert model.input_shape == (None, None, size, size, 3)
    encoder = model.get_layer("backbone").layer
    assert encoder.name == name
    assert encoder.output_shape == (None, features)
    assert encoder.count_params() == parameters
    assert encoder.get_layer("normalization").scheme == scheme


def test_image_size_may_be_a_pair_and_is_150_by_default():
    model = build_backbone("mobilenet_v1", (48, 32))
    assert model.input_shape == (None, 48, 32, 3)
    assert build_backbone("mobilenet_v1").input_shape == (None, 150, 150, 3)


def test_mobilenet_v2_epsilon_follows_the_convention(tmp_path):
    def epsilons(model):
        norm = keras.layers.BatchNormalization
        return {x.epsilon for x in model.layers if isinstance(x, norm)}

    torch = build_backbone("mobilenet_v2", 32)
    stock = backbones.build_mobilenet_v2(32, convention="keras")
    assert epsilons(torch) == {1e-5}
    assert epsilons(stock) == {1e-3}
    assert stock.get_layer("normalization").scheme == "imagenet_tf"
    torch.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert epsilons(revived) == {1e-5}
    with pytest.raises(ValueError, match="Received: convention='caffe'"):
        backbones.build_mobilenet_v2(32, convention="caffe")


def test_weights_come_from_a_file_of_the_bare_network(tmp_path):
    bare = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg"
    )
    bare.save_weights(tmp_path / "bare.weights.h5")
    model = build_backbone("resnet50", 32, tmp_path / "bare.weights.h5")
    # By hand: BGR, less the ImageNet means.
    caffe = PIXELS[..., ::-1] - np.float32([103.939, 116.779, 123.68])
    np.testing.assert_allclose(model(PIXELS), bare(caffe), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "application", "mode", "epsilon"),
    [
        ("resnet50", "ResNet50", "caffe", None),
        ("mobilenet_v2", "MobileNetV2", "torch", 1e-5),
    ],
)
def test_imagenet_features_of_a_face(
    shared_data, name, application, mode, epsilon
):
    path = shared_data / "weights" / f"{name}_imagenet_notop.weights.h5"
    bare = getattr(keras.applications, application)(
        include_top=False, weights=None, input_shape=(64, 64, 3), pooling="avg"
    )
    bare.load_weights(path)
    for layer in bare.layers:
        if epsilon and hasattr(layer, "epsilon"):
            layer.epsilon = epsilon
    face = keras.utils.load_img(
        shared_data / "videos" / "single_face.jpg", target_size=(64, 64)
    )
    pixels = keras.utils.img_to_array(face)[None]
    expected = bare(
        keras.applications.imagenet_utils.preprocess_input(
            pixels.copy(), data_format="channels_last", mode=mode
        )
    )
    got = build_backbone(name, 64, path)(pixels)
    np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)
    assert np.std(got) > 0.1


def test_one_stage_after_the_other_is_frozen():
    # Trainable parameters of a whole ResNet-50 without top: all but the
    # moving averages, 53,120.
    expected = [23_587_712 - 53_120]
    # Kernels, biases and the two trainable batch-norm vectors, by hand:
    # stem 7*7*3*64 + 64 + 2*64
    expected.append(expected[-1] - 9_600)
    width, before = 64, 64
    for blocks in (3, 4, 6, 3):
        stage = _unit(1, before, 4 * width)
        for _ in range(blocks):
            stage += _unit(1, before, width) + _unit(3, width, width)
            stage += _unit(1, width, 4 * width)
            before = 4 * width
        expected.append(expected[-1] - stage)
        width *= 2
    assert expected[-1] == 0
    model = build_backbone("resnet50", 32)
    for stages, count in enumerate(expected):
        backbones._freeze(
            model, backbones._BACKBONES["resnet50"].stages, stages
        )
        got = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        assert got == count, stages


def _unit(size, filters_in, filters_out):
    # Convolution with bias, then gamma and beta.
    return (size * size * filters_in + 1) * filters_out + 2 * filters_out


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        # conv1 and dw1, pw1 with biases
        ("mobilenet_v1", 28 * 32 + 10 * 32 + 33 * 64),
        # Conv1, depthwise, project without biases, gamma and beta of each
        ("mobilenet_v2", 27 * 32 + 9 * 32 + 32 * 16 + 2 * (32 + 32 + 16)),
        # gamma and beta of the input, 5x5 kernels without bias
        ("rangulov_cnn", 2 + 25 * 64),
        # 3x3 kernels without bias, gamma and beta
        ("small_cnn", 27 * 16 + 2 * 16),
        # two 3x3 convolutions with bias
        ("vgg_face16", 28 * 64 + (9 * 64 + 1) * 64),
        # 7x7 kernels without bias, gamma and beta
        ("vggface2_resnet50", 49 * 3 * 64 + 2 * 64),
        ("resnet18", 49 * 3 * 64 + 2 * 64),
        ("resnet50_torchvision", 49 * 3 * 64 + 2 * 64),
        # 3x3 kernels without bias, gamma and beta
        ("mobilenet_v3_small", 27 * 16 + 2 * 16),
        # and a block: depthwise 3x3, pointwise, gamma and beta of each
        ("mobilenet_v3_large", (27 + 9 + 16) * 16 + 3 * 2 * 16),
        # 3x3 to 32, 3x3 to 16, gamma and beta of each
        ("efficientnet_v2_b0", 27 * 32 + 2 * 32 + 9 * 32 * 16 + 2 * 16),
    ],
)
def test_backbones_freeze_from_the_stem_on(name, stem):
    sizes = []
    model = build_backbone(name, 60 if name == "rangulov_cnn" else 32)
    names = backbones._BACKBONES[name].stages
    for stages in range(len(names) + 1):
        backbones._freeze(model, names, stages)
        trainable = [x.trainable for x in model.layers if x.weights]
        assert trainable == sorted(trainable)  # the frozen ones first
        sizes.append(
            sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        )
    assert sizes[0] - sizes[1] == stem
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[-1] == 0


@pytest.mark.parametrize(
    ("name", "application", "first"),
    [
        ("mobilenet_v3_small", "MobileNetV3Small", "conv"),
        ("efficientnet_v2_b0", "EfficientNetV2B0", "stem_conv"),
    ],
)
def test_the_rescaling_is_that_of_the_stock_network(name, application, first):
    # The stock network, its own rescaling inside, is the oracle.
    stock = getattr(keras.applications, application)(
        include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    model = build_backbone(name, 32)
    model.get_layer(first).set_weights(stock.get_layer(first).get_weights())
    got, expected = (
        keras.Model(x.inputs[0], x.get_layer(first).output)(PIXELS)
        for x in (model, stock)
    )
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    assert np.std(got) > 0.1


def test_a_frozen_batch_norm_stays_in_inference_mode():
    model = build_backbone("mobilenet_v2", 32, frozen_stages=1)
    frozen = model.get_layer("bn_Conv1").moving_mean
    free = model.get_layer("block_1_expand_BN").moving_mean
    before = np.array(frozen), np.array(free)
    model(PIXELS, training=True)
    np.testing.assert_array_equal(frozen, before[0])
    assert np.abs(free - before[1]).max() > 0


def test_a_model_of_ones_own_is_used_as_it_is(tmp_path):
    model = tiny()
    assert build_backbone(model) is model
    assert build_backbone(model, 8) is model
    free = keras.Input((None, None, 3))
    free = keras.Model(free, keras.layers.GlobalAveragePooling2D()(free))
    assert build_backbone(free, (9, 5)) is free


def test_a_model_of_ones_own_takes_weights_from_a_file(tmp_path):
    def build():
        image = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(2, 8)(image)
        return keras.Model(image, keras.layers.Flatten()(x))

    first, second = build(), build()
    first.save_weights(tmp_path / "a.weights.h5")
    build_backbone(second, weights=tmp_path / "a.weights.h5")
    pixels = PIXELS[:, :8, :8]
    np.testing.assert_array_equal(second(pixels), first(pixels))


def test_weights_of_a_whole_network_fit_its_backbone(tmp_path):
    whole = build_rangulov_cnn(8)
    whole.save_weights(tmp_path / "whole.weights.h5")
    model = build_backbone(
        "rangulov_cnn", weights=tmp_path / "whole.weights.h5"
    )
    for got, expected in zip(
        model.get_weights(), whole.get_weights(), strict=False
    ):
        np.testing.assert_array_equal(got, expected)
    # Without the head, and without the dropout before it.
    assert model.layers[-1].name == "features"
    assert len(model.weights) == len(whole.weights) - 2


def test_without_a_network_imagenet_says_what_to_do(monkeypatch):
    def application(**kwargs):
        raise Exception("URL fetch failure on https://storage")

    monkeypatch.setattr(keras.applications, "ResNet50", application)
    with pytest.raises(
        ValueError, match="'resnet50' could not.*Pass `weights`"
    ):
        build_backbone("resnet50", 32, "imagenet")


def test_imagenet_mobilenet_v2_is_of_keras_convention(monkeypatch):
    asked, stock = [], keras.applications.MobileNetV2

    def application(weights, **kwargs):
        asked.append(weights)
        return stock(weights=None, **kwargs)

    monkeypatch.setattr(keras.applications, "MobileNetV2", application)
    model = build_backbone("mobilenet_v2", 32, "imagenet")
    assert asked == ["imagenet"]
    assert model.get_layer("normalization").scheme == "imagenet_tf"
    assert model.get_layer("bn_Conv1").epsilon == 1e-3


def test_errors_say_what_was_received(tmp_path):
    with pytest.raises(ValueError, match="resnet50.*Received: backbone='vgg'"):
        build_backbone("vgg")
    with pytest.raises(
        FileNotFoundError, match="Received: weights='nowhere.h5'"
    ):
        build_backbone("mobilenet_v1", 32, "nowhere.h5")
    for name in ("mobilenet_v1", "small_cnn"):
        with pytest.raises(ValueError, match=f"'{name}' has no ImageNet"):
            build_backbone(name, 32, "imagenet")
    with pytest.raises(ValueError, match="your own has no ImageNet"):
        build_backbone(tiny(), weights="imagenet")
    with pytest.raises(ValueError, match=r"in \[0, 5\] .*frozen_stages=6"):
        build_backbone("mobilenet_v1", 32, frozen_stages=6)
    with pytest.raises(ValueError, match=r"of your own.*frozen_stages=1"):
        build_backbone(tiny(), frozen_stages=1)
    with pytest.raises(ValueError, match=r"of \(8, 8\). .*image_size=150"):
        build_backbone(tiny(), 150)
    image = keras.Input((8, 8, 1))
    with pytest.raises(ValueError, match=r"input_shape=\(None, 8, 8, 1\)"):
        build_backbone(keras.Model(image, keras.layers.Flatten()(image)))
    (tmp_path / "text.weights.h5").write_text("not weights")
    with pytest.raises(ValueError, match="text.weights.h5 does not hold the"):
        build_backbone(tiny(), weights=tmp_path / "text.weights.h5")


def test_a_backbone_of_one_s_own_gets_a_name(monkeypatch):
    monkeypatch.setattr(backbones, "_BACKBONES", {**backbones._BACKBONES})

    def build(image_size):
        image = keras.Input((image_size, image_size, 3))
        x = keras.layers.Conv2D(5, 3, name="only")(image)
        x = keras.layers.GlobalAveragePooling2D()(x)
        return keras.Model(image, x)

    backbones.register_backbone("mine", build, 40, ("only",))
    assert "mine" in backbones.names()
    made = build_backbone("mine", frozen_stages=1)
    assert made.input_shape == (None, 40, 40, 3)
    assert made.output_shape == (None, 5)
    assert not made.get_layer("only").trainable
    with pytest.raises(ValueError, match="not one of .*name='resnet50'"):
        backbones.register_backbone("resnet50", build, 40, ("only",))
    decorate = backbones.register_backbone("mine", image_size=48)
    assert decorate(build) is build
    assert build_backbone("mine").input_shape == (None, 48, 48, 3)
    with pytest.raises(ValueError, match="has no ImageNet weights"):
        build_backbone("mine", weights="imagenet")
