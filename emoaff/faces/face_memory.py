"""The faces that were seen of each person, as embeddings."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_embedder import normalise


@dataclasses.dataclass(eq=False)
class Glimpse:
    """One look at a face, embedded only if it is needed.

    Args:
        crop: What `FaceEmbedder.cut` gives; None once it is embedded.
        vector: Its embedding; None before.
    """

    crop: np.ndarray | None
    vector: np.ndarray | None = None


class FaceMemory:
    """Keeps the mean embedding of each person's faces.

    Embedding costs time, so a face waits until it has to be compared: in a
    video with one person, for ever.

    Args:
        embedder: See `FaceEmbedder`.
    """

    def __init__(self, embedder: FaceEmbedder):
        self._embedder = embedder
        self._waiting: dict[int, list[Glimpse]] = {}
        self._sums: dict[int, np.ndarray] = {}

    def add(self, person: int, glimpses: Sequence[Glimpse]) -> None:
        """Adds looks at a person's face."""
        self._waiting.setdefault(person, []).extend(glimpses)

    def forget(self, person: int) -> None:
        """Drops all that is known of a person."""
        self._waiting.pop(person, None)
        self._sums.pop(person, None)

    def list_people(self) -> list[int]:
        """Returns the numbers of all who were seen, in order."""
        return sorted({*self._waiting, *self._sums})

    def compute_mean(self, glimpses: Sequence[Glimpse]) -> np.ndarray | None:
        """Embeds looks at one face; `None` without any.

        Returns:
            `(1024,)` of length 1.
        """
        new = [glimpse for glimpse in glimpses if glimpse.vector is None]
        vectors = self._embedder.embed([glimpse.crop for glimpse in new])
        for glimpse, vector in zip(new, vectors, strict=True):
            glimpse.crop, glimpse.vector = None, vector
        if not glimpses:
            return None
        return normalise(sum(glimpse.vector for glimpse in glimpses))

    def get_mean(self, person: int) -> np.ndarray | None:
        """Returns the mean embedding of a person; see `compute_mean`."""
        waiting = self._waiting.pop(person, [])
        if waiting:
            self.compute_mean(waiting)
            total = sum(glimpse.vector for glimpse in waiting)
            self._sums[person] = self._sums.get(person, 0) + total
        if person not in self._sums:
            return None
        return normalise(self._sums[person])
