"""Samples the frames of a video at a lower sampling rate."""

from __future__ import annotations

import typing

import numpy as np

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings

RULES = ("script", "notebook")


def thinned_frames(
    count: int,
    frames_per_second: float | None,
    rule: str = "script",
    target: float = 5.0,
    slow: str = "raise",
) -> np.ndarray:
    """Picks frames of a video so that about `target` a second remain.

    The two rules of EMO-AffectNet, which was trained at 5 frames a second:

    - `"script"` (`run.py`): every `frame_step`-th frame of the video from its
      first on, so all samples lie equally far apart, but the rate is only
      near `target`: 7 for a video of 7 frames a second, 4.5 for one of 18.
      Counts all frames; those without a face drop out afterwards.
    - `"notebook"` (`test_LSTM_RAVDESS.ipynb`): `count` is the number of
      frames with a face, of which `even_frames` keeps
      `round(count * target / frames_per_second)`. The rate is met, but gaps
      shift what comes after them. A video shorter than half the distance of
      two samples keeps no frame.

    Args:
        count: Number of frames.
        frames_per_second: Of the video. 0, NaN and `None` mean unknown.
        rule: One of `RULES`.
        target: Frames to keep a second.
        slow: What to do where the original code stops with an error: see
            `frame_step`. `"keep"` keeps every frame.

    Returns:
        int64, 0-based places in `range(count)`, increasing. (The original
        code counts frames from 1.)

    Raises:
        ValueError: If an argument is out of range, or see `slow`.

    Example:
    >>> thinned_frames(118, 30.0, "notebook")[:6] + 1
    array([ 1,  7, 13, 19, 25, 31])

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013),
          the authors' code
    """
    if count < 0 or rule not in RULES:
        raise ValueError(
            f"`count` must be at least 0 and `rule` one of {RULES}. "
            f"Received: count={count}, rule={rule!r}."
        )
    if rule == "script":
        step = frame_step(frames_per_second, target, slow)
        return np.arange(0, count, step, dtype=np.int64)
    if _is_unknown(frames_per_second):
        # Checks the arguments; its answer can only be to keep everything.
        frame_step(None, target, slow)
        return np.arange(count, dtype=np.int64)
    return even_frames(
        count, round(count / (float(frames_per_second) / target))
    )


def frame_step(
    frames_per_second: float | None, target: float = 5.0, slow: str = "raise"
) -> int:
    """Distance of two samples in frames, by the rule of EMO-AffectNet.

    The rate is rounded to a whole number, then its ratio to `target`; in both
    a half goes to the even neighbour.

    Args:
        frames_per_second: Of the video. 0, NaN and `None` mean unknown.
        target: Samples a second.
        slow: What to do where the step would be 0 (at most 2.5 frames a
            second for a target of 5) or the rate is unknown. `"raise"`: an
            error, as in the original code. `"keep"`: a step of 1.

    Returns:
        The step, at least 1.

    Raises:
        ValueError: If an argument is out of range, or see `slow`.

    Example:
    >>> [frame_step(rate) for rate in (7, 8, 12.5, 25, 29.97, 60)]
    [1, 2, 2, 5, 6, 12]
    """
    if not target > 0 or slow not in ("raise", "keep"):
        raise ValueError(
            "`target` must be positive and `slow` 'raise' or 'keep'. "
            f"Received: target={target}, slow={slow!r}."
        )
    unknown = _is_unknown(frames_per_second)
    step = 0 if unknown else round(round(frames_per_second) / target)
    if step < 1 and slow == "raise":
        raise ValueError(
            f"A video must have more than {target / 2:g} frames a second to "
            f"be thinned to {target:g}. Received: "
            f"frames_per_second={frames_per_second}. Give the true rate, or "
            "slow='keep' to keep every frame."
        )
    return max(step, 1)


def even_frames(count: int, kept: int) -> np.ndarray:
    """Spreads `kept` places evenly over `count`, the first one always kept.

    Counted from 1, place `k` is `1 + k * count / kept` with halves rounded
    up, as in the notebook of EMO-AffectNet.

    Args:
        count: Number of frames.
        kept: How many to keep; with `count` or more, all are kept.

    Returns:
        int64, 0-based, increasing.
    """
    if kept >= count or kept < 1:
        return np.arange(count if kept > 0 else 0, dtype=np.int64)
    # A running sum, not a product: the original adds, and the last digit
    # decides where a place falls on a half.
    places = np.cumsum(np.r_[1.0, np.full(kept - 1, count / kept)])
    whole = np.floor(places)
    return (whole + (places - whole >= 0.5)).astype(np.int64) - 1


def mark_sampled_rows(
    recordings: Recordings,
    frames_per_second: float | np.ndarray,
    rule: str = "script",
    target: float = 5.0,
    slow: str = "raise",
) -> np.ndarray:
    """Marks the frames of a corpus that are sampled.

    Fits as `usable` of `emoaff.data.windows.sliding`.

    Args:
        recordings: The labels of a split.
        frames_per_second: Of every recording, or one for each, `(names,)`.
        rule: See `thinned_frames`. `"script"` goes by `index`, so a sample
            without a face is missing; `"notebook"` by the stored frames.
        target: See `thinned_frames`.
        slow: See `thinned_frames`.

    Returns:
        bool `(n,)`.

    Raises:
        ValueError: See `thinned_frames`.
    """
    rates = np.broadcast_to(frames_per_second, len(recordings.names))
    bounds = np.searchsorted(
        recordings.recording, np.arange(len(recordings.names) + 1)
    )
    kept = np.zeros(len(recordings.index), bool)
    for rate, start, stop in zip(rates, bounds[:-1], bounds[1:], strict=True):
        if rule == "script":
            step = frame_step(rate, target, slow)
            kept[start:stop] = recordings.index[start:stop] % step == 0
        else:
            places = thinned_frames(stop - start, rate, rule, target, slow)
            kept[start + places] = True
    return kept


def _is_unknown(frames_per_second):
    # `not >` is true of NaN as well.
    return frames_per_second is None or not frames_per_second > 0
