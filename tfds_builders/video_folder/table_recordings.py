"""From the rows of a table to recordings with labels."""

import math
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from emoaff.faces import Video
from emoaff.faces import find_media_kind
from emoaff.faces.player_clock import read_player_start
from tfds_builders.video_folder.label_table import LabelTable
from tfds_builders.video_folder.label_table import Row

_LATE_S = 0.05  # as reports tell it; about a frame


def read(
    root: pathlib.Path,
    table: LabelTable,
    media: list[pathlib.PurePosixPath],
    report: BuildReport,
    faces: str = "find",
) -> tuple[list[SourceRecording], list[str]]:
    """Reads the recordings and their classes from a table.

    A file is one recording, or as many as the table has stretches of it with
    `start` and `end`. Rows with a `time` are the time series of their file;
    each frame takes the label nearest in time, if it is no further away than
    half the series' usual (median) step.

    Args:
        root: The user's folder.
        table: The table in it.
        media: The folder's videos and pictures.
        report: Is told of files without a row, and rows without a file.
        faces: See `emoaff.corpora.footage.Footage`.

    Returns:
        The recordings, sorted by file and start, and the sorted names of the
        classes of those whose file is there.

    Raises:
        ValueError: If rows contradict each other. The message names them.
        FileNotFoundError: If not one of the files is there.
    """
    for column in table.unknown:
        report.note(f"the column {column} of {table.path.name} is not used")
    rows_of = _group_rows_by_file(table, media, report)
    for file in sorted(set(media) - set(rows_of)):
        report.leave_out(f"not named in {table.path.name}", str(file))
    rows = [row for some in rows_of.values() for row in some]
    classes = sorted({row.label for row in rows if row.label})
    index = {name: number for number, name in enumerate(classes)} | {"": -1}
    step = _find_usual_step([_list_times(some) for some in rows_of.values()])
    recordings = []
    for file in sorted(rows_of):
        reader = _FileRows(table, file, rows_of[file], index, faces)
        recordings += reader.recordings(root / file, step, report)
    _refuse_half_given_splits(table, recordings)
    timed = [f for f in sorted(rows_of) if any(map(_has_time, rows_of[f]))]
    _note_late_pictures([root / file for file in timed], table, report)
    return recordings, classes


def _group_rows_by_file(table, media, report):
    """The rows of each file that is there."""
    exact = {str(file): file for file in media}
    folded: dict[str, list] = {}
    for file in media:
        folded.setdefault(str(file).lower(), []).append(file)
    rows_of: dict[pathlib.PurePosixPath, list[Row]] = {}
    absent: dict[str, None] = {}
    for row in table.rows():
        others = folded.get(row.file.lower(), [])
        file = exact.get(row.file) or (others[0] if len(others) == 1 else None)
        if file is None:
            absent[row.file] = None
        else:
            rows_of.setdefault(file, []).append(row)
    for name in absent:
        report.leave_out(
            f"named in {table.path.name}, but not there or not usable",
            name,
        )
    if not rows_of:
        what = (
            f"Not one of the {len(absent)} is there, such as {min(absent)}."
            if absent
            else "It has no rows."
        )
        raise FileNotFoundError(
            f"Expected videos or pictures that {table.path.name} names, "
            f"relative to its own folder. {what}"
        )
    return rows_of


def _refuse_half_given_splits(table, recordings):
    missing = [each.name for each in recordings if not each.split]
    if 0 < len(missing) < len(recordings):
        raise ValueError(
            f"Expected a split for every file of {table.path.name} or for "
            f"none. Received: none for {missing[0]}, and "
            f"{len(recordings) - len(missing)} others have one. Fill the "
            "column split, or leave it empty."
        )


def _has_time(row):
    given = row.time, row.start, row.end
    return any(t is not None and not math.isnan(t) for t in given)


def _note_late_pictures(paths, table, report):
    """Notes videos whose players show another time than is counted here."""
    late = {}
    for path in paths:
        if find_media_kind(path) == "picture":
            continue
        try:
            with Video(path) as video:
                start_s = read_player_start(path, video.start_s)
        except (OSError, ValueError):
            continue  # building says what is wrong with it
        if start_s >= _LATE_S:
            late[path.name] = start_s
    if late:
        name, start_s = next(iter(late.items()))
        report.note(
            f"of {len(late)} videos the pictures begin late on a player's "
            f"clock, such as {name}, by {start_s:.2f} s; times in "
            f"{table.path.name} count from the first picture, so subtract that "
            "from times that were read off a player"
        )


