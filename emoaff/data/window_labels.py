"""Targets that models are trained on, window by window."""

import numpy as np

TARGETS = (
    "valence_arousal",
    "arousal_valence",
    "expression",
    "emotions",
    "distribution",
)
RULES = ("frames", "last", "mode")


class WindowLabels:
    """Gathers the labels of windows from `Recordings`, as models learn them.

    Labels are float32 and NaN where there is none, and in places of a window
    without a frame:

    - `"valence_arousal"`, `"arousal_valence"`: two numbers in [-1, 1], in the
      order of the name;
    - `"expression"`: the class as one-hot;
    - `"emotions"`, `"distribution"`: as in `Recordings`.

    Rules:

    - `"frames"`: `(windows, frames, c)`, a label a frame. If the windows have
      `targets`, `(windows, k, c)`, or `(windows, c)` for `k == 1`.
    - `"last"`: `(windows, c)`, that of the last frame (or target).
    - `"mode"`: `(windows, c)`, the most frequent class of the labelled frames,
      the smallest of equally frequent ones, as in EMO-AffectNet. For
      `"expression"` only.

    Args:
        recordings: `Recordings`.
        windows: `Windows` of these.
        targets: Names of outputs, some of `TARGETS`. May be empty.
        rule: One of `RULES`.

    Raises:
        ValueError: If a name is unknown, or the corpus has no such labels.
    """

    def __init__(self, recordings, windows, targets, rule="frames"):
        if isinstance(targets, str) or not set(targets) <= set(TARGETS):
            raise ValueError(
                f"`targets` must be a tuple of names of {TARGETS}. Received: "
                f"targets={targets!r}."
            )
        if rule not in RULES or (
            rule == "mode" and set(targets) - {"expression"}
        ):
            raise ValueError(
                f"`label_of` must be one of {RULES}, and 'mode' only for the "
                f"target 'expression'. Received: label_of={rule!r}, "
                f"targets={tuple(targets)}."
            )
        self._tables = {name: _table(recordings, name) for name in targets}
        self._windows, self._rule = windows, rule

    def __call__(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the labels of some windows by target.

        Args:
            numbers: int64, numbers of windows; where this says `windows`, the
                labels have its shape.
        """
        rows = self._windows.targets
        rows = (self._windows.rows if rows is None else rows)[numbers]
        if self._rule == "last":
            last = rows.shape[-1] - 1 - (rows[..., ::-1] >= 0).argmax(axis=-1)
            rows = np.take_along_axis(rows, last[..., None], axis=-1)
        labels = {n: _gather_rows(t, rows) for n, t in self._tables.items()}
        if self._rule == "mode":
            labels = {name: _find_mode(label) for name, label in labels.items()}
        elif self._rule == "last" or (
            self._windows.targets is not None and rows.shape[-1] == 1
        ):
            labels = {name: label[..., 0, :] for name, label in labels.items()}
        return labels


def _table(recordings, name):
    """Rows by which labels are looked up, and which row each frame reads."""
    if name in ("valence_arousal", "arousal_valence"):
        pair = [getattr(recordings, dim) for dim in name.split("_")]
        return np.stack(pair, axis=-1), None
    if name == "expression":
        table = recordings.space
        if table is not None:
            return np.eye(len(table), dtype=np.float32), recordings.expression
    else:
        table = getattr(recordings, name)
    if table is None:
        raise ValueError(
            f"{recordings.dataset} must have {name!r} to learn it. Received: "
            "none. Choose another target."
        )
    return table, None


def _gather_rows(table, rows):
    values, which = table
    known = rows >= 0
    if which is not None:
        rows = which[rows]
        known &= rows >= 0
    return np.where(known[..., None], values[rows], np.float32(np.nan))


def _find_mode(label):
    votes = np.nansum(label, axis=-2)
    known = votes.sum(axis=-1, keepdims=True) > 0
    one_hot = np.eye(votes.shape[-1], dtype=np.float32)[votes.argmax(axis=-1)]
    return np.where(known, one_hot, np.float32(np.nan))
