"""Repeats windows that show rare emotions and no frequent one."""

from __future__ import annotations

import collections.abc
import typing

import numpy as np

from emoaff.data.windows import Windows

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings

# Windows counted at once: 150 frames of 8 classes are then 20 MB.
CHUNK = 16_384


def count_rare_window_copies(
    recordings: Recordings,
    windows: Windows,
    rare: collections.abc.Sequence[int],
    frequent: collections.abc.Sequence[int],
    *,
    tolerated_share: float = 0.0,
    copies: int = 1,
    target_counts: collections.abc.Mapping[int, int] | None = None,
    base: Windows | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Decides how often each window is repeated, rare emotions more often.

    Tzirakis et al. repeat windows of 150 frames that contain a rare emotion
    and no frequent one. Their paper gives neither the stride of the windows
    nor the number of copies, nor whether "other" is frequent; the growth of
    its classes (x2.2 to x15, and neutral grows too) fits overlapping windows
    or some tolerance rather than one number of copies. So all are arguments:
    the stride is that of `windows`, from `emoaff.data.windows.sliding`.

    Split by subject first (`emoaff.data.subject_splits`), or copies of one
    person end up on both sides.

    `order = np.repeat(np.arange(len(windows)), copies)` with the result lists
    the windows to add to `base`.

    Args:
        recordings: The labels of a split.
        windows: The windows that may be repeated.
        rare: Class indices; a window must have a frame of one of them.
        frequent: Class indices whose frames a window must not have.
        tolerated_share: In `[0, 1]`, the largest share of a window's frames
            that may be frequent all the same. At 0, not one.
        copies: How often every such window is repeated. Not used with
            `target_counts`.
        target_counts: Class index, one of `rare`, to the number of frames it
            shall have at least, in `base` and copies together. The rarest
            class is filled first, with windows in random order, none twice
            before all others with that class were taken once more.
        base: The windows that are trained on anyway, what `target_counts`
            counts from. Defaults to `windows`.
        seed: Of the random order.

    Returns:
        int64 `(windows,)`, how often each is to be added; 0 for most.

    Raises:
        ValueError: If an argument is out of range, no window is eligible, or
            none has a class of `target_counts` that is short of frames.

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717)
    """
    counts = class_counts(recordings, windows)
    classes = counts.shape[1]
    targets = dict(target_counts or {})
    rare, frequent = list(rare), list(frequent)
    _check(rare, frequent, tolerated_share, copies, targets, classes)
    common = _count_frames(recordings, windows, frequent)
    frames = np.maximum((windows.rows >= 0).sum(axis=1), 1)
    eligible = (counts[:, rare] > 0).any(axis=1)
    eligible &= common / frames <= tolerated_share
    names = class_names(recordings)
    if not eligible.any():
        _refuse([names[c] for c in rare], [names[c] for c in frequent])
    if target_counts is None:
        return np.where(eligible, copies, 0).astype(np.int64)

    base_counts = counts if base is None else class_counts(recordings, base)
    have = base_counts.sum(axis=0)
    result = np.zeros(len(windows), np.int64)
    rng = np.random.default_rng(seed)
    for wanted in sorted(targets, key=lambda c: (have[c], c)):
        short = targets[wanted] - have[wanted]
        if short <= 0:
            continue
        useful = np.flatnonzero(eligible & (counts[:, wanted] > 0))
        if not len(useful):
            _refuse([names[wanted]], [names[c] for c in frequent])
        rounds, rest = divmod(short, counts[useful, wanted].sum())
        order = rng.permutation(useful)
        sums = np.cumsum(counts[order, wanted])
        added = np.zeros(len(windows), np.int64)
        added[useful] = rounds
        if rest:
            added[order[: np.searchsorted(sums, rest) + 1]] += 1
        result += added
        have = have + added @ counts
    return result


def class_counts(recordings: Recordings, windows: Windows) -> np.ndarray:
    """Counts the frames of each class in each window.

    A frame has the class `expression`, or, where the corpus has `emotions`,
    every class above 0.5 there. Frames without a label have none.

    Args:
        recordings: The labels of a split.
        windows: Windows of it. A row that a window repeats counts each time.

    Returns:
        int64 `(windows, classes)`.
    """
    held = _mark_classes(recordings)
    counts = np.zeros((len(windows), held.shape[1]), np.int64)
    for start in range(0, len(windows), CHUNK):
        part = slice(start, start + CHUNK)
        counts[part] = held[windows.rows[part]].sum(axis=1)
    return counts


def tabulate_oversampling(
    recordings: Recordings,
    windows: Windows,
    copies: np.ndarray,
    base: Windows | None = None,
) -> dict[str, tuple[int, int]]:
    """Frames of each class before and after oversampling.

    Args:
        recordings: The labels of a split.
        windows: The windows that may be repeated.
        copies: What `count_rare_window_copies` returned for them.
        base: The windows trained on anyway. Defaults to `windows`.

    Returns:
        Class name to `(before, after)`; the class index as text where the
        corpus has no names.
    """
    counts = class_counts(recordings, windows)
    base_counts = counts if base is None else class_counts(recordings, base)
    before = base_counts.sum(axis=0)
    after = before + np.asarray(copies) @ counts
    return {
        name: (int(n), int(m))
        for name, n, m in zip(
            class_names(recordings), before, after, strict=True
        )
    }


def class_names(recordings: Recordings) -> tuple[str, ...]:
    """Names of the classes that `class_counts` counts."""
    if recordings.space is not None:
        return tuple(recordings.space.classes)
    return tuple(str(i) for i in range(_mark_classes(recordings).shape[1]))


def _mark_classes(recordings):
    """One row a frame, and one of nothing that row number -1 reads."""
    if recordings.emotions is not None:
        # NaN is not above 0.5.
        held = np.asarray(recordings.emotions) > 0.5
    else:
        expression = recordings.expression
        space = recordings.space
        classes = (
            expression.max(initial=-1) + 1 if space is None else len(space)
        )
        held = expression[:, None] == np.arange(classes)
    return np.concatenate([held, np.zeros((1, held.shape[1]), bool)])


def _count_frames(recordings, windows, classes):
    """Frames of each window with any of the classes, several at once or not."""
    held = _mark_classes(recordings)[:, classes].any(axis=1)
    return held[windows.rows].sum(axis=1)


def _check(rare, frequent, tolerated_share, copies, targets, classes):
    named = rare + frequent
    if (
        not rare
        or len(set(named)) != len(named)
        or not (0 <= min(named) and max(named) < classes)
    ):
        raise ValueError(
            "`rare`, at least one, and `frequent` must be different class "
            f"indices in [0, {classes - 1}]. Received: rare={rare}, "
            f"frequent={frequent}."
        )
    if not 0 <= tolerated_share <= 1 or copies < 0:
        raise ValueError(
            "`tolerated_share` must lie in [0, 1] and `copies` be at least 0. "
            f"Received: tolerated_share={tolerated_share}, copies={copies}."
        )
    if not set(targets) <= set(rare):
        raise ValueError(
            "`target_counts` must name classes of `rare`. Received: "
            f"target_counts={targets}, rare={rare}."
        )


def _refuse(rare, frequent):
    raise ValueError(
        f"At least one window must show {' or '.join(rare)} and little enough "
        f"of {' and '.join(frequent) or 'nothing'} to be repeated. Received: "
        "windows without one. Raise `tolerated_share`, name fewer frequent "
        "classes, or cut shorter windows."
    )
