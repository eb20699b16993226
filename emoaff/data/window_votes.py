"""Turns predictions of overlapping windows into labels of frames and videos."""

import numpy as np


def sample_windows(
    count: int, frames: int = 10, stride: int = 5, rule: str = "script"
) -> np.ndarray:
    """Cuts the samples of one video into windows as EMO-AffectNet does.

    Windows start at samples 0, `stride`, `2 * stride` and so on, as long as
    there is a sample to start at; a window that runs past the last sample
    repeats it. So the last window may be one sample many times over, and lie
    wholly inside the one before (`emoaff.data.windows.sliding` has no such
    windows).

    Args:
        count: Number of samples of the video (frames that thinning kept and
            that have a face).
        frames: Samples in a window. 10, at 5 a second, are 2 seconds.
        stride: Samples from one window's start to the next's.
        rule: `"script"` (`run.py`) as above. `"notebook"`
            (`test_LSTM_RAVDESS.ipynb`) differs up to `count == frames`: one
            window, never two.

    Returns:
        int64 `(windows, frames)`, sample numbers. No window where there is
        no sample.

    Raises:
        ValueError: If an argument is out of range.

    Example:
    >>> sample_windows(7)
    array([[0, 1, 2, 3, 4, 5, 6, 6, 6, 6],
           [5, 6, 6, 6, 6, 6, 6, 6, 6, 6]])

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013),
          the authors' code
    """
    _check_choice("rule", rule, ("script", "notebook"))
    if count < 0 or min(frames, stride) < 1:
        raise ValueError(
            "`count` must be at least 0, `frames` and `stride` at least 1. "
            f"Received: count={count}, frames={frames}, stride={stride}."
        )
    starts = np.arange(0, count, stride)
    if rule == "notebook" and count <= frames:
        starts = starts[:1]
    return np.minimum(starts[:, None] + np.arange(frames), count - 1)


def spread_windows_to_frames(
    windows: np.ndarray,
    samples: np.ndarray,
    probabilities: np.ndarray,
    count: int,
    lead: str = "nan",
) -> np.ndarray:
    """Spreads one prediction a window over all frames of a video.

    The rule of EMO-AffectNet's `run.py`: a window's prediction goes to every
    frame from its first to its last sample, the frames in between included. A
    frame in several windows gets the mean. Frames after the last sample get
    the last window's prediction alone.

    Args:
        windows: int `(windows, frames)`, sample numbers, as from
            `sample_windows`.
        samples: int `(samples,)`, 0-based frame number of each sample,
            increasing.
        probabilities: `(windows, classes)`.
        count: Number of frames of the video.
        lead: What frames before the first sample get (no face was seen yet).
            `"nan"`: no prediction; the original leaves these rows out of its
            report. `"first"`: the first window's prediction.

    Returns:
        float64 `(count, classes)`, NaN where there is no prediction.

    Raises:
        ValueError: If the shapes do not fit, a frame number lies outside the
            video, or `lead` is another word.

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013),
          the authors' code, `run.py`
    """
    _check_choice("lead", lead, ("nan", "first"))
    windows, samples = np.asarray(windows), np.asarray(samples)
    probabilities = np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or len(probabilities) != len(windows):
        raise ValueError(
            "`probabilities` must have a row for each window. Received: "
            f"probabilities.shape={probabilities.shape}, {len(windows)} "
            "windows."
        )
    result = np.full((count, probabilities.shape[1]), np.nan)
    if not len(windows):
        return result
    first, last = samples[windows[:, 0]], samples[windows[:, -1]]
    if first.min() < 0 or last.max() >= count:
        raise ValueError(
            f"`samples` must be frames of the video, 0 to {count - 1}. "
            f"Received: {first.min()} to {last.max()}."
        )
    total, votes = np.zeros_like(result), np.zeros((count, 1))
    for row, start, stop in zip(probabilities, first, last + 1, strict=True):
        total[start:stop] += row
        votes[start:stop] += 1
    np.divide(total, votes, out=result, where=votes > 0)
    result[last[-1] + 1 :] = probabilities[-1]
    if lead == "first":
        result[: first[0]] = probabilities[0]
    return result


