"""Runs `emoaff predict`: files and folders in, result files out."""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Sequence

from emoaff.prediction import summary
from emoaff.prediction import tables
from emoaff.prediction.beam import run_in_beam
from emoaff.prediction.drawing import STYLES
from emoaff.prediction.drawing import annotate
from emoaff.prediction.file_work import FileWork
from emoaff.prediction.inputs import Failure
from emoaff.prediction.inputs import describe_loose_frames
from emoaff.prediction.inputs import find_inputs
from emoaff.prediction.inputs import reason
from emoaff.prediction.naming import load_gallery
from emoaff.prediction.options import Options
from emoaff.prediction.processes import run_in_processes
from emoaff.prediction.report import DRAWN
from emoaff.prediction.report import render_report
from emoaff.prediction.result import Result
from emoaff.prediction.result import read_names
from emoaff.prediction.run_mode import choose_run_mode
from emoaff.prediction.run_summary import Outcome
from emoaff.prediction.run_summary import write_run_summary
from emoaff.prediction.table_files import TableFiles
from emoaff.prediction.talk import Talk
from emoaff.presets import Preset
from emoaff.progress import escape_unprintable


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
    jobs: int = 1,
    skip_done: bool = False,
    beam_options: str | None = None,
) -> list[Failure]:
    """Writes the result of each video and picture into a folder.

    Each gives `<stem>.csv` (see `emoaff.prediction.tables.COLUMNS`),
    `<stem>.json` (the header: model, versions, options, facts, the result's
    files) and, if wanted, `<stem>_annotated.mp4` or `.jpg`, and files of other
    table formats, see `emoaff.prediction.table_formats.FORMATS`. In the form
    `"emo-affectnet"` the table is that system's (see
    `open_emo_affectnet_table`), and the label of the whole video is reported.
    Results of files from folders inside a given folder go to folders of the
    same names. Inputs of the same stem keep their suffix in the name
    (`clip_mp4.csv`), and a name that is taken gets a number; see
    `ResultFolder`. An input that cannot be read does not keep the others from
    being worked on. Videos and pictures that `annotate` drew are left out.
    A run of several inputs also gives `summary.csv`, see `write_run_summary`.

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
        jobs: How many files to work on at once, each in a process of its own.
            Call this under `if __name__ == "__main__":` then.
        skip_done: Whether to keep results that are finished already, if file,
            preset, options and the version of emoaff are still the same; all
            others are made again.
        beam_options: Options of an Apache Beam pipeline that does the work
            instead, as on its command line; see `emoaff.corpora.prepare`. All
            its machines see the inputs, the preset and `out` at these paths.

    Returns:
        The inputs without a result, and those that are damaged and gave one
        for the part that could be read; empty when all went well.

    Raises:
        ValueError: If `out` cannot be written to, or preset, options, style
            and form do not fit each other.
        ImportError: If Beam is asked for and not installed.
        KeyboardInterrupt: If interrupted; it says what was finished.
    """
    # Once for all files, since a model with a memory is taken apart for each.
    preset = preset.with_prior(options.prior)
    choose_run_mode(preset, options)
    _check(annotated)
    said = Talk(talk, report) if isinstance(talk, str) else talk
    formats = TableFiles(form, decimals, columns)
    formats.check(preset, options)
    if options.people is not None:
        load_gallery(options.people)  # once, and not a failure of each file
    found, failures = find_inputs(inputs, said.note)
    if not found:
        return failures
    if preset.window > 1:
        for line in describe_loose_frames(found, preset.window):
            said.note(line)
    missing = formats.describe_unwritten(each.path for each in found)
    if missing:
        said.note(missing)
    jobs = min(jobs, len(found) or 1)
    job = _Job(annotated, formats, talk, page)
    work = FileWork(
        preset, options, job, found, out, overwrite, skip_done, jobs
    )
    work.open_folder("")  # before the first file, not after an hour
    if beam_options is not None:
        done = _run_beam(work, found, beam_options)
    elif jobs > 1:
        # The largest first, or the others would wait for it at the end.
        ordered = sorted(found, key=_get_size, reverse=True)
        done = run_in_processes(work, ordered, jobs)
        done = _show_progress(done, len(found), said)
    else:
        done = ((each, work(each)) for each in found)
    outcomes = {
        each: Outcome(str(each.path), "failed", error=each.reason)
        for each in failures
    } | {each: Outcome(str(each.path), "not done") for each in found}
    try:
        with contextlib.closing(done):
            for each, answer in done:
                outcomes[each] = _read_answer(each.path, answer)
                for line in outcomes[each].lines:
                    report(line)
    except KeyboardInterrupt as error:
        kept = [each for each in outcomes.values() if each.table]
        error.args = (_describe_stop(len(kept), len(found)),)
        raise
    finally:
        if skip_done:
            _tell_kept(outcomes.values(), said)
        unwritten = _write_summary(out, outcomes.values(), preset, said)
    reasons = [(each.path, was.error) for each, was in outcomes.items()]
    return [Failure(*each) for each in reasons if each[1]] + unwritten


