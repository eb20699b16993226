"""Runs `emoaff predict`: files and folders in, result files out."""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Sequence

from emoaff.faces.detect import FaceDetector
from emoaff.faces.media import find_media
from emoaff.prediction import summary
from emoaff.prediction import tables
from emoaff.prediction.drawing import STYLES
from emoaff.prediction.drawing import annotate
from emoaff.prediction.drawing import is_drawn
from emoaff.prediction.report import render_report
from emoaff.prediction.result import Result
from emoaff.prediction.result_folder import ResultFolder
from emoaff.prediction.result_folder import shorten_stem
from emoaff.prediction.running import choose_run_mode
from emoaff.prediction.table_files import TableFiles
from emoaff.prediction.talk import Talk
from emoaff.prediction.video import Options
from emoaff.prediction.video import Timeline
from emoaff.presets import Preset
from emoaff.progress import escape_unprintable


@dataclasses.dataclass(frozen=True)
class Failure:
    """An input that gave no result, or the result of a part only.

    Args:
        path: The input.
        reason: One sentence.
    """

    path: pathlib.Path
    reason: str


def print_line(line: str) -> None:
    """Prints a line; what the console cannot show is escaped."""
    try:
        print(line)
    except UnicodeEncodeError:
        print(line.encode("ascii", "backslashreplace").decode())


def predict_files(
    inputs: Sequence[str | os.PathLike],
    preset: Preset,
    out: str | os.PathLike,
    options: Options = Options(),  # noqa: B008, frozen
    annotated: str | None = None,
    form: str | Sequence[str] = "csv",
    report=print_line,
    overwrite: bool = False,
    page: bool = False,
    decimals: int | None = None,
    columns: Sequence[str] = (),
    talk: str | Talk = "text",
) -> list[Failure]:
    """Writes the result of each video and picture into a folder.

    Each gives `<stem>.csv` (see `emoaff.prediction.tables.COLUMNS`),
    `<stem>.json` (the header: model, versions, options, facts, the result's
    files) and, if wanted, `<stem>_annotated.mp4` or `.jpg`, and files of other
    table formats, see `emoaff.prediction.table_formats.FORMATS`. In the form
    `"emo-affectnet"` the table is that system's (see
    `open_emo_affectnet_table`), and the label of the whole video is reported.
    Inputs of the same stem keep their suffix in the name (`clip_mp4.csv`), and
    a name that is taken gets a number; see `ResultFolder`. An input that cannot
    be read does not keep the others from being worked on. Videos and pictures
    that `annotate` drew are left out.

    Args:
        inputs: Videos, pictures and folders of them.
        preset: The model.
        out: Folder for the results, made if missing.
        options: See `Options`.
        annotated: Style in which to write the annotated video or picture as
            well, see `emoaff.prediction.drawing.annotate`; `None` for none.
        form: A table format or several, see `TableFiles`.
        report: Called with each line about a finished input.
        overwrite: Whether results may replace files that this program did
            not write and results of other files; inputs never are.
        page: Whether to write `<stem>.html` as well, see
            `emoaff.prediction.report.write_report`.
        decimals: See `TableSettings`, as `columns`.
        columns: Which columns tables have; empty for all.
        talk: What is reported: `"text"`, `"json"` or `"quiet"`, see `Talk`,
            or a `Talk` of one's own.

    Returns:
        The inputs without a result, and those that are damaged and gave one
        for the part that could be read; empty when all went well.

    Raises:
        ValueError: If `out` cannot be written to, or preset, options, style
            and form do not fit each other.
        KeyboardInterrupt: If interrupted; it says what was finished.
    """
    # Once for all files, since a model with a memory is taken apart for each.
    preset = preset.with_prior(options.prior)
    choose_run_mode(preset, options)
    _check(annotated)
    talk = Talk(talk, report) if isinstance(talk, str) else talk
    formats = TableFiles(form, decimals, columns)
    formats.check(preset, options)
    files, failures = [], []
    for path in inputs:
        try:
            found = find_media(path)
        except (OSError, ValueError) as error:
            failures.append(Failure(pathlib.Path(path), reason(error)))
            continue
        files += [f for f in found.files if f not in files]
        failures += [Failure(found.path, s) for s in found.describe_faults()]
        if found.left_out:
            talk.note(found.describe_omissions())
        if not found.files:
            failures.append(Failure(found.path, found.describe_nothing()))
    files = _without_drawn(files, failures, talk)
    kept = [*files, preset.path, *pathlib.Path(preset.path).glob("*")]
    if isinstance(options.baseline, str):
        kept.append(options.baseline)
    folder = ResultFolder(out, kept, overwrite)
    job = _Job(folder, annotated, formats, talk, page)
    detector, finished = FaceDetector(**options.list_detector_settings()), 0
    try:
        for path, stem in zip(files, name_results(files), strict=True):
            try:
                _require_file(path)
                timeline = Timeline(path, preset, options, detector)
                table = job.predict(timeline, stem)
                finished += 1
                if timeline.damaged:
                    what = "; ".join(timeline.warnings)
                    text = f"{path}: {what}. What could be read is in {table}."
                    failures.append(Failure(path, escape_unprintable(text)))
            except (OSError, ValueError) as error:
                failures.append(Failure(path, reason(error, path)))
    except KeyboardInterrupt as error:
        error.args = (_describe_stop(finished, len(files)),)
        raise
    return failures