def _list_times(rows):
    times = np.array([row.time for row in rows])
    return np.sort(times[~np.isnan(times)])


def _find_usual_step(series):
    steps = [np.diff(times) for times in series if len(times) > 1]
    return float(np.median(np.concatenate(steps))) if steps else math.nan


class _FileRows:
    """The rows of a table about one file."""

    def __init__(self, table, file, rows, index, faces):
        self._table, self._file, self._rows = table.path.name, file, rows
        self._index, self._faces = index, faces

    def recordings(self, path, usual_step, report):
        timed = [row for row in self._rows if not math.isnan(row.time)]
        if timed and len(timed) < len(self._rows):
            other = next(row for row in self._rows if math.isnan(row.time))
            self._refuse(timed[0], other, "one has a time and one has none")
        if timed:
            return [self._series(path, timed, usual_step)]
        found: dict[tuple, Row] = {}
        for row in self._rows:
            start = 0.0 if math.isnan(row.start) else row.start
            end = math.inf if math.isnan(row.end) else row.end
            first = found.setdefault((start, end), row)
            if first is row:
                continue
            if _said(first) == _said(row):
                report.leave_out(
                    f"row repeated in {self._table}", str(self._file)
                )
            else:
                self._refuse(first, row, "they label the same frames")
        return [
            self._recording(
                path,
                _name(self._file, *stretch),
                FrameLabels.constant(
                    valence=row.valence,
                    arousal=row.arousal,
                    expression=self._index[row.label],
                ),
                row.subject,
                row.split,
                stretch,
            )
            for stretch, row in sorted(found.items(), key=lambda item: item[0])
        ]

    def _series(self, path, rows, usual_step):
        rows = sorted(rows, key=lambda row: row.time)
        for one, other in zip(rows, rows[1:], strict=False):
            if one.time == other.time:
                self._refuse(one, other, "they have the same time")
        step = _find_usual_step([_list_times(rows)])
        step = usual_step if math.isnan(step) else step
        if math.isnan(step):
            raise ValueError(
                f"{self._table}, row {rows[0].number} ({self._file}): expected "
                "two rows with a time or more for one file at least, to know "
                "how far a label reaches. Leave time empty to label all of it."
            )
        labels = FrameLabels(
            {
                "valence": np.array([row.valence for row in rows]),
                "arousal": np.array([row.arousal for row in rows]),
                "expression": np.array(
                    [self._index[row.label] for row in rows], np.int64
                ),
            },
            times=np.array([row.time for row in rows]),
            # A little more, or frames just between two rows could miss both.
            reach_s=step * 0.501,
        )
        subject, split = (
            self._require_same(rows, "subject"),
            self._require_same(rows, "split"),
        )
        return self._recording(
            path, str(self._file), labels, subject, split, (0.0, math.inf)
        )

    def _recording(self, path, name, labels, subject, split, stretch):
        return SourceRecording(
            name=name,
            subject=subject or str(self._file),
            footage=Footage(
                path, start_s=stretch[0], end_s=stretch[1], faces=self._faces
            ),
            labels=labels,
            split=split,
            subject_is_known=bool(subject),
        )

    def _require_same(self, rows, column):
        """The value of a column that has to be the same in all rows."""
        given = {getattr(row, column): row for row in rows[::-1]}
        given.pop("", None)
        if len(given) > 1:
            one, other, *_ = given.values()
            self._refuse(one, other, f"they differ in {column}")
        return next(iter(given), "")

    def _refuse(self, one, other, why):
        raise ValueError(
            f"{self._table}: expected rows {one.number} and {other.number} of "
            f"{self._file} to agree, but {why}. Keep one of them, or give "
            "each its own start and end."
        )


def _said(row):
    """Lists a row's labels in a form that can be compared despite NaN."""
    return repr((row.label, row.valence, row.arousal, row.subject, row.split))


def _name(file, start, end):
    """The file, and for a stretch its seconds as in a media fragment."""
    if (start, end) == (0.0, math.inf):
        return str(file)
    until = "" if math.isinf(end) else f",{end:.10g}"
    return f"{file}#t={start:.10g}{until}"
