"""Which frames of a corpus form which windows, decided on labels alone."""

from __future__ import annotations

import dataclasses
import typing

import numpy as np

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings

TAILS = ("drop", "shift", "repeat", "pad")


@dataclasses.dataclass(frozen=True)
class Windows:
    """Windows as row numbers into the `Recordings` they were cut from.

    A window costs 8 bytes a frame, so a stride of 1 costs `8 * frames` bytes
    for every frame of the corpus.

    Args:
        rows: int64 `(windows, frames)`, rows of the `Recordings`; -1 is a
            place without a frame, which only `tail="pad"` makes.
        recording: int64 `(windows,)`, the recording each window lies in.
        targets: int64 `(windows, k)`, the rows whose labels are to be
            predicted, where those are not the window's own; else `None`.

    Raises:
        ValueError: If the arrays do not have these shapes.
    """

    rows: np.ndarray
    recording: np.ndarray
    targets: np.ndarray | None = None

    def __post_init__(self):
        shapes = [np.shape(self.rows), np.shape(self.recording)]
        ranks = [2, 1]
        if self.targets is not None:
            shapes.append(np.shape(self.targets))
            ranks.append(2)
        lengths = {shape[:1] for shape in shapes}
        if [len(shape) for shape in shapes] != ranks or len(lengths) != 1:
            raise ValueError(
                "`Windows` expects rows (windows, frames), recording "
                "(windows,) and targets (windows, k) or None. "
                f"Received: shapes={shapes}."
            )

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: np.ndarray) -> Windows:
        """Returns the windows that `which` (mask or numbers) picks."""
        targets = None if self.targets is None else self.targets[which]
        return Windows(self.rows[which], self.recording[which], targets)