def vote_video_label(probabilities: np.ndarray, rule: str = "mode") -> int:
    """Names the class of a whole video from its windows' predictions.

    Args:
        probabilities: `(windows, classes)`; rows with a NaN do not count.
        rule: `"mode"`: the class that most windows find most probable, the
            smallest index of equals (EMO-AffectNet's `run.py`). `"sum"`: the
            class with the largest sum over windows (its notebook, which
            evaluates the model).

    Returns:
        Class index; -1 where there is no window.

    Raises:
        ValueError: If `rule` is another word.
    """
    _check_choice("rule", rule, ("mode", "sum"))
    rows = np.asarray(probabilities, np.float64)
    rows = rows[~np.isnan(rows).any(axis=1)]
    if not len(rows):
        return -1
    if rule == "sum":
        return int(rows.sum(axis=0).argmax())
    return int(np.bincount(rows.argmax(axis=1)).argmax())


def average_overlaps(
    rows: np.ndarray, values: np.ndarray, count: int
) -> np.ndarray:
    """Averages what overlapping windows predict for each of their frames.

    A frame that fills up a window by repetition counts once in that window,
    with the value at its first place.

    Args:
        rows: int `(windows, frames)`, frame of each place, as in
            `emoaff.data.windows.Windows`; -1 is no frame.
        values: `(windows, frames, dims)`, predictions of any unit. Broadcast
            a `(windows, 1, dims)` array for windows with one prediction.
        count: Number of frames, larger than every row.

    Returns:
        float64 `(count, dims)`, NaN for frames in no window.

    Raises:
        ValueError: If the shapes do not fit or a row is out of range.
    """
    rows, values = np.asarray(rows), np.asarray(values)
    if values.ndim != 3 or rows.shape != values.shape[:2]:
        raise ValueError(
            "`rows` must be (windows, frames) and `values` (windows, frames, "
            f"dims). Received: rows.shape={rows.shape}, "
            f"values.shape={values.shape}."
        )
    if rows.size and not (-1 <= rows.min() and rows.max() < count):
        raise ValueError(
            f"`rows` must lie in [-1, {count - 1}]. Received: "
            f"[{rows.min()}, {rows.max()}]."
        )
    counts = rows >= 0
    counts[:, 1:] &= rows[:, 1:] != rows[:, :-1]
    reached, weights = rows[counts], values[counts]
    votes = np.bincount(reached, minlength=count)
    result = np.full((count, values.shape[2]), np.nan)
    for dim in range(values.shape[2]):
        total = np.bincount(reached, weights[:, dim], minlength=count)
        np.divide(total, votes, out=result[:, dim], where=votes > 0)
    return result


def vote_window_label(labels: np.ndarray) -> np.ndarray:
    """The most frequent class of each window.

    Frames without a label (-1) do not count while another frame has one. Of
    equally frequent classes the one seen first wins, as in EMO-AffectNet's
    notebook.

    Args:
        labels: int `(windows, frames)`, class indices, -1 is no label.

    Returns:
        int64 `(windows,)`; -1 for windows without any label.

    Raises:
        ValueError: If `labels` is not of that form.
    """
    labels = np.asarray(labels)
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            "`labels` must be integers of shape (windows, frames). Received: "
            f"shape={labels.shape}, dtype={labels.dtype}."
        )
    best = np.full(len(labels), -1, np.int64)
    most = np.zeros(len(labels), np.int64)
    frames = labels.shape[1]
    for index in np.unique(labels[labels >= 0]):
        here = labels == index
        # Frequency first, then how early: no two classes start at one place.
        score = here.sum(axis=1) * (frames + 1) - here.argmax(axis=1)
        better = here.any(axis=1) & (score > most)
        best[better], most[better] = index, score[better]
    return best


def _check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(
            f"`{name}` must be one of {choices}. Received: {name}={value!r}."
        )
