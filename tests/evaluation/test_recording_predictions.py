"""Predictions over whole recordings, against windows laid by hand."""

import keras
import numpy as np
import pytest

from emoaff.evaluation.preset_scoring import evaluate
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import ccc
from tests.evaluation.small_scores import colours
from tests.small_presets import AFFECT
from tests.small_presets import feature_model
from tests.small_presets import saved
from tests.small_presets import window_model

# Recordings of 30 frames (9 and 10 missing), 5 and 21; see `small_video`.
RUNS = (range(9), range(9, 28), range(28, 33), range(33, 54))


RECORDING = np.repeat([0, 1, 2], [28, 5, 21])


def windows_by_hand(model, x, frames, stride, one_answer=False, runs=RUNS):
    """Means over the windows of each run, the last filled up."""
    windows = []
    for run in map(list, runs):
        start = 0
        while not start or start - stride + frames < len(run):
            windows.append(run[start : start + frames])
            start += stride
    filled = [w + [w[-1]] * (frames - len(w)) for w in windows]
    answers = model(x[np.array(filled)].astype("float32"), training=False)
    answers = np.float64(answers["arousal_valence"])
    total, count = np.zeros((len(x), 2)), np.zeros((len(x), 1))
    for rows, answer in zip(windows, answers, strict=True):
        total[rows] += answer if one_answer else answer[: len(rows)]
        count[rows] += 1
    return np.divide(total, count, np.full_like(total, np.nan), where=count > 0)


def test_pictures_are_resized_by_the_presets_own_filter(
    tmp_path, data_dir, truth
):
    # Two in three pixels of a row count nothing, so the filter matters.
    mask = np.zeros((8, 8, 3), "float32")
    mask[:, ::3] = 1.0
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Normalization(mean=0.0, variance=1.0)(inputs)
    x = keras.layers.Flatten()(x)
    head = keras.layers.Dense(2, use_bias=False)
    outputs = head(keras.layers.Rescaling(1e-4)(x))
    model = keras.Model(inputs, {"arousal_valence": outputs})
    head.set_weights([np.stack([mask.ravel()] * 2, axis=1)])
    preset = saved(
        tmp_path / "small", model, AFFECT, input={"size": 8, "range": [0, 255]}
    )
    got = evaluate(preset, "small", SPLIT, data_dir).predictions["arousal"]
    # Area: the mean of 3 x 3 pixels, rounded.
    small = truth["image"].reshape(-1, 8, 3, 8, 3, 3).mean(axis=(2, 4))
    expected = (np.round(small) * mask).sum(axis=(1, 2, 3)) * 1e-4
    np.testing.assert_allclose(got, np.clip(expected, -1, 1), atol=5e-3)


@pytest.mark.parametrize("stride", [None, 3])
def test_windows_are_averaged_where_they_overlap(
    tmp_path, data_dir, truth, stride
):
    preset = saved(
        tmp_path / "w", window_model(8), AFFECT, sampling={"window": 8}
    )
    evaluation = evaluate(preset, "small", SPLIT, data_dir, stride=stride)
    expected = windows_by_hand(
        preset.model,
        truth["image"],
        8,
        stride or 4,  # half a window
    )
    got = evaluation.predictions
    np.testing.assert_allclose(got["arousal"], expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(got["valence"], expected[:, 1], atol=1e-5)
    assert f"8 frames, stride {stride or 4}" in evaluation.facts["windows"]
    assert evaluation.table.value("ccc", "valence") == pytest.approx(
        ccc(truth["valence"], expected[:, 1]), abs=1e-5
    )


def test_windows_longer_than_every_recording_are_filled_up(
    tmp_path, data_dir, truth
):
    preset = saved(
        tmp_path / "w", window_model(40), AFFECT, sampling={"window": 40}
    )
    evaluation = evaluate(preset, "small", SPLIT, data_dir)
    expected = windows_by_hand(preset.model, truth["image"], 40, 20)
    np.testing.assert_allclose(
        evaluation.predictions["valence"], expected[:, 1], atol=1e-5
    )
    assert "4 of 4 filled up with copies" in evaluation.facts["windows"]


def test_one_answer_a_window_goes_to_all_its_frames(tmp_path, data_dir, truth):
    preset = saved(
        tmp_path / "w", window_model(6, True), AFFECT, sampling={"window": 6}
    )
    got = evaluate(preset, "small", SPLIT, data_dir, stride=2).predictions
    expected = windows_by_hand(preset.model, truth["image"], 6, 2, True)
    np.testing.assert_allclose(got["arousal"], expected[:, 0], atol=1e-5)


def test_a_model_of_fewer_frames_a_second_sees_fewer(tmp_path, data_dir, truth):
    sampling = {"window": 3, "rate_hz": 5.0}  # of 25
    preset = saved(tmp_path / "w", window_model(3), AFFECT, sampling=sampling)
    evaluation = evaluate(preset, "small", SPLIT, data_dir)
    # Frames 0, 5, 15, 20, 25 of the first: 10 has no face, so it is a gap.
    seen = [[0, 5], [13, 18, 23], [28], [33, 38, 43, 48, 53]]
    expected = windows_by_hand(preset.model, truth["image"], 3, 1, runs=seen)
    rows = np.arange(54)
    sampled = np.unique(np.concatenate(seen))
    before = sampled[np.searchsorted(sampled, rows, "right") - 1]
    np.testing.assert_array_equal(RECORDING[before], RECORDING)
    np.testing.assert_allclose(
        evaluation.predictions["valence"], expected[before, 1], atol=1e-5
    )
    assert "about 5 frames a second" in evaluation.facts["windows"]


def features_preset(tmp_path, image, frames=4, **input_):
    described = {
        "kind": "features",
        "features_from": str(image.path),
        "features_sha256": image.config["weights"]["sha256"],
        "size": image.size,
        **input_,
    }
    return saved(
        tmp_path / "gru",
        feature_model(frames),
        AFFECT,
        input=described,
        sampling={"window": frames, "rule": "one_step_ahead"},
    )


def test_features_of_another_preset_foretell_the_frame_after(
    tmp_path, affect, data_dir, truth
):
    preset = features_preset(tmp_path, affect)
    got = evaluate(preset, "small", SPLIT, data_dir).predictions["arousal"]
    features = colours(truth["image"]).astype("float32")
    starts = np.concatenate([list(run)[:-4] for run in RUNS])
    answers = preset.model(features[starts[:, None] + np.arange(4)])
    expected = np.full(54, np.nan)
    expected[starts + 4] = answers["arousal_valence"][:, 0]
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert np.isnan(got).sum() == 4 * 4


def test_a_missing_feature_preset_is_named(tmp_path, affect, data_dir):
    preset = features_preset(tmp_path, affect, features_from="gone/preset")
    with pytest.raises(ValueError, match="expected in gone/preset. There is"):
        evaluate(preset, "small", SPLIT, data_dir)


def test_another_feature_preset_than_in_training_is_refused(
    tmp_path, affect, data_dir
):
    preset = features_preset(tmp_path, affect, features_sha256="0")
    with pytest.raises(ValueError, match="has other weights"):
        evaluate(preset, "small", SPLIT, data_dir)


def test_a_stride_for_single_pictures_is_refused(affect, data_dir):
    with pytest.raises(ValueError, match="Received: stride=2"):
        evaluate(affect, "small", SPLIT, data_dir, stride=2)