def _run_beam(work, found, beam_options):
    # Beam is asked for seldom, and this package loads TensorFlow.
    from emoaff.corpora.beam_options import parse_beam_options

    options = parse_beam_options(beam_options)

    def run():
        with work.open_folder("").stage() as stage:
            yield from run_in_beam(work, found, options, stage)

    return run()


def _get_size(each):
    try:
        return each.path.stat().st_size
    except OSError:
        return 0  # the work on it says what is wrong


def _show_progress(done, count, talk):
    progress = talk.start_progress("predicting", "files")
    try:
        for number, each in enumerate(done, start=1):
            progress.close()  # what follows may write lines
            yield each
            progress.update(number, number / count)
    finally:
        done.close()
        progress.close()


def _read_answer(path, answer):
    if isinstance(answer, OSError):
        text = escape_unprintable(f"{path}: {answer}")
        return Outcome(str(path), "failed", error=text)
    return Outcome(**answer)


def _tell_kept(outcomes, talk):
    kept = sum(each.state == "kept" for each in outcomes)
    made = sum(each.state == "done" for each in outcomes)
    word = "result" if kept == 1 else "results"
    talk.note(f"{kept} {word} kept, {made} made")


def _write_summary(out, outcomes, preset, talk):
    if len(outcomes) < 2:
        return []
    classes = preset.labels.classes if preset.labels else ()
    try:
        path = write_run_summary(out, outcomes, classes)
    except OSError as error:
        path = pathlib.Path(out)
        return [Failure(path, reason(error, path))]
    talk.note(escape_unprintable(str(path)))
    return []


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
    """What is written and said of each input; see `predict_files`."""

    annotated: str | None
    formats: TableFiles
    talk: str | Talk
    page: bool

    def describe(self):
        """Says what its results depend on, plainly enough for JSON."""
        formats = self.formats.describe()
        return {"drawn": self.annotated, "page": self.page, "tables": formats}

    def predict(self, timeline, folder, stem, request):
        """Writes one result; gives its table, its header, lines about it."""
        lines = []
        talk = self.talk
        if isinstance(talk, str):
            talk = Talk(talk, lines.append)
        with folder.stage() as stage:
            try:
                made = self._make(timeline, stage, stem, folder, talk)
                header, files = {**made[0], "request": request}, made[1]
                written = folder.publish(files, header, stem, timeline.path)
            except (OSError, ValueError) as error:
                raise _without_stage(error, stage) from error
        self._tell(timeline, written, stem, talk)
        return written[0], header, lines

    def _make(self, timeline, stage, stem, folder, talk):
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
            writers.append(stack.enter_context(timeline.tally()))
            _write_rows(timeline, writers, stage, talk)
        header = summary.header(timeline)
        header["columns"] = self.formats.describe_columns()
        files = {".csv": path, **files}
        place = os.path.relpath(timeline.path, folder.path)
        files |= self.formats.write_finished(full, header, path, place)
        if self.annotated:
            ending = DRAWN if timeline.kind == "video" else "_annotated.jpg"
            files[ending] = stage / f"{stem}{ending}"
            names = read_names(header)
            _annotate(
                timeline, full, files[ending], self.annotated, names, talk
            )
        if self.page:
            files[".html"] = stage / f"{stem}.html"
            drawn = None
            if DRAWN in files:
                name = folder.foresee_name(files, stem, timeline.path)
                drawn = folder.path / f"{name}{DRAWN}"
            text = render_report(
                Result(full, header), timeline.path, folder.path, drawn
            )
            files[".html"].write_text(text, "utf-8", "backslashreplace")
        return header, files

    def _tell(self, timeline, written, stem, talk):
        lines = []
        if "emo-affectnet" in self.formats.names:
            label = timeline.label
            lines.append(f"  label: {label.capitalize() if label else 'none'}")
        if written[0].stem != stem:
            lines.append(
                f"  note: the name {stem} is taken by a file that is no "
                "result of this one, and which was kept"
            )
        talk.tell(timeline, written, lines)


def _write_rows(timeline, writers, stage, talk):
    progress = talk.start_progress(escape_unprintable(timeline.path.name))

    def show(row):
        share = row.time_s / (timeline.duration_s or 1)
        progress.update(row.frame + 1, share)

    try:
        for row in timeline.linked(stage, show):
            for write in writers:
                write(row)
    finally:
        progress.close()


def _annotate(timeline, table, out, style, names, talk):
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
            names,
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
