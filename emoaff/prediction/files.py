"""What `emoaff predict` does: files and folders in, result files out."""

import contextlib
import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Sequence

from emoaff.faces.detect import FaceDetector
from emoaff.faces.media import media_files
from emoaff.prediction import summary
from emoaff.prediction import tables
from emoaff.prediction.drawing import STYLES
from emoaff.prediction.drawing import annotate
from emoaff.prediction.emo_affectnet_report import report_table
from emoaff.prediction.run_mode import form_of
from emoaff.prediction.video import Options
from emoaff.prediction.video import Timeline
from emoaff.presets import Preset
from emoaff.progress import Progress

FORMATS = ("emoaff", "emo-affectnet")
_REPORT_COLUMNS = {
    "frame": "1-based number of the frame, six digits",
    "one column per class": "probability, 0 to 1, in the order of classes",
}


@dataclasses.dataclass(frozen=True)
class Failure:
    """An input that gave no result, or the result of a part only.

    Args:
        path: The input.
        reason: One sentence.
    """

    path: pathlib.Path
    reason: str


def predict_files(
    inputs: Sequence[str | os.PathLike],
    preset: Preset,
    out: str | os.PathLike,
    options: Options = Options(),  # noqa: B008, frozen
    annotated: str | None = None,
    form: str = "emoaff",
    report=print,
) -> list[Failure]:
    """Writes the result of each video and picture into a folder.

    Each gives `<stem>.csv` (see `emoaff.prediction.tables.COLUMNS`), `<stem>.json` (the
    header: model, versions, options, facts) and, if wanted,
    `<stem>_annotated.mp4` or `.jpg`. In the form `"emo-affectnet"` the table
    is that system's (see `report_table`), and the label of the whole video is
    reported. Inputs of the same stem keep their suffix
    in the name (`clip_mp4.csv`). An input that cannot be read does not keep
    the others from being worked on.

    Args:
        inputs: Videos, pictures and folders of them.
        preset: The model.
        out: Folder for the results, made if missing.
        options: See `Options`.
        annotated: Style in which to write the annotated video or picture as
            well, see `emoaff.prediction.drawing.annotate`; `None` for none.
        form: One of `FORMATS`.
        report: Called with each line about a finished input.

    Returns:
        The inputs without a result, and those that are damaged and gave one
        for the part that could be read; empty when all went well.

    Raises:
        ValueError: If `out` cannot be written to, or preset, options, style
            and form do not fit each other.
    """
    # Once for all files, since a model with a memory is taken apart for each.
    preset = preset.with_prior(options.prior)
    form_of(preset, options)
    _check(preset, options, annotated, form)
    out = _writable(pathlib.Path(out))
    files, failures = [], []
    for path in inputs:
        try:
            files += [f for f in media_files(path) if f not in files]
        except (OSError, ValueError) as error:
            failures.append(Failure(pathlib.Path(path), reason(error)))
    detector = FaceDetector()
    for path, stem in zip(files, result_names(files), strict=True):
        try:
            timeline = Timeline(path, preset, options, detector)
            table = _predict_file(timeline, out, stem, annotated, form, report)
            if timeline.damaged:
                what = "; ".join(timeline.warnings)
                text = f"{path}: {what}. What could be read is in {table}."
                failures.append(Failure(path, text))
        except (OSError, ValueError) as error:
            failures.append(Failure(path, reason(error)))
    return failures


def result_names(files: Sequence[pathlib.Path]) -> list[str]:
    """Returns a name for the results of each file, no two the same.

    The stem; where several files share it, the stem and the suffix
    (`clip_mp4`); where that is shared too, a number behind it (`clip_mp4_2`).
    Upper and lower case count as the same.
    """
    stems = [file.stem.lower() for file in files]
    names, used = [], set()
    for file, stem in zip(files, stems, strict=True):
        name = file.stem
        if stems.count(stem) > 1:
            name = f"{file.stem}_{file.suffix.lstrip('.').lower()}"
        unique, number = name, 2
        while unique.lower() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.lower())
        names.append(unique)
    return names


def reason(error: Exception) -> str:
    """Returns an error as one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())


def _writable(out):
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".emoaff.part"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(
            f"Expected a folder to write the results to. Received: {out} "
            f"({error.strerror}). Choose another with --out."
        ) from error
    return out


def _check(preset, options, annotated, form):
    if form not in FORMATS or annotated not in (None, *STYLES):
        raise ValueError(
            f"Expected the form {' or '.join(FORMATS)}, and the style "
            f"{' or '.join(STYLES)}. Received: form={form!r}, "
            f"annotated={annotated!r}."
        )
    if form == "emo-affectnet" and options.faces == "all":
        raise ValueError(
            "Expected one face a frame for the format emo-affectnet, which has "
            "one row a frame. Received: faces='all'. Choose --faces largest, "
            "or --rules emo-affectnet."
        )
    if form == "emo-affectnet" and preset.labels is None:
        raise ValueError(
            "Expected a preset with expressions for the format emo-affectnet. "
            f"Received: {preset.name}, which has none."
        )


def _predict_file(timeline, out, stem, annotated, form, report):
    path, progress = out / f"{stem}.csv", Progress(timeline.path.name)
    own = form == "emoaff"
    with contextlib.ExitStack() as stack:
        stack.callback(progress.close)
        table = path
        if not own and annotated:
            # Drawing needs boxes and persons, which that report leaves out.
            folder = tempfile.TemporaryDirectory(prefix="emoaff")
            table = pathlib.Path(stack.enter_context(folder)) / path.name
        with contextlib.ExitStack() as files:
            writers = []
            if own or annotated:
                opened = tables.table(table, timeline.classes)
                writers.append(files.enter_context(opened))
            if not own:
                lead = timeline.options.lead
                opened = report_table(path, timeline.classes, lead)
                writers.append(files.enter_context(opened))
            for row in timeline:
                for write in writers:
                    write(row)
                share = row.time_s / (timeline.duration_s or 1)
                progress.update(timeline.frames, share)
        header = summary.header(timeline)
        if not own:
            header["columns"] = _REPORT_COLUMNS
        tables.write_header(out / f"{stem}.json", header)
        written = [path]
        if annotated:
            written.append(_annotate(timeline, table, out, stem, annotated))
    for line in summary.story(timeline):
        report(line)
    if not own:
        label = timeline.label
        report(f"  label: {label.capitalize() if label else 'none'}")
    for each in written:
        report(str(each))
    return path


def _annotate(timeline, table, out, stem, style):
    suffix = ".mp4" if timeline.kind == "video" else ".jpg"
    progress = Progress(f"{timeline.path.name}, annotating")
    try:
        return annotate(
            timeline.path,
            table,
            out / f"{stem}_annotated{suffix}",
            lambda n: progress.update(
                n, n / timeline.facts()["decoded_frames"]
            ),
            style,
        )
    finally:
        progress.close()
