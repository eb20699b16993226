"""Label tables of made-up recordings, in the form of `Recordings`."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class LabelTable:
    recording: np.ndarray
    index: np.ndarray
    expression: np.ndarray
    names: tuple
    subjects: tuple
    emotions: np.ndarray | None = None
    space: Any = None
    dataset: str = "made_up"
    split: str = "train"

    def __len__(self):
        return len(self.index)


def label_table(*indices, expression=None, **more):
    """One recording for each list of source frame numbers."""
    index = np.concatenate([[], *indices]).astype(np.int64)
    if expression is None:
        expression = np.full(len(index), -1)
    names = tuple("abcdefghijklmnopqrstuvwxyz"[: len(indices)])
    more.setdefault("subjects", tuple(f"person {name}" for name in names))
    return LabelTable(
        recording=np.repeat(np.arange(len(names)), list(map(len, indices))),
        index=index,
        expression=np.asarray(expression, np.int64),
        names=names,
        **more,
    )
