"""Random walks as courses of affect, for the tests."""

import numpy as np

NAN = float("nan")


def random_walks(lengths=(400, 250, 330), dims=2, seed=0):
    """Smooth courses in recordings of different lengths.

    Returns:
        float64 `(n, dims)` and the recording of each frame.
    """
    rng = np.random.default_rng(seed)
    walks = [
        np.cumsum(rng.normal(0, 0.1, (length, dims)), axis=0)
        for length in lengths
    ]
    walks = [0.3 + walk - walk.mean(axis=0) for walk in walks]
    return np.concatenate(walks), np.repeat(np.arange(len(lengths)), lengths)


def earlier(course, recording, frames):
    """The course `frames` ahead (below 0: behind), within each recording."""
    parts = []
    for number in np.unique(recording):
        part = course[recording == number]
        ahead = np.arange(len(part)) + frames
        parts.append(part[np.clip(ahead, 0, len(part) - 1)])
    return np.concatenate(parts)


def noisy(seed=0, scale=0.5, bias=0.2, noise=0.1):
    """Labels, a flattened, biased, noisy prediction, and the recordings."""
    truth, recording = random_walks(seed=seed)
    rng = np.random.default_rng(seed + 1)
    prediction = scale * truth + bias + rng.normal(0, noise, truth.shape)
    return truth, prediction, recording


def step_of(chain, name, kind):
    """The fitted step of one dimension and kind."""
    (step,) = (s for s in chain.chains[name] if s.kind == kind)
    return step
