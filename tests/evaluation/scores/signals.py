"""Recordings of random affect and expressions for the tests."""

import numpy as np

NAN = float("nan")


def random_affect(recordings=7, frames=40, missing=0.1, seed=0):
    """Labels and predictions with gaps, of recordings of many lengths.

    Returns:
        float64 `(n, 2)` twice, and the recording of each frame.
    """
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, frames, recordings)
    recording = np.repeat(np.arange(recordings), lengths)
    level = rng.normal(0, 0.4, (recordings, 2))[recording]
    truth = level + rng.normal(0, 0.3, (len(recording), 2))
    prediction = 0.6 * truth + rng.normal(0.1, 0.2, truth.shape)
    truth[rng.random(truth.shape) < missing] = NAN
    prediction[rng.random(truth.shape) < missing] = NAN
    return truth, prediction, recording


def random_classes(recordings=7, frames=40, classes=4, seed=0):
    """Class labels, probabilities and recordings, some frames without.

    Returns:
        int64 `(n,)`, float64 `(n, classes)`, and the recording of each frame.
    """
    rng = np.random.default_rng(seed)
    lengths = rng.integers(3, frames, recordings)
    recording = np.repeat(np.arange(recordings), lengths)
    truth = rng.integers(0, classes, len(recording))
    odds = np.exp(rng.normal(size=(len(truth), classes)))
    odds[np.arange(len(truth)), truth] *= 3
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    truth[rng.random(len(truth)) < 0.1] = -1
    probabilities[rng.random(len(truth)) < 0.1] = NAN
    return truth, probabilities, recording


def frames_of_draw(times, recording):
    """Frame numbers of recordings concatenated as often as `times` says."""
    order = np.repeat(np.arange(len(times)), times)
    parts = [np.flatnonzero(recording == number) for number in order]
    return np.concatenate([np.zeros(0, int), *parts])
