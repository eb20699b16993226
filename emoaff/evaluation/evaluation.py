"""The result of evaluating a preset on a corpus."""

import dataclasses
import functools

import numpy as np

from emoaff.data.even_frames import EvenFrames
from emoaff.data.recordings import Recordings
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.scores import Bootstrap
from emoaff.evaluation.scores import ScoreTable
from emoaff.evaluation.scores.recording_scores import RecordingScores
from emoaff.labels import DIMENSIONS

_MOST_SUBJECTS = 99  # more people than that make no readable table


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores of a preset on a split, and the predictions behind them.

    Args:
        table: The scores over all frames, with intervals.
        recordings: The labels of the split: n frames.
        predictions: Output to values for each frame: `expression` and other
            classes `(n, classes)` in the preset's classes; `valence`,
            `arousal` and other dimensions `(n,)`, post-processed if the scores
            are. NaN where there is no prediction.
        scores: What the tables are made from.
        facts: What the tables say beside scores and counts.
        classes: See `emoaff.evaluation.CorpusPredictions`.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = evaluate(preset, "synthetic_affect/tiny", "validation", "data")
    >>> print(found.to_text().splitlines()[0])
    dataset: synthetic_affect/tiny
    >>> found.predictions["expression"].shape
    (232, 8)
    """

    table: ScoreTable
    recordings: Recordings
    predictions: dict[str, np.ndarray]
    scores: tuple[RecordingScores, ...]
    facts: dict
    classes: dict = dataclasses.field(default_factory=dict)

    @property
    def predicted(self) -> CorpusPredictions:
        """The predictions that were scored, as tables."""
        return CorpusPredictions(
            self.recordings, self.predictions, self.classes, self.facts
        )

    @functools.cached_property
    def by_recording(self) -> ScoreTable | None:
        """The scores of each recording; `None` for single pictures."""
        if len(self.recordings) == len(self.recordings.names):
            return None
        names = self.recordings.names
        return merge_tables(
            [s.by_recording(names) for s in self.scores], self.facts
        )

    @functools.cached_property
    def by_subject(self) -> ScoreTable | None:
        """The scores of each person, without intervals.

        `None` where the corpus does not name its people, has one only or more
        than 99.
        """
        people = find_subjects(self.recordings)
        if people is None or not 1 < len(set(people)) <= _MOST_SUBJECTS:
            return None
        none = Bootstrap(draws=0)
        return merge_tables(
            [s.by_group(people, none) for s in self.scores], self.facts
        )

    def fit_postprocess(self, **settings) -> CoursePostprocessor:
        """Tunes post-processing on these predictions; for a validation split.

        Args:
            **settings: Arguments of
                `emoaff.evaluation.postprocessing.CoursePostprocessor`, but
                `dimensions`: those that have predictions and labels.

        Returns:
            The fitted post-processor.

        Raises:
            ValueError: If there are no predictions of labelled dimensions, or
                frames have no common rate.
        """
        known = [
            name
            for name in DIMENSIONS
            if name in self.predictions
            and np.isfinite(getattr(self.recordings, name)).any()
        ]
        if not known:
            raise ValueError(
                "Expected predictions and labels of valence or arousal to "
                f"post-process. Received: {', '.join(self.predictions)} on "
                f"{self.recordings.dataset}."
            )
        frames = EvenFrames(self.recordings)
        truth = [getattr(self.recordings, name) for name in known]
        predicted = [self.predictions[name] for name in known]
        return CoursePostprocessor(dimensions=known, **settings).fit(
            frames.spread(np.stack(truth, axis=1)),
            frames.spread(np.stack(predicted, axis=1)),
            frames.recording,
            frames.rate_hz,
        )

    def to_text(self, parts: bool = False) -> str:
        """Returns the scores for a terminal.

        Args:
            parts: Whether with those of each person and recording, a line
                each, without intervals.
        """
        texts = [self.table.to_text()]
        if parts:
            texts += [table.to_wide_text() for table in self._parts()]
        return "\n\n".join(texts)

    def to_markdown(self, parts: bool = False) -> str:
        """Returns the scores in Markdown; `parts` as for `to_text`."""
        texts = [self.table.to_markdown()]
        if parts:
            texts += [table.to_wide_markdown() for table in self._parts()]
        return "\n".join(texts)

    def to_dict(self) -> dict:
        """Returns all tables for JSON; those there are not are None."""
        return {
            **self.table.to_dict(),
            "by_subject": self.by_subject and self.by_subject.to_dict(),
            "by_recording": self.by_recording and self.by_recording.to_dict(),
        }

    def _parts(self):
        """The tables of people and recordings, without repeated facts."""
        for table in (self.by_subject, self.by_recording):
            if table is not None:
                yield ScoreTable(table.rows)


def find_subjects(recordings: Recordings) -> tuple[str, ...] | None:
    """Returns who is in each recording, or `None` if not all are named."""
    return recordings.subjects if all(recordings.subjects) else None


def merge_tables(tables: list[ScoreTable], facts: dict) -> ScoreTable:
    """Merges tables of scores of the same frames.

    Args:
        tables: At least one.
        facts: What to say first.

    Returns:
        The rows of all, part by part.
    """
    rows = [row for table in tables for row in table.rows]
    parts = {
        part: i for i, part in enumerate(dict.fromkeys(r.part for r in rows))
    }
    rows.sort(key=lambda row: parts[row.part])
    facts = dict(facts)
    for table in tables:
        facts.update(table.facts)
    confusion = [table.confusion for table in tables if table.confusion]
    return ScoreTable(tuple(rows), facts, *confusion)
