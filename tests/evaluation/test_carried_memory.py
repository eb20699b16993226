"""Memories that are carried, against the model of the whole recording."""

import numpy as np
import pytest

from emoaff.evaluation.preset_scoring import evaluate
from tests.data.small_corpus import SIDE
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours
from tests.small_presets import AFFECT
from tests.small_presets import lstm_model
from tests.small_presets import saved

# Recordings of 30 frames (9 and 10 missing), 5 and 21; see `small_video`.
RUNS = (range(28), range(28, 33), range(33, 54))


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("p") / "p"
    return saved(folder, lstm_model(6), AFFECT, sampling={"window": 6})


def test_a_carried_memory_is_one_window_as_long_as_the_recording(
    preset, data_dir, truth
):
    evaluation = evaluate(preset, "small", SPLIT, data_dir, memory="carried")
    seen = colours(truth["image"]).astype("float32")
    lstm = preset.model.get_layer("memory")
    dense = preset.model.layers[-1]
    # Two frames without a face do not end it: 0.12 s of at most 1.
    whole = [dense(lstm(seen[np.newaxis, run])) for run in map(list, RUNS)]
    expected = np.clip(np.concatenate(whole, axis=1)[0], -1, 1)
    got = evaluation.predictions
    np.testing.assert_allclose(got["arousal"], expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(got["valence"], expected[:, 1], atol=1e-5)
    assert "carried through each recording" in evaluation.facts["windows"]
    windows = evaluate(preset, "small", SPLIT, data_dir).predictions
    assert np.abs(windows["arousal"] - got["arousal"]).max() > 1e-3


def test_what_cannot_be_carried_is_refused(preset, affect, data_dir):
    with pytest.raises(ValueError, match="takes pictures one by one"):
        evaluate(affect, "small", SPLIT, data_dir, memory="carried")
    with pytest.raises(ValueError, match="no stride.*stride=2"):
        evaluate(preset, "small", SPLIT, data_dir, stride=2, memory="carried")
    with pytest.raises(ValueError, match="memory='kept'"):
        evaluate(preset, "small", SPLIT, data_dir, memory="kept")


@pytest.fixture
def larger_dir(monkeypatch, tmp_path):
    splits = {SPLIT: list(segments(0, range(6), side=2 * SIDE))}
    small_video(monkeypatch, tmp_path, splits, shape=(2 * SIDE, 2 * SIDE, 3))
    return tmp_path


def test_larger_crops_are_resized_as_for_windows(preset, larger_dir):
    carried, windows = (
        evaluate(preset, "small", SPLIT, larger_dir, memory=memory).predictions
        for memory in ("carried", "window")
    )
    # One window of six frames is the whole recording.
    for name in ("arousal", "valence"):
        np.testing.assert_allclose(carried[name], windows[name], atol=1e-5)
