import keras
import numpy as np
import pytest

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.evaluation.recording_predictions import predict_recordings
from emoaff.training import cross_validated_publishing
from emoaff.training.cross_validated_publishing import DRIFT
from emoaff.training.cross_validated_publishing import publish_cross_validated
from tests.data.small_corpus import SIDE
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import AFFECT
from tests.small_presets import window_model

FRAMES = 4


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        small_video(patch, folder, {"train": list(segments(0, range(8)))})
        yield load_recordings("small_video", "train", folder)


def coarse_model():
    """A model of a matrix that no step for rows or for columns can hold well.

    Every row and every column has a number of 1,000, so that steps are about
    8, and the answers are made by the others, of about 10, alone.
    """
    draw = np.random.default_rng(0).normal
    inner = window_model(FRAMES)
    x = inner.get_layer("backbone").output
    for name, width in (("wide", 200), ("coarse", 200), ("answers", 2)):
        x = keras.layers.Dense(width, use_bias=False, name=name)(x)
    model = keras.Model(inner.input, {"arousal_valence": x})
    wide = draw(0, 1, (3, 200))
    wide[:, ::2] = 0
    coarse = draw(0, 10, (200, 200))
    np.fill_diagonal(coarse, 1000)
    answers = draw(0, 5e-4, (200, 2))
    answers[1::2] = 0  # so that the diagonal counts for nothing
    for name, kernel in (
        ("wide", wide),
        ("coarse", coarse),
        ("answers", answers),
    ):
        model.get_layer(name).set_weights([kernel])
    return model


def publish(model, recordings, folder):
    lines = []
    config = {
        "name": "mine",
        "input": {"size": SIDE, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "sampling": {"rate_hz": None, "window": FRAMES},
        "outputs": AFFECT,
        "licence": "MIT.",
        "provenance": {
            "summary": "What it is.",
            "data": "What it saw.",
            "training": "How it learned.",
            "limits": "What it cannot do.",
        },
    }
    answers = np.full((len(recordings), 2), np.nan)
    publish_cross_validated(
        model, config, folder, recordings, answers, lines.append, "int8"
    )
    return presets.load_preset(folder), lines


def ask_directly(model, recordings):
    """Arousal and valence of windows without overlap, by Keras alone."""
    pictures = next(stored_pictures(recordings, SIDE, len(recordings)))
    return model.predict_on_batch(
        np.reshape(pictures, (-1, FRAMES, SIDE, SIDE, 3))
    )["arousal_valence"]


def test_weights_that_eight_bits_keep_are_stored_in_eight(recordings, tmp_path):
    preset, lines = publish(window_model(FRAMES), recordings, tmp_path / "mine")
    assert preset.config["weights"]["dtype"] == "int8"
    assert len(lines) == 1


def test_weights_that_eight_bits_would_spoil_are_stored_in_more(
    recordings, tmp_path
):
    model = coarse_model()
    preset, lines = publish(model, recordings, tmp_path / "mine")
    assert preset.config["weights"]["dtype"] == "float16"
    assert "int8" in lines[0] and "float16" in lines[1]
    assert float(lines[0].split()[-1]) > DRIFT
    error = ask_directly(preset.model, recordings)
    error = error - ask_directly(model, recordings)
    assert np.sqrt(np.mean(np.square(error))) <= DRIFT


def test_answers_that_storing_loses_count_as_spoiled(
    recordings, tmp_path, monkeypatch
):
    model = window_model(FRAMES)

    def predict(preset, some):
        found = predict_recordings(preset, some)
        dtype = preset.config["weights"]["dtype"]
        if preset.model is not model and dtype == "int8":
            found.values["valence"][3] = np.nan
        return found

    monkeypatch.setattr(
        cross_validated_publishing, "predict_recordings", predict
    )
    preset, lines = publish(model, recordings, tmp_path / "mine")
    assert preset.config["weights"]["dtype"] == "float16"
    assert "int8: answers differ by inf" in lines[0]
