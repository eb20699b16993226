"""Files that give expressions for other class shares than the training's."""

import keras
import numpy as np
import pytest

import emoaff
from emoaff.exporting import read_metadata
from emoaff.presets import load_preset
from tests.exporting import small_models
from tests.prediction.small_sequences import reloaded

SHARES = (0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05)


@pytest.fixture(scope="module", params=[1.0, 1.25])
def presets(tmp_path_factory, request):
    """A preset of pictures and one of clips that know their class shares."""
    folder = tmp_path_factory.mktemp("presets")
    known = {"outputs": small_models.outputs_with_prior(SHARES, request.param)}
    still = small_models.still_preset(folder / "still")
    clips = small_models.sequence_preset(folder / "clips")
    return reloaded(still, **known), reloaded(clips, **known)


def by_hand(answers, asked, preset):
    sharpness = preset.trained_prior.sharpness
    moved = (np.float64(answers) / SHARES) ** (1 / sharpness) * asked
    return moved / moved.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("suffix", [".onnx", ".tflite"])
def test_pictures_are_answered_for_the_prior(presets, tmp_path, suffix):
    still, _ = presets
    path = emoaff.export(still, tmp_path / f"a{suffix}", prior="uniform").path
    faces = list(small_models.noise(6))
    plain, got = still.predict(faces), load_preset(path).predict(faces)
    expected = by_hand(plain["expression"], np.full(8, 1 / 8), still)
    np.testing.assert_allclose(got["expression"], expected, atol=1e-5)
    np.testing.assert_allclose(got["valence"], plain["valence"], atol=1e-5)


def test_a_preset_with_a_prior_is_exported_with_it(presets, tmp_path):
    still = presets[0].with_prior("natural")
    path = emoaff.export(still, tmp_path / "a.onnx").path
    faces = list(small_models.noise(6))
    file = load_preset(path)
    np.testing.assert_allclose(
        file.predict(faces)["expression"],
        still.predict(faces)["expression"],
        atol=1e-5,
    )
    stored = read_metadata(path)["outputs"]["expression"]
    assert stored["answered_prior"]["name"] == "natural"
    assert stored["class_prior"] == list(SHARES)
    # The preset's own config is left as it was.
    assert "answered_prior" not in still.config["outputs"]["expression"]


def test_a_file_can_be_asked_for_another_prior_again(presets, tmp_path):
    still, _ = presets
    path = emoaff.export(still, tmp_path / "a.onnx", prior="uniform").path
    file = load_preset(path)
    faces = list(small_models.noise(6))
    for asked in ("as-trained", "natural", "happiness=.5"):
        np.testing.assert_allclose(
            file.with_prior(asked).predict(faces)["expression"],
            still.predict(faces, prior=asked)["expression"],
            atol=1e-5,
        )
    assert file.with_prior("uniform") is file
    back = file.with_prior("natural").with_prior("uniform")
    assert back.prior is None


@pytest.mark.parametrize("form", ["streaming", "sequence"])
def test_clips_are_answered_for_the_prior(presets, tmp_path, form):
    _, clips = presets
    path = emoaff.export(
        clips, tmp_path / "a.onnx", form=form, prior="disgust=.6"
    ).path
    asked = clips.with_prior("disgust=.6").prior.shares
    faces = np.float32(small_models.noise(2, 5))
    plain = clips.model.predict_on_batch(faces)["expression"]
    got = load_preset(path).model.predict_on_batch(faces)["expression"]
    np.testing.assert_allclose(got, by_hand(plain, asked, clips), atol=1e-4)


def test_what_is_ruled_out_by_the_prior_is_0(presets, tmp_path):
    still, _ = presets
    prior = "fear=0,contempt=0"
    path = emoaff.export(still, tmp_path / "a.tflite", prior=prior).path
    got = load_preset(path).predict(list(small_models.noise(6)))["expression"]
    assert (got[:, 6:] == 0).all()
    np.testing.assert_allclose(got.sum(axis=1), 1, atol=1e-5)


def test_a_plain_model_has_no_shares_to_take_out(tmp_path):
    inputs = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, {"expression": keras.layers.Dense(3)(x)})
    with pytest.raises(ValueError, match="Expected a preset.*keras.Model"):
        emoaff.export(model, tmp_path / "a.onnx", prior="uniform")
