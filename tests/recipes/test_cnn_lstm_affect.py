"""The recipe of the preset with a memory, and the preset where it lies."""

import keras
import numpy as np
import pytest

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.evaluation import evaluate_recordings
from emoaff.training import train
from emoaff.training.clip_views import add_layers
from emoaff.training.clip_views import average_views
from emoaff.training.clip_views import by_clip
from emoaff.training.clip_views import image_parts
from emoaff.training.clip_views import look_directly
from emoaff.training.clip_views import view_features
from tests.data.small_corpus import SIDE
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import classes
from tests.small_presets import mean_colour
from tests.small_presets import saved
from tests.small_presets import still_model

SETTINGS = {
    "dataset": "small",
    "heads": "2",
    "dense": "4",
    "units": "3",
    "folds": "2",
    "epochs": "2",
    "batch_size": "4",
    "rate_hz": "25",
    "size": "0",
    "shares": "[1.0]",
    "layers": "[]",
}
NAME = "cnn_lstm_affect"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        frames = (range(5), range(9), range(3), range(7), range(6), range(2))
        examples = [e for n, f in enumerate(frames) for e in segments(n, f)]
        small_video(patch, folder, {"train": examples})
        yield folder


@pytest.fixture(scope="module")
def trunk(tmp_path_factory):
    dense = keras.layers.Dense(7, activation="softmax", name="expression")
    model = still_model({"expression": dense})
    folder = tmp_path_factory.mktemp("presets") / "trunk"
    return saved(folder, model, classes("affectnet_7"))


@pytest.fixture(scope="module")
def preset(tmp_path_factory, data_dir, trunk):
    out = tmp_path_factory.mktemp("runs") / "mine"
    settings = {**SETTINGS, "trunk": str(trunk.path)}
    path = train(NAME, data_dir, out, settings, report=lambda line: None)
    return presets.load_preset(path)


def test_the_preset_names_expressions_as_its_image_model_does(
    preset, trunk, data_dir
):
    recordings = load_recordings("small", "train", data_dir)
    said = evaluate_recordings(preset, recordings).predictions
    expected = evaluate_recordings(trunk, recordings).predictions
    np.testing.assert_allclose(
        said["expression"], expected["expression"], atol=2e-3
    )
    assert np.isfinite(said["valence"]).all()
    assert preset.window == 9


def test_scores_are_of_clips_that_were_not_learned_from(preset):
    scores = preset.config["scores"]
    assert scores["facts"]["split"] == "train, cross-validated"
    assert scores["facts"]["recordings"] == 6
    measured = {(row["measure"], row["of"]) for row in scores["rows"]}
    assert {("ccc", "valence"), ("ccc", "arousal")} <= measured
    card = (preset.path / presets.CARD).read_text("utf-8")
    assert card.split("\n\n")[1].startswith("For research only")


def test_the_command_repeats_the_run(preset):
    command = preset.config["provenance"]["train_command"]
    assert command.startswith(f"emoaff train {NAME} --data-dir data")
    assert "--set dataset=small" in command and "--set trunk=" in command


