"""What `emoaff predict` does: files and folders in, result files out."""

import dataclasses
import importlib.metadata
import os
import pathlib
from collections.abc import Sequence

from emoaff import results
from emoaff.annotate import annotate
from emoaff.faces.detect import FaceDetector
from emoaff.faces.media import media_files
from emoaff.predict import Options
from emoaff.predict import Timeline
from emoaff.presets import Preset
from emoaff.progress import Progress

_VERSIONS = ("emoaff", "tensorflow", "keras", "mtcnn", "av", "opencv-python")


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
    annotated: bool = False,
    report=print,
) -> list[Failure]:
    """Writes the result of each video and picture into a folder.

    Each gives `<stem>.csv` (see `emoaff.results.COLUMNS`), `<stem>.json` (the
    header: model, versions, options, facts) and, if wanted,
    `<stem>_annotated.mp4` or `.jpg`. Inputs of the same stem keep their suffix
    in the name (`clip_mp4.csv`). An input that cannot be read does not keep
    the others from being worked on.

    Args:
        inputs: Videos, pictures and folders of them.
        preset: The model.
        out: Folder for the results, made if missing.
        options: See `Options`.
        annotated: Whether to write the annotated video or picture as well.
        report: Called with each line about a finished input.

    Returns:
        The inputs without a result, and those that are damaged and gave one
        for the part that could be read; empty when all went well.

    Raises:
        ValueError: If `out` cannot be written to, or the preset takes windows
            of frames.
    """
    preset.require_single_pictures()
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
            table = _predict_file(timeline, out, stem, annotated, report)
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


def _predict_file(timeline, out, stem, annotated, report):
    table, header = out / f"{stem}.csv", out / f"{stem}.json"
    progress = Progress(timeline.path.name)
    try:
        with results.table(table, timeline.classes) as write:
            for row in timeline:
                write(row)
                share = row.time_s / (timeline.duration_s or 1)
                progress.update(timeline.frames, share)
    finally:
        progress.close()
    results.write_header(header, _header(timeline))
    written = [table]
    if annotated:
        written.append(_annotate(timeline, table, out, stem))
    for line in (*_story(timeline), *map(str, written)):
        report(line)
    return table


def _annotate(timeline, table, out, stem):
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
        )
    finally:
        progress.close()


def _header(timeline) -> dict:
    preset = timeline.preset
    return {
        "source": timeline.path.name,
        "model": {
            "name": preset.name,
            "weights_sha256": preset.config["weights"]["sha256"],
            "classes": list(timeline.classes),
            "crop": preset.config["crop"],
            "input": preset.config["input"],
        },
        "options": dataclasses.asdict(timeline.options),
        "smoothing": timeline.smoother.describe(),
        "media": timeline.facts(),
        "frames": timeline.frames,
        "frames_with_face": timeline.frames_with_face,
        "persons": len(timeline.rows_of),
        "warnings": timeline.warnings,
        "columns": results.COLUMNS,
        "versions": {name: _version(name) for name in _VERSIONS},
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _story(timeline):
    """Says in a few lines what was found."""
    name, persons = timeline.path.name, sorted(timeline.rows_of)
    video = timeline.kind == "video"
    what = f"{timeline.frames} frames" if video else "picture"
    if not persons:
        yield f"{name}: {what}, no face found; its rows have no values"
    else:
        people = "1 person" if len(persons) == 1 else f"{len(persons)} people"
        share = f", a face in {timeline.frames_with_face}" if video else ""
        yield f"{name}: {what}, {people}{share}"
    for person in persons:
        yield f"  person {person}{_person(timeline, person, video)}"
    if not timeline.damaged:
        for warning in timeline.warnings:
            yield f"  note: {warning}"


def _person(timeline, person, video):
    """When a person was there, and with which expression for the most part."""
    counter = timeline.best_of.get(person)
    best, count = counter.most_common(1)[0] if counter else (None, 0)
    if not video:
        return f": {best}" if best else ""
    first, last = timeline.times_of[person]
    when = f": {first:.1f}-{last:.1f} s"
    share = count / timeline.rows_of[person]
    return f"{when}, mostly {best} ({share:.0%})" if best else when
