import dataclasses

import numpy as np

from emoaff import labels
from emoaff.corpora.frame_labels import FrameLabels

EMOTIONS = labels.get("ramas").classes


@dataclasses.dataclass(frozen=True, eq=False)
class Votes:
    """How many annotators see which emotions in a recording, and when.

    Args:
        times: float64 `(n,)`, rising seconds from which on a row holds.
        votes: float64 `(n, 7)`, annotators who see each of `EMOTIONS`.
        voters: float64 `(n, 7)`, annotators who say whether they see it; 0
            where nothing is known.
        reach_s: Seconds for which a row holds, unless the next comes first.
    """

    times: np.ndarray
    votes: np.ndarray
    voters: np.ndarray
    reach_s: float

    def labels(self, agreement: int, shares: bool) -> FrameLabels:
        """Returns the labels of frames.

        Args:
            agreement: How many annotators have to see an emotion.
            shares: Whether `emotions` are shares of the annotators; else 1
                where `agreement` of them see it, 0 where fewer do, and NaN
                where there are fewer annotators than that.

        Returns:
            `emotions`, and as `expression` the emotion with most votes: -1
            where two have as many, it has fewer than `agreement`, or one of
            the seven is not known.
        """
        enough = self.voters >= (1 if shares else agreement)
        if shares:
            held = self.votes / np.maximum(self.voters, 1)
        else:
            held = (self.votes >= agreement).astype(np.float64)
        most = self.votes.max(axis=1)
        clear = np.count_nonzero(self.votes == most[:, None], axis=1) == 1
        known = (self.voters > 0).all(axis=1)
        decided = clear & known & (most >= agreement)
        return FrameLabels(
            {
                "emotions": np.where(enough, held, np.nan),
                "expression": np.where(
                    decided, self.votes.argmax(axis=1), -1
                ).astype(np.int64),
            },
            times=self.times,
            reach_s=self.reach_s,
            ahead=True,
        )
