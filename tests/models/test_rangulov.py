import keras
import numpy as np
import pytest

from emoaff.models import build_rangulov_cnn
from emoaff.models import build_rangulov_gru

FACES = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3))
FACES = FACES.astype("float32")
WINDOWS = np.random.default_rng(1).normal(size=(2, 5, 300))
WINDOWS = WINDOWS.astype("float32")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = build_rangulov_cnn()
    model.get_layer("input_bn").set_weights(
        [np.array([x]) for x in (1.5, 0.2, 0.4, 0.1)]
    )
    return model


def trainable(model):
    return sum(int(np.prod(w.shape)) for w in model.trainable_weights)


def as_published():
    """The sequential model of the paper's code: grey in [0, 1] in."""
    layers = keras.layers
    options = {"activation": "relu", "use_bias": False}
    return keras.Sequential(
        [
            keras.Input((96, 96, 1)),
            layers.BatchNormalization(),
            layers.Conv2D(64, (5, 5), padding="same", **options),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(128, (5, 5), **options),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(256, (5, 5), **options),
            layers.AveragePooling2D((9, 9), strides=9),
            layers.Flatten(),
            layers.Dense(300),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


def test_cnn_has_the_published_parameters(model):
    # The authors' logs: batch norm 4, convolutions 1,600 + 204,800 + 819,200,
    # features 307,500, head 602 or 2,408.
    assert model.count_params() == 1_333_706
    classes = build_rangulov_cnn(8)
    assert classes.count_params() == 1_335_512
    assert trainable(classes) == 1_335_510
    assert model.output_names == ["valence_arousal"]
    assert classes.output_names == ["expression"]


def test_cnn_gives_what_the_published_one_gives_for_the_grey_face(model):
    published = as_published()
    published.set_weights(model.get_weights())
    grey = FACES @ np.array([[0.299], [0.587], [0.114]]) / 255
    np.testing.assert_allclose(model(FACES), published(grey), atol=1e-5)
    assert np.abs(model(FACES)).max() > 1e-3


def test_maps_have_the_published_sides(model):
    names = ("conv1", "pool1", "conv2", "pool2", "conv3", "pool3")
    sides = [model.get_layer(name).output.shape[1] for name in names]
    assert sides == [96, 48, 44, 22, 18, 2]


def test_features_are_linear_and_before_the_dropout(model):
    names = [x.name for x in model.layers[-3:]]
    assert names == ["features", "dropout", "valence_arousal"]
    assert model.get_layer("features").activation.__name__ == "linear"
    assert model.get_layer("features").output.shape == (None, 300)
    assert model.get_layer("dropout").rate == 0.5
    assert model.layers[-1].activation.__name__ == "linear"


def test_cnn_classes_are_probabilities_or_logits():
    model, logits = build_rangulov_cnn(8), build_rangulov_cnn(8, logits=True)
    logits.set_weights(model.get_weights())
    odds = np.exp(np.float64(logits(FACES)))
    expected = odds / odds.sum(-1, keepdims=True)
    np.testing.assert_allclose(model(FACES), expected, rtol=1e-5)


@pytest.mark.parametrize(("size", "fits"), [(95, False), (131, True)])
def test_other_sizes_fit_the_published_weights_from_96_to_131(size, fits):
    same = build_rangulov_cnn(image_size=size).count_params() == 1_333_706
    assert same == fits


def test_cnn_keras_file_round_trip(model, tmp_path):
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(FACES), model(FACES))


def test_cnn_learns_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = build_rangulov_cnn(image_size=60)
    assert model.get_layer("conv1").compute_dtype == "bfloat16"
    assert model(FACES[:, :60, :60]).dtype == "float32"


def test_pictures_too_small_for_a_quadrant_are_refused():
    build_rangulov_cnn(image_size=(60, 61))
    message = r"at least 60.*Received: image_size=\(60, 59\)"
    with pytest.raises(ValueError, match=message):
        build_rangulov_cnn(image_size=(60, 59))


@pytest.mark.parametrize(
    ("arguments", "parameters", "output"),
    [
        # GRU 3 * (inputs + units + 2) * units: 120,600 + 60,600 + 22,800; 102
        ({}, 204_102, (None, 2)),
        # 300 * 100 + 100 * 100 + 100, and 100 * 2 + 2
        ({"cell": "simple_rnn", "units": 100}, 40_302, (None, 2)),
        (
            {"units": (100,), "return_sequences": True},
            120_802,
            (None, 100, 2),
        ),
        # LSTM 4 * (inputs + units + 1) * units: 160,400 + 80,400 + 30,200; 102
        ({"cell": "lstm"}, 271_102, (None, 2)),
    ],
)
def test_recurrent_networks_have_the_published_parameters(
    arguments, parameters, output
):
    model = build_rangulov_gru(**arguments)
    assert model.count_params() == parameters
    assert model.input_shape == (None, 100, 300)
    assert model.output_shape == output
    assert model.output_names == ["valence_arousal"]


def test_the_last_frame_is_that_of_the_sequence(tmp_path):
    last = build_rangulov_gru(frames=None, units=(6, 5))
    whole = build_rangulov_gru(5, units=(6, 5), return_sequences=True)
    whole.set_weights(last.get_weights())
    np.testing.assert_allclose(last(WINDOWS), whole(WINDOWS)[:, -1], atol=1e-6)
    last.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(WINDOWS), last(WINDOWS))


@pytest.mark.parametrize("arguments", [{"cell": "rnn"}, {"units": ()}])
def test_unknown_cells_are_refused(arguments):
    given = {"cell": "gru", "units": (100, 100, 50), **arguments}
    with pytest.raises(ValueError, match=f"cell='{given['cell']}', units="):
        build_rangulov_gru(**arguments)


def test_the_reset_gate_is_after_the_product_unless_asked():
    after, before = (
        build_rangulov_gru(10, 3, units=4, reset_after=r) for r in (True, False)
    )
    # Two biases of three gates, or one.
    assert after.get_layer("gru_1").get_weights()[2].shape == (2, 12)
    assert before.get_layer("gru_1").get_weights()[2].shape == (12,)
    weights = before.get_weights()
    weights[2] = np.stack([weights[2], 0 * weights[2]])
    after.set_weights(weights)
    x = np.random.default_rng(0).normal(size=(2, 10, 3))
    assert np.abs(after(x) - before(x)).max() > 1e-3
