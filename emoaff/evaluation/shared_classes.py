"""The classes that a model and a corpus have in common."""

import dataclasses

import numpy as np

from emoaff import labels
from emoaff.labels import LabelSpace


@dataclasses.dataclass(frozen=True)
class SharedClasses:
    """Reads predictions and labels in the classes that both sides have.

    They are named and ordered as the corpus does. Of equal spaces all classes
    are shared; others meet as `emoaff.labels.make_mapping` says.

    Args:
        source: The classes of the model.
        target: The classes of the corpus.

    Raises:
        ValueError: If no class is shared.

    Example:
    >>> shared = SharedClasses(labels.get("ferplus"), labels.get("crema_d"))
    >>> shared.classes
    ('anger', 'disgust', 'fear', 'happy', 'neutral', 'sad')
    >>> shared.unknown_to_corpus
    ('surprise', 'contempt')
    """

    source: LabelSpace
    target: LabelSpace

    def __post_init__(self):
        if not self.classes:
            raise ValueError(
                "Expected a model and a corpus that share classes. Received: "
                f"{', '.join(self.source.classes)} of the model and "
                f"{', '.join(self.target.classes)} of the corpus. Choose "
                "another of the two, or words that are understood: the "
                f"model's own, or {labels.describe_synonyms()}."
            )

    @property
    def classes(self) -> tuple[str, ...]:
        """The shared classes, in the corpus's words and order."""
        reached = set(self._indices)
        return tuple(
            name for i, name in enumerate(self.target.classes) if i in reached
        )

    @property
    def unknown_to_corpus(self) -> tuple[str, ...]:
        """Classes of the model that the corpus does not label."""
        pairs = zip(self.source.classes, self._indices, strict=True)
        return tuple(name for name, index in pairs if index is None)

    @property
    def unknown_to_model(self) -> tuple[str, ...]:
        """Classes of the corpus that the model does not know."""
        shared = self.classes
        return tuple(n for n in self.target.classes if n not in shared)

    def labels(self, expression: np.ndarray) -> np.ndarray:
        """Returns class indices in `classes`.

        Args:
            expression: int64 `(n,)`, in the corpus's classes, -1 unlabelled.

        Returns:
            int64 `(n,)`, -1 also for classes that the model does not know.
        """
        table = np.full(len(self.target) + 1, -1)
        for index, name in enumerate(self.classes):
            table[self.target.index(name)] = index
        return table[expression]

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Returns probabilities of `classes`, which sum to 1 again.

        Args:
            rows: float `(n, source)`, in the model's classes.

        Returns:
            float64 `(n, classes)`; NaN rows where nothing is left of them.
        """
        chosen = np.stack(self._merge_columns(rows, np.sum), axis=1)
        if not self.unknown_to_corpus:
            return chosen
        total = chosen.sum(axis=1, keepdims=True)
        return chosen / np.where(total > 0, total, np.nan)

    def each(self, rows: np.ndarray) -> np.ndarray:
        """Returns independent probabilities of `classes`.

        Args:
            rows: float `(n, source)`, in the model's classes.

        Returns:
            float64 `(n, classes)`, unchanged.
        """
        return np.stack(self._merge_columns(rows, np.max), axis=1)

    def targets(self, table: np.ndarray) -> np.ndarray:
        """Returns the columns of `classes`.

        Args:
            table: float `(n, target)`, in the corpus's classes.
        """
        return table[:, [self.target.index(name) for name in self.classes]]

    def describe(self) -> str:
        """Describes the classes left out; empty where none was."""
        parts = []
        if self.unknown_to_corpus:
            names = ", ".join(self.unknown_to_corpus)
            parts.append(
                f"the model's {names} left out, the probability of the others "
                "scaled up to 1"
            )
        if self.unknown_to_model:
            names = ", ".join(self.unknown_to_model)
            parts.append(
                f"frames of the corpus's {names} not scored, which the model "
                f"does not have (the same word: {labels.describe_synonyms()})"
            )
        return "; ".join(parts)

    @property
    def _indices(self):
        source, target = self.source, self.target
        if (source.name, source.classes) == (target.name, target.classes):
            return tuple(range(len(source)))
        return labels.make_mapping(source, target).indices

    def _merge_columns(self, rows, joined):
        rows, indices = np.asarray(rows, np.float64), self._indices
        columns = []
        for name in self.classes:
            index = self.target.index(name)
            places = [i for i, to in enumerate(indices) if to == index]
            columns.append(joined(rows[:, places], axis=1))
        return columns
