"""Annotations with a table for each emotion, and a row for each interval."""

import collections
import math
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.ramas.recording_id import RecordingId
from tfds_builders.ramas.table import Table
from tfds_builders.ramas.votes import EMOTIONS
from tfds_builders.ramas.votes import Votes

FOLDER = "Annotations_by_emotions"
_START = "data_"
# What is marked beside the emotions: it says who looked, and when.
_OTHERS = ("domination", "submission", "shame", "tiredness")
_COLUMNS = ("id", "file", "start", "end")


def read(
    tree: SourceTree,
    files: list[pathlib.PurePosixPath],
    report: BuildReport,
) -> dict[RecordingId, Votes]:
    """Reads `data_<Emotion>.csv`, a row for each interval of an annotator.

    An annotator sees an emotion from `Start` on, until before `End`. The
    annotators of a recording are all who marked anything in it; a moment at
    which none of them marks anything is unlabelled.

    Args:
        tree: The user's folder.
        files: Tables in it.
        report: Is told of tables and rows that cannot be used.
    """
    marks: dict[RecordingId, list] = collections.defaultdict(list)
    seen: dict[str, pathlib.PurePosixPath] = {}
    for file in files:
        emotion = file.stem.lower().removeprefix(_START)
        if emotion not in EMOTIONS + _OTHERS:
            report.leave_out("tables not named as emotions", str(file))
        elif emotion in seen:
            report.leave_out("another table of the same emotion", str(file))
        else:
            table = Table(tree.root / file)
            absent = [c for c in _COLUMNS if table.place(c) is None]
            if absent:
                report.leave_out(
                    "tables without one of the columns ID, File, Start, End",
                    str(file),
                )
                continue
            seen[emotion] = file
            for recording, *mark in _read_marks(table, str(file), report):
                marks[recording].append((emotion, *mark))
    absent = [emotion for emotion in EMOTIONS if emotion not in seen]
    if absent:
        names = ", ".join(f"{_START}{each.title()}.csv" for each in absent)
        report.note(
            f"not there or not usable: {names}; these emotions are stored as "
            "unlabelled, and no frame has a class, since it might be one of "
            "them"
        )
    known = np.array([emotion in seen for emotion in EMOTIONS])
    return {each: _counted(some, known) for each, some in marks.items()}


def _read_marks(table, file, report):
    """Recording, annotator, start and end of each row."""
    places = [table.place(column) for column in _COLUMNS]
    for number, cells in table.rows:
        annotator, name, start, end = (cells[place] for place in places)
        recording = RecordingId.of(name)
        start_s, end_s = table.number(start), table.number(end)
        row = f"{file}, row {number}"
        if not annotator or recording is None:
            report.leave_out("rows without an annotator or a recording", row)
        elif not start_s < end_s:
            report.leave_out("rows that do not end after they start", row)
        else:
            yield recording, annotator, start_s, end_s


def _counted(marks, known):
    emotions, annotators, starts, ends = zip(*marks, strict=True)
    edges = np.unique([*starts, *ends])
    people, who = np.unique(annotators, return_inverse=True)
    # The last column is for a mark of any kind.
    marked = np.zeros((len(edges), len(people), len(EMOTIONS) + 1), bool)
    spans = zip(
        emotions,
        who,
        np.searchsorted(edges, starts),
        np.searchsorted(edges, ends),
        strict=True,
    )
    for emotion, person, first, stop in spans:
        marked[first:stop, person, -1] = True
        if emotion in EMOTIONS:
            marked[first:stop, person, EMOTIONS.index(emotion)] = True
    looked = marked[:, :, -1].any(axis=1)
    return Votes(
        edges,
        votes=marked[:, :, :-1].sum(axis=1).astype(np.float64),
        voters=len(people) * (looked[:, None] & known).astype(np.float64),
        reach_s=math.inf,
    )
