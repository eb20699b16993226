import dataclasses
import math
import pathlib

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Labels:
    """The labels of one recording: one for all of it, or a time series.

    Args:
        valence: float64 `(n,)` in `[-1, 1]`, NaN where unlabelled.
        arousal: float64 `(n,)` in `[-1, 1]`, NaN where unlabelled.
        expression: int64 `(n,)`, index of the class, -1 where unlabelled.
        times: float64 `(n,)` rising seconds from the start of the video;
            None where `n` is 1 and the label holds throughout.
        reach_s: Seconds from its time up to which a label of a series counts.
    """

    valence: np.ndarray
    arousal: np.ndarray
    expression: np.ndarray
    times: np.ndarray | None = None
    reach_s: float = math.inf

    @classmethod
    def constant(
        cls, valence: float, arousal: float, expression: int
    ) -> "Labels":
        """Returns one label that holds throughout."""
        return cls(
            np.array([valence], np.float64),
            np.array([arousal], np.float64),
            np.array([expression], np.int64),
        )

    def at(self, time_s: float) -> tuple[float, float, int]:
        """Returns valence, arousal and class of the label nearest in time.

        Of two that are equally near, the earlier. `(NaN, NaN, -1)` where
        none is within reach.
        """
        nearest = 0
        if self.times is not None:
            distance = np.abs(self.times - time_s)
            nearest = int(np.argmin(distance))
            if distance[nearest] > self.reach_s:
                return math.nan, math.nan, -1
        return (
            float(self.valence[nearest]),
            float(self.arousal[nearest]),
            int(self.expression[nearest]),
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Recording:
    """One video, a stretch of one, or one picture, with its labels.

    Args:
        name: Unique: the path below the folder, with `#t=start,end` for a
            stretch.
        path: The file.
        subject: The person's id; the file's path where that is unknown.
        subject_is_known: Whether it is the person's.
        labels: See `Labels`.
        split: `"train"`, `"validation"`, `"test"`, or empty where not given.
        start_s: Seconds at which the stretch begins.
        end_s: Seconds before which it ends.
    """

    name: str
    path: pathlib.Path
    subject: str
    subject_is_known: bool
    labels: Labels
    split: str = ""
    start_s: float = 0.0
    end_s: float = math.inf
