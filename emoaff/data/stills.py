"""Still-picture corpora held in memory: pictures, votes and labels."""

import dataclasses
import os

import numpy as np

from emoaff import corpora


@dataclasses.dataclass(frozen=True)
class Stills:
    """Pictures of one split, in the order of its TFRecords.

    Args:
        images: uint8 `(n, height, width, channels)`, 0-255.
        expression: int64 `(n,)`, index in the corpus's label space, -1 where
            there is no label.
        distribution: float32 `(n, classes)`, share of the votes for each
            class, rows sum to 1; NaN rows where no class has a vote left or
            "unknown" or "no face" won.
    """

    images: np.ndarray
    expression: np.ndarray
    distribution: np.ndarray

    def __len__(self):
        return len(self.images)

    @property
    def classes(self) -> int:
        """Number of classes of the corpus's label space."""
        return self.distribution.shape[1]

    def take(self, which: np.ndarray) -> "Stills":
        """Returns the pictures that `which` (mask or indices) picks."""
        return Stills(
            self.images[which], self.expression[which], self.distribution[which]
        )


def load_stills(dataset: str, split: str, data_dir: str | os.PathLike):
    """Reads a built still-picture corpus with votes into memory.

    Args:
        dataset: See `emoaff.corpora.make_builder`.
        split: See `emoaff.corpora.load`.
        data_dir: Where the corpus was built.

    Returns:
        `Stills`.

    Raises:
        FileNotFoundError, ValueError: See `emoaff.corpora.load`.
    """
    examples = list(corpora.load(dataset, split, data_dir).as_numpy_iterator())

    def column(name):
        return np.stack([example[name] for example in examples])

    return Stills(
        images=column("image"),
        expression=column("expression"),
        distribution=compute_vote_distribution(
            column("votes"), column("votes_unknown"), column("votes_no_face")
        ),
    )


def compute_vote_distribution(votes, unknown, no_face):
    """Turns FER+ votes into one distribution a picture.

    Single votes are dropped as outliers first. A picture whose most frequent
    answer is then "unknown" or "no face" has no distribution.

    Args:
        votes: `(n, classes)`, raw votes.
        unknown: `(n,)`, raw votes for "unknown".
        no_face: `(n,)`, raw votes for "no face".

    Returns:
        float32 `(n, classes)`, rows sum to 1, or are NaN.

    References:
        - [Barsoum et al., 2016](https://arxiv.org/abs/1608.01041)
    """
    everything = np.column_stack([votes, unknown, no_face])
    kept = np.where(everything > 1, everything, 0.0)
    classes = kept[:, : votes.shape[1]]
    total = classes.sum(axis=1, keepdims=True)
    usable = (kept.argmax(axis=1) < votes.shape[1]) & (total[:, 0] > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = classes / total
    return np.where(usable[:, None], shares, np.nan).astype(np.float32)
