"""The labels of one synthetic recording, and what is missing in them."""

import dataclasses

import numpy as np

from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.affect_plane import name_expression
from tfds_builders.synthetic_affect.courses import draw_course
from tfds_builders.synthetic_affect.raters import rate
from tfds_builders.synthetic_affect.styles import Style

UNLABELLED = 0.03  # share of frames
_SPELL_S = 0.6  # how long labels are missing at a time
_LEAD_S = 3.0  # seconds that raters see before the first frame


@dataclasses.dataclass(frozen=True, eq=False)
class Labels:
    """The labels of each frame of one recording.

    Args:
        truth: `(frames, 2)` float32, the valence and arousal that draw the
            face; never NaN.
        gold: `(frames, 2)` float32, mean of the raters; NaN where unlabelled.
        expression: `(frames,)` int64, class of `truth`; -1 where unlabelled.
        emotions: `(frames, 8)` float32, that as one-hot; NaN where
            unlabelled.
        has_face: `(frames,)` bool, whether a face was found.
    """

    truth: np.ndarray
    gold: np.ndarray
    expression: np.ndarray
    emotions: np.ndarray
    has_face: np.ndarray


def draw_labels(
    rng: np.random.Generator, style: Style, shares: dict[str, float]
) -> Labels:
    """Draws the course of one recording and has it rated.

    Args:
        rng: Source of chance.
        style: Of which corpus.
        shares: How often each feeling is felt, see `courses.SHARES`.

    Returns:
        The labels of all frames, those without a face too.
    """
    frames = int(rng.integers(*style.frames, endpoint=True))
    lead = round(_LEAD_S * style.fps)
    course = draw_course(rng, frames, style.fps, style.course, shares, lead)
    gold = rate(rng, course, style.fps, frames, style.raters).mean(axis=0)
    truth = course[lead:].astype("f4")
    expression = name_expression(*truth.T)
    emotions = np.eye(len(CLASSES), dtype="f4")[expression]
    unlabelled = _draw_spells(rng, frames, style.fps)
    gold[unlabelled], emotions[unlabelled] = np.nan, np.nan
    expression[unlabelled] = -1
    has_face = np.ones(frames, bool)
    if rng.random() < style.gap:
        length = round(rng.uniform(0.3, 1.2) * style.fps)
        start = rng.integers(1, max(frames - length, 2))
        has_face[start : start + length] = False
    return Labels(truth, gold.astype("f4"), expression, emotions, has_face)


def _draw_spells(rng, frames, fps):
    """Marks about `UNLABELLED` of the frames, some in a row."""
    marked = np.zeros(frames, bool)
    length = max(round(_SPELL_S * fps), 1)
    for start in np.flatnonzero(rng.random(frames) < UNLABELLED / length):
        marked[start : start + length] = True
    return marked