def sliding(
    recordings: Recordings,
    frames: int,
    stride: int | None = None,
    *,
    step: int = 1,
    jump_gaps: bool = False,
    tail: str = "drop",
    labelled: np.ndarray | None = None,
    usable: np.ndarray | None = None,
) -> Windows:
    """Cuts every recording into windows, in stored order.

    A run is a stretch of one recording without a gap. A gap is a jump of
    `index` that is larger than the most common jump in the same recording
    (the smallest of equally common ones), so a recording stored at every
    second frame is not all gaps. Windows never leave their run, and windows
    of one recording start at its first frame and again after each gap.

    What is left at the end of a run, after its last full window:

    - `"drop"`: it is in no window.
    - `"shift"`: one more window ends at the run's last frame and overlaps the
      window before. A run shorter than a window is repeated, as below.
    - `"repeat"`: one more window, at the next regular place, is filled up
      with copies of the run's last frame.
    - `"pad"`: the same, filled up with -1.

    All but `"drop"` reach every frame, if `stride <= frames` and `step == 1`.

    Args:
        recordings: The labels of a split.
        frames: Frames in a window, at least 1.
        stride: From one window's first frame to the next's, in taken frames.
            Defaults to `frames`, windows that do not overlap.
        step: Takes every `step`-th frame of a run, from its first on.
        jump_gaps: Whether a recording is one run whatever is missing in it.
        tail: One of `TAILS`.
        labelled: bool `(n,)`, marks the frames with a label; windows without
            any such frame are left out.
        usable: bool `(n,)`, the frames that exist for this purpose; the
            others are as good as not stored, also for what is a gap. `None`
            for all.

    Returns:
        The windows, recording by recording, each in time order.

    Raises:
        ValueError: If an argument is out of range, no run is as long as a
            window (`tail="drop"`), no window has a labelled frame, or the
            frames of a recording are not in order.
    """
    stride = frames if stride is None else stride
    if min(frames, stride, step) < 1 or tail not in TAILS:
        raise ValueError(
            "`frames`, `stride` and `step` must be at least 1 and `tail` one "
            f"of {TAILS}. Received: frames={frames}, stride={stride}, "
            f"step={step}, tail={tail!r}."
        )
    rows = _rows(recordings, usable)
    start, length = _runs(recordings, rows, jump_gaps)
    # One number a run: its frames that `step` takes, the windows that fit in,
    # and whether one more takes what is left.
    taken = -(-length // step)
    full = np.where(taken < frames, 0, (taken - frames) // stride + 1)
    more = np.zeros(len(taken), bool)
    if tail != "drop":
        reached = np.where(full > 0, (full - 1) * stride + frames, 0)
        more = (reached < taken) & (full * stride < taken)
    count = full + more
    if not count.any():
        _refuse(recordings, rows, start, taken, frames)

    # One number a window: its run, and which of the run's windows it is.
    run = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    first = number * stride
    if tail == "shift":
        latest = np.maximum(taken - frames, 0)[run]
        first = np.minimum(first, latest)
    # `(windows, frames)`: first as taken frames of the run, then as places in
    # `rows`. Changed in place, since a corpus's takes gigabytes.
    place = first[:, None] + np.arange(frames)
    last = (taken - 1)[run][:, None]
    outside = place > last if tail == "pad" else None
    np.minimum(place, last, out=place)
    place *= step
    place += start[run][:, None]
    cut = place if usable is None else rows[place]
    if outside is not None:
        cut[outside] = -1
    windows = Windows(cut, recordings.recording[rows[start[run]]])
    if labelled is None:
        return windows
    return _keep_labelled(
        windows, _check_mask(recordings, labelled, "labelled")
    )


def one_step_ahead(
    recordings: Recordings, usable: np.ndarray, frames: int = 100
) -> Windows:
    """Windows of consecutive frames whose target is the frame after them.

    The rule of Rangulov and Fahim's code: a window starts at every usable
    frame `f` for which the `frames`-th next usable frame of the recording is
    exactly frame `f + frames`. Its input is frames `f` to `f + frames - 1`,
    its target the label of frame `f + frames`.

    Args:
        recordings: The labels of a split; `index` counts every source frame.
        usable: bool `(n,)`, frames with a face crop and both labels.
        frames: Frames in a window, at least 1.

    Returns:
        Windows with `targets` of shape `(windows, 1)`.

    Raises:
        ValueError: If `frames` is less than 1, no recording has `frames + 1`
            usable frames in a row, or frames are not in order.

    References:
        - [Rangulov and Fahim, 2020](https://arxiv.org/abs/2006.11168), the
          authors' code, `get_sequence_partition` and `get_sequence_target`
    """
    if frames < 1:
        raise ValueError(
            f"`frames` must be at least 1. Received: frames={frames}."
        )
    rows = _rows(recordings, usable)
    start, length = _runs(recordings, rows, jump_gaps=False, usual=1)
    if not len(length) or length.max() <= frames:
        _refuse(recordings, rows, start, length, frames + 1)
    # The `frames`-th next usable frame is `frames` further in the source only
    # if none between is missing.
    head, target = rows[:-frames], rows[frames:]
    recording, index = recordings.recording, recordings.index
    whole = (recording[head] == recording[target]) & (
        index[target] == index[head] + frames
    )
    cut = np.lib.stride_tricks.sliding_window_view(rows, frames)[:-1][whole]
    return Windows(cut, recording[head[whole]], target[whole][:, None])


def _rows(recordings, usable):
    if usable is None:
        return np.arange(len(recordings.index))
    return np.flatnonzero(_check_mask(recordings, usable, "usable"))


def _check_mask(recordings, mask, name):
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != recordings.index.shape:
        raise ValueError(
            f"`{name}` must be a bool for each frame, shape "
            f"{recordings.index.shape}. Received: shape={mask.shape}, "
            f"dtype={mask.dtype}."
        )
    return mask


def _runs(recordings, rows, jump_gaps, usual=None):
    """First place in `rows` and length of each stretch without a gap."""
    recording, jump = (
        recordings.recording[rows],
        np.diff(recordings.index[rows]),
    )
    # `new[i]`: row i begins a run. `jump[i]` leads from row i to row i + 1.
    new = np.ones(len(rows), bool)
    new[1:] = recording[1:] != recording[:-1]
    inside = ~new[1:]
    if (jump[inside] < 1).any():
        wrong = recording[1:][inside & (jump < 1)][0]
        raise ValueError(
            "The frames of a recording must be in order of `index`, each once. "
            f"Received: recording={recordings.names[wrong]!r}. Build the "
            "corpus anew."
        )
    if not jump_gaps:
        if usual is None:
            usual = _find_usual_jump(recording[1:], jump, inside, recordings)
        new[1:] |= inside & (jump > usual)
    start = np.flatnonzero(new)
    return start, np.diff(np.append(start, len(rows)))


def _find_usual_jump(recording, jump, inside, recordings):
    """The most common jump of the recording that each jump lies in."""
    width = jump[inside].max(initial=1) + 1
    # Pairs as one number: np.unique over rows is some twenty times slower.
    pairs, count = np.unique(
        recording[inside] * width + jump[inside], return_counts=True
    )
    owner, size = np.divmod(pairs, width)
    # Sorted by recording, then the most frequent, then the smallest: the first
    # of each recording is wanted.
    order = np.lexsort((size, -count, owner))
    owner, best = np.unique(owner[order], return_index=True)
    usual = np.ones(len(recordings.names), np.int64)
    usual[owner] = size[order][best]
    return usual[recording]


def _keep_labelled(windows, labelled):
    kept = (labelled[windows.rows] & (windows.rows >= 0)).any(axis=1)
    if not kept.any():
        raise ValueError(
            "At least one window must have a labelled frame. Received: "
            f"{np.count_nonzero(labelled)} labelled frames in all, "
            f"{len(windows)} windows. Choose the labels that the split has."
        )
    return windows.take(kept)


def _refuse(recordings, rows, start, length, needed):
    where = f"{recordings.dataset}, split {recordings.split!r},"
    if not len(length):
        raise ValueError(
            f"{where} must have usable frames. Received: none of "
            f"{len(recordings.index)}. Check the labels and faces it has."
        )
    longest = length.argmax()
    name = recordings.names[recordings.recording[rows[start[longest]]]]
    raise ValueError(
        f"A window must not be longer than every recording: {where} has at "
        f"most {length[longest]} frames without a gap, in recording {name!r}. "
        f"Received: windows that need {needed}. Use shorter windows, or for "
        "`sliding` another `tail`, a smaller `step`, or `jump_gaps=True`."
    )