def test_views_are_the_middle_of_pictures_and_their_mirror(data_dir):
    recordings = load_recordings("small", "train", data_dir)
    inputs = keras.Input((SIDE, SIDE, 3))
    left = keras.layers.Cropping2D(((0, 0), (0, SIDE // 2)))(inputs)
    encoder = keras.Model(inputs, mean_colour(left))
    views = view_features(encoder, recordings, (1.0, 0.5), flip=True)
    assert views.shape == (4, len(recordings), 3)
    red = views[..., 0]
    # Red rises to the right, by 40 over the picture and 20 over its middle.
    np.testing.assert_allclose(red[1] - red[0], 0.2, atol=0.02)
    np.testing.assert_allclose(red[3] - red[2], 0.1, atol=0.02)


def rising_red(size):
    """Pictures whose red rises by 1 a pixel to the right."""
    picture = np.zeros((1, size, size, 3), np.float32)
    picture[..., 0] = np.arange(size)
    return picture


def left_mean(side):
    """An image model whose feature is the mean of its left half."""
    inputs = keras.Input((side, side, 3))
    left = keras.layers.Cropping2D(((0, 0), (0, side // 2)))(inputs)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(left))


def test_an_image_model_of_views_averages_the_features_of_its_middles():
    model = average_views(left_mean(8), 16, (1.0, 0.5))
    ((red, green, blue),) = model(rising_red(16)).numpy()
    # The left half of the whole has 0 to 7, that of the middle 4 to 7.
    np.testing.assert_allclose(red, (3.5 + 5.5) / 2, rtol=1e-6)
    assert green == blue == 0


def test_a_single_view_of_the_models_own_side_changes_nothing():
    picture = rising_red(8)
    plain = left_mean(8)
    np.testing.assert_array_equal(
        average_views(plain, 8, (1.0,))(picture), plain(picture)
    )


def test_a_model_that_enlarges_first_can_be_given_large_crops():
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Resizing(8, 8)(inputs)
    outputs = keras.layers.Conv2D(2, 3)(x)
    small = keras.Model(inputs, keras.layers.Flatten()(outputs))
    direct = look_directly(small)
    assert direct.input_shape == (None, 8, 8, 3)
    picture = np.random.default_rng(0).uniform(size=(2, 4, 4, 3))
    large = keras.ops.image.resize(picture, (8, 8))
    np.testing.assert_allclose(direct(large), small(picture), rtol=1e-5)
    plain = left_mean(8)
    assert look_directly(plain) is plain


def test_means_of_more_layers_stand_after_the_features():
    picture = np.random.default_rng(0).uniform(0, 9, (2, 8, 8, 3))
    inputs = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(2, 3, name="maps")(inputs)
    features = keras.layers.GlobalMaxPooling2D()(maps)
    inner = keras.Model(inputs, features)
    outer = keras.Input((8, 8, 3))
    halved = keras.layers.Rescaling(0.5)(outer)
    plain = keras.Model(outer, inner(halved))
    seen = keras.Model(inputs, maps)(picture / 2).numpy()
    expected = [seen.max(axis=(1, 2)), seen.mean(axis=(1, 2))]
    wide = add_layers(plain, ("maps",))
    np.testing.assert_allclose(
        wide(picture), np.concatenate(expected, axis=1), rtol=1e-5
    )
    assert add_layers(inner, ("maps",)).output_shape == (None, 4)
    assert add_layers(plain, ()) is plain
    # As for a backbone with other names than the default's.
    with pytest.raises(ValueError, match=r"layers=pw9_relu\. .*layers=\[\]"):
        add_layers(plain, ("maps", "pw9_relu"))


def test_the_shipped_image_model_can_be_given_what_it_enlarges_to():
    encoder, _ = image_parts(presets.load_preset("compact_ferplus"))
    direct = look_directly(encoder)
    assert direct.input_shape == (None, 128, 128, 3)
    side = encoder.input_shape[1]
    picture = np.random.default_rng(0).uniform(0, 255, (1, side, side, 3))
    large = keras.ops.image.resize(picture, (128, 128))
    np.testing.assert_allclose(direct(large), encoder(picture), rtol=1e-5)


def test_values_of_frames_are_laid_out_by_clip(data_dir):
    recordings = load_recordings("small", "train", data_dir)
    values = np.arange(len(recordings), dtype=np.float32)[:, None]
    laid = by_clip(recordings, values)
    assert laid.shape == (6, 9, 1)
    np.testing.assert_array_equal(laid[1, :, 0], np.arange(5, 14))
    np.testing.assert_array_equal(laid[2, :3, 0], np.arange(14, 17))
    assert np.isnan(laid[2, 3:]).all()


def test_a_trunk_without_a_dense_expression_layer_is_refused(tmp_path):
    layer = keras.layers.Activation("softmax", name="expression")
    model = still_model({"expression": layer})
    outputs = classes("affectnet_7")
    outputs["expression"]["classes"] = ["neutral", "happiness", "sadness"]
    given = saved(tmp_path / "odd", model, outputs)
    with pytest.raises(ValueError, match="dense layer.*Received: odd"):
        image_parts(given)
