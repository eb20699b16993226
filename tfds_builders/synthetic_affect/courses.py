"""How a drawn person feels over time: valence and arousal, frame by frame."""

import dataclasses

import numpy as np
from scipy import signal

from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.affect_plane import PROTOTYPES

# How often each class is felt, neutral left out. "realeyes" follows the frame
# counts of arXiv 2111.02717, Table 3: happy, surprise, disgust and contempt
# as they are; sadness, anger and fear take the places of its confusion,
# other and empathy, which this plane does not have.
SHARES = {
    "even": dict.fromkeys(CLASSES[1:], 1.0),
    "realeyes": {
        "happiness": 60_179,
        "sadness": 56_683,
        "surprise": 15_786,
        "fear": 10_173,
        "disgust": 10_065,
        "anger": 57_425,
        "contempt": 8_581,
    },
}


@dataclasses.dataclass(frozen=True)
class Course:
    """Settings of how lively the feelings of a recording are.

    Args:
        calm_s: Mean seconds of calm between two feelings.
        hold_s: Shortest and longest time for which a feeling holds.
        peak: Least and greatest strength; 1 reaches the class's prototype.
        wander: Standard deviation of the slow wandering around the course.
        acted: Whether a recording shows one feeling from shortly after its
            start until shortly before its end.
    """

    calm_s: float = 1.2
    hold_s: tuple[float, float] = (0.6, 2.2)
    peak: tuple[float, float] = (0.7, 1.15)
    wander: float = 0.07
    acted: bool = False


def wandering(
    rng: np.random.Generator, frames: int, fps: float, constant_s: float
) -> np.ndarray:
    """Draws a stationary first-order process of mean 0 and variance 1.

    Args:
        rng: Source of chance.
        frames: Number of values.
        fps: Values a second.
        constant_s: Seconds after which its autocorrelation is `1 / e`.

    Returns:
        float64 `(frames,)`.
    """
    keep = np.exp(-1.0 / (fps * constant_s))
    steps = rng.standard_normal(frames) * np.sqrt(1 - keep**2)
    start = rng.standard_normal() * keep
    return signal.lfilter([1.0], [1.0, -keep], steps, zi=[start])[0]


def draw_course(
    rng: np.random.Generator,
    frames: int,
    fps: float,
    course: Course,
    shares: dict[str, float],
    lead: int = 0,
) -> np.ndarray:
    """Draws one recording's true valence and arousal.

    Args:
        rng: Source of chance.
        frames: Number of frames.
        fps: Frames a second.
        course: How lively it is.
        shares: Class name to how often it is felt, against the others.
        lead: Number of frames to draw before the first one.

    Returns:
        float64 `(lead + frames, 2)`, valence then arousal, in `[-1, 1]`.
    """
    clock = np.arange(-lead, frames) / fps
    times, targets = _draw_turns(rng, clock[0], frames / fps, course, shares)
    path = _eased(clock, np.array(times), np.array(targets))
    noise = [wandering(rng, len(clock), fps, 1.5) for _ in range(2)]
    return np.clip(path + course.wander * np.stack(noise, axis=1), -1, 1)


def _draw_turns(rng, start, end, course, shares):
    """The seconds at which a course turns, and where it is then."""
    names = list(shares)
    chance = np.array([shares[name] for name in names], float)
    chance /= chance.sum()
    times, targets = [start], [np.zeros(2)]
    if course.acted:
        now = rng.uniform(0.1, 0.4)
    else:
        now = start + rng.exponential(course.calm_s)
    while now < end:
        place = np.array(PROTOTYPES[names[rng.choice(len(names), p=chance)]])
        target = place * rng.uniform(*course.peak) + rng.normal(0, 0.05, 2)
        onset, offset = rng.uniform(0.25, 0.7), rng.uniform(0.4, 0.9)
        hold = rng.uniform(*course.hold_s)
        if course.acted:
            hold = max(end - now - onset - offset - 0.2, 0.2)
        times += [now, now + onset, now + onset + hold]
        targets += [targets[-1], target, target]
        now += onset + hold + offset
        times.append(now)
        targets.append(rng.normal(0, 0.05, 2))
        now += rng.exponential(course.calm_s) + 0.2
        if course.acted:
            break
    return [*times, max(end, now)], [*targets, targets[-1]]


def _eased(clock, times, targets):
    """Values at `clock` that start and stop softly at each turn."""
    k = np.clip(np.searchsorted(times, clock, "right") - 1, 0, len(times) - 2)
    span = np.maximum(times[k + 1] - times[k], 1e-9)
    share = np.clip((clock - times[k]) / span, 0, 1)[:, np.newaxis]
    share = share * share * (3 - 2 * share)
    return targets[k] + share * (targets[k + 1] - targets[k])
