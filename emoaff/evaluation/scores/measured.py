"""Values of one score on several sets of recordings."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Measured:
    """Values of one score on several sets.

    Args:
        measure: See `ScoreRow`.
        of: See `ScoreRow`.
        values: float `(sets,)`, NaN where undefined.
        n: int `(sets,)`, see `ScoreRow`.
        left_out: int `(sets,)`, see `ScoreRow`, or `None` for nothing.
    """

    measure: str
    of: str
    values: np.ndarray
    n: np.ndarray
    left_out: np.ndarray | None = None