def name_results(files: Sequence[pathlib.Path]) -> list[str]:
    """Returns a name for the results of each file, no two the same.

    The stem; where several files share it, the stem and the suffix
    (`clip_mp4`); where that is shared too, a number behind it (`clip_mp4_2`).
    Upper and lower case count as the same, and very long names are cut.
    """
    stems = [shorten_stem(file.stem) for file in files]
    lower = [stem.lower() for stem in stems]
    names, used = [], set()
    for file, stem in zip(files, stems, strict=True):
        name = stem
        if lower.count(stem.lower()) > 1 and file.suffix:
            name = f"{stem}_{file.suffix.lstrip('.').lower()}"
        unique, number = name, 2
        while unique.lower() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.lower())
        names.append(unique)
    return names


def reason(error: Exception, path: os.PathLike | None = None) -> str:
    """Returns an error as one line that a terminal can show.

    Args:
        error: What happened.
        path: The input that it happened to.
    """
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename or path}: {error.strerror}."
        if error.errno in tables.FULL:
            text += " Make room and run again."
    if path is not None:  # its line breaks are part of a name, not of a text
        text = text.replace(str(path), escape_unprintable(str(path)))
    return escape_unprintable(" ".join(text.split()))


def _require_file(path):
    if path.exists() and not path.is_file():
        raise ValueError(
            f"{path}: expected a video or a picture, found a pipe or a device. "
            "Save it to a file first."
        )


def _without_drawn(files, failures, talk):
    """Leaves out what `annotate` drew, and says so."""
    drawn = [file for file in files if is_drawn(file)]
    if not drawn:
        return files
    first = escape_unprintable(str(drawn[0]))
    what = first if len(drawn) == 1 else f"{first} and {len(drawn) - 1} more"
    if len(drawn) < len(files):
        talk.note(f"left out, since emoaff drew it: {what}")
    else:
        text = (
            f"{what}: expected videos or pictures, found what emoaff drew. "
            "Give those that it was made from."
        )
        failures.append(Failure(drawn[0], text))
    return [file for file in files if file not in drawn]


def _describe_stop(finished, count):
    if not finished:
        return "stopped; no result was finished."
    kept = "result is" if finished == 1 else "results are"
    return f"stopped; {finished} of {count} {kept} finished and kept."


def _check(annotated):
    if annotated not in (None, *STYLES):
        raise ValueError(
            f"Expected the style {' or '.join(STYLES)}. "
            f"Received: annotated={annotated!r}."
        )


@dataclasses.dataclass(frozen=True)
class _Job:
    """What is done for each input; see `predict_files`."""

    folder: ResultFolder
    annotated: str | None
    formats: TableFiles
    talk: Talk
    page: bool

    def predict(self, timeline, stem):
        """Writes one result; returns its table."""
        with self.folder.stage() as stage:
            try:
                header, files = self._make(timeline, stage, stem)
                written = self.folder.publish(
                    files, header, stem, timeline.path
                )
            except (OSError, ValueError) as error:
                raise _without_stage(error, stage) from error
        self._tell(timeline, written, stem)
        return written[0]

    def _make(self, timeline, stage, stem):
        """Makes the files of a result, by the endings of their names."""
        path = stage / f"{stem}.csv"
        # Drawing needs what a table of another form or fewer columns lacks.
        own = self.formats.has_usual_csv
        full = path if own else stage / "rows.csv"
        with contextlib.ExitStack() as stack:
            writers, files = self.formats.open(timeline, path, stack)
            if own or self.annotated or self.page or self.formats.need_rows:
                most = timeline.confidence_at_most
                opened = tables.table(full, timeline.classes, most)
                writers.append(stack.enter_context(opened))
            _write_rows(timeline, writers, self.talk)
        header = summary.header(timeline)
        header["columns"] = self.formats.describe_columns()
        files = {".csv": path, **files}
        files |= self.formats.write_finished(full, header, path)
        if self.annotated:
            suffix = ".mp4" if timeline.kind == "video" else ".jpg"
            ending = f"_annotated{suffix}"
            files[ending] = stage / f"{stem}{ending}"
            _annotate(timeline, full, files[ending], self.annotated, self.talk)
        if self.page:
            files[".html"] = stage / f"{stem}.html"
            text = render_report(
                Result(full, header), timeline.path, self.folder.path
            )
            files[".html"].write_text(text, "utf-8", "backslashreplace")
        return header, files

    def _tell(self, timeline, written, stem):
        lines = []
        if "emo-affectnet" in self.formats.names:
            label = timeline.label
            lines.append(f"  label: {label.capitalize() if label else 'none'}")
        if written[0].stem != stem:
            lines.append(
                f"  note: the name {stem} is taken by a file that is no "
                "result of this one, and which was kept"
            )
        self.talk.tell(timeline, written, lines)


def _write_rows(timeline, writers, talk):
    progress = talk.start_progress(escape_unprintable(timeline.path.name))
    try:
        for row in timeline:
            for write in writers:
                write(row)
            share = row.time_s / (timeline.duration_s or 1)
            progress.update(timeline.frames, share)
    finally:
        progress.close()


def _annotate(timeline, table, out, style, talk):
    name = escape_unprintable(timeline.path.name)
    progress = talk.start_progress(f"{name}, annotating")
    frames = timeline.facts().get("decoded_frames")
    try:
        annotate(
            timeline.path,
            table,
            out,
            lambda n: progress.update(n, n / frames),
            style,
        )
    finally:
        progress.close()


def _without_stage(error, stage):
    """Names the file where it would have gone, not where it was made."""
    hidden, shown = f"{stage}{os.sep}", f"{stage.parent}{os.sep}"
    if isinstance(error, OSError) and error.strerror:
        name = error.filename and str(error.filename).replace(hidden, shown)
        return OSError(error.errno, error.strerror, name)
    return ValueError(str(error).replace(hidden, shown))
