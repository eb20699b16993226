"""Annotations with a table for each recording, and a row for each moment."""

import dataclasses
import math
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.ramas.recording_id import RecordingId
from tfds_builders.ramas.table import Table
from tfds_builders.ramas.votes import EMOTIONS
from tfds_builders.ramas.votes import Votes

FOLDER = "Annotations_by_files"
_SLACK = 1.01  # steps, so that times that were rounded leave no holes
_SAME_S = 6  # decimals of seconds by which moments are told apart


def read(
    tree: SourceTree,
    files: list[pathlib.PurePosixPath],
    report: BuildReport,
) -> dict[RecordingId, Votes]:
    """Reads `<recording>_ann.csv`, one row for each moment and annotator.

    A row holds from its time on, for the median step from one moment to the
    next in its file; for the median of all files where it has one moment.

    Args:
        tree: The user's folder.
        files: Tables in it.
        report: Is told of tables, rows and cells that cannot be used.
    """
    found: dict[RecordingId, Votes] = {}
    for file in files:
        recording = RecordingId.of(file.stem)
        if recording is None:
            report.leave_out("tables not named as recordings", str(file))
        elif recording in found:
            report.leave_out("another table of the same recording", str(file))
        else:
            votes = _votes(Table(tree.root / file), str(file), report)
            if votes is not None:
                found[recording] = votes
    steps = [v.reach_s for v in found.values() if math.isfinite(v.reach_s)]
    usual = float(np.median(steps)) if steps else math.nan
    for recording, votes in list(found.items()):
        if math.isfinite(votes.reach_s):
            continue
        if steps:
            found[recording] = dataclasses.replace(votes, reach_s=usual)
        else:
            del found[recording]
            report.leave_out(
                "tables of one moment, so that none says how long it lasts",
                str(recording),
            )
    return found


def _votes(table, file, report):
    places = [table.place(emotion) for emotion in EMOTIONS]
    # The last column names the annotator, whatever it is called.
    last = len(table.columns) - 1
    time = table.place("time")
    nothing = all(place is None for place in places)
    if time is None or nothing or last in (time, *places):
        report.leave_out(
            "tables without a column Time, emotions, and a last column that "
            "names the annotator",
            file,
        )
        return None
    for emotion, place in zip(EMOTIONS, places, strict=True):
        if place is None:
            report.leave_out(
                f"no column {emotion.title()}, so it is unlabelled there", file
            )
    rows = _rows(table, time, places, file, report)
    if not rows:
        report.leave_out("tables without a row that can be used", file)
        return None
    return _counted(rows, file, report)


def _rows(table, time, places, file, report):
    """Moment, annotator and seven votes of each row; NaN where unknown."""
    rows = []
    for number, cells in table.rows:
        moment, annotator = table.number(cells[time]), cells[-1]
        if math.isnan(moment) or not annotator:
            report.leave_out(
                "rows without a time or an annotator", f"{file}, row {number}"
            )
            continue
        cast = [
            math.nan if place is None else table.number(cells[place])
            for place in places
        ]
        for k, place in enumerate(places):
            if place is None or cast[k] in (0, 1):
                continue
            cast[k] = math.nan
            if cells[place]:
                report.leave_out(
                    "votes that are neither 0 nor 1", f"{file}, row {number}"
                )
        rows.append((round(moment, _SAME_S), annotator, cast))
    return rows


def _counted(rows, file, report):
    moments, annotators, cast = zip(*rows, strict=True)
    times, at = np.unique(moments, return_inverse=True)
    people, who = np.unique(annotators, return_inverse=True)
    ballot = at * len(people) + who
    order = np.argsort(ballot, kind="stable")
    ballot = ballot[order]
    # An annotator counts once at a moment, however often the row is repeated.
    first = np.flatnonzero(np.diff(ballot, prepend=-1))
    ballots = np.fmax.reduceat(np.array(cast)[order], first)
    for _ in range(len(rows) - len(first)):
        report.leave_out("rows that repeat a moment of an annotator", file)
    first = np.flatnonzero(np.diff(ballot[first] // len(people), prepend=-1))
    step = np.median(np.diff(times)) if len(times) > 1 else math.inf
    return Votes(
        times,
        votes=np.add.reduceat(np.nan_to_num(ballots), first),
        voters=np.add.reduceat(np.isfinite(ballots).astype(np.float64), first),
        reach_s=float(step) * _SLACK,
    )
