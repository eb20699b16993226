"""Summarises a finished prediction: header file and printed lines."""

import collections
import dataclasses
import importlib.metadata
from collections.abc import Iterator

from emoaff.prediction import tables
from emoaff.presets.card_worst import write_worst

_SHARES = 3  # expressions that a line names
_VERSIONS = ("emoaff", "tensorflow", "keras", "mtcnn", "av", "opencv-python")


def header(timeline) -> dict:
    """Returns the header of a result, for `tables.write_header`.

    Args:
        timeline: An `emoaff.prediction.Timeline` that was read to its end.
    """
    preset = timeline.preset
    return {
        "source": tables.describe_name(timeline.path),
        "model": {
            "name": preset.name,
            "weights_sha256": preset.config["weights"]["sha256"],
            "classes": list(timeline.classes),
            "crop": preset.config["crop"],
            "input": preset.config["input"],
            "prior": preset.describe_prior(),
            "at_its_worst": write_worst(preset.config),
        },
        "options": dataclasses.asdict(timeline.options),
        "run": _run(timeline.running),
        "label": timeline.label,
        **timeline.finishing.describe(),
        "media": timeline.facts(),
        "confidence_at_most": timeline.confidence_at_most,
        "smallest_face_px": timeline.smallest_face_px,
        "frames": timeline.frames,
        "frames_with_face": timeline.frames_with_face,
        "persons": len(timeline.rows_of),
        "warnings": timeline.warnings,
        "columns": tables.COLUMNS,
        "versions": {name: _version(name) for name in _VERSIONS},
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _run(running):
    """Describes how the model was run, for who has the numbers only."""
    if running.form == "static":
        return {"form": "static"}
    return {
        "form": running.form,
        "rate_hz": running.rate_hz,
        "window": running.preset.window,
        "stride": running.stride if running.form == "window" else None,
    }


def story(timeline) -> Iterator[str]:
    """Summarises in a few lines what was found; see `make_header`."""
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
    if timeline.doubts and timeline.classes:
        each = ", ".join(f"{k} {n}" for k, n in timeline.doubts.most_common())
        rows = "" if not video else f" of {sum(timeline.rows_of.values())}"
        yield f"  rows{rows} without an expression: {each}"
    if not timeline.damaged:
        for warning in timeline.warnings:
            yield f"  note: {warning}"


def _person(timeline, person, video):
    """When a person was there, and with which expression for the most part."""
    counter = timeline.best_of.get(person, collections.Counter())
    ranked, total = counter.most_common(), timeline.rows_of[person]
    if not video:
        named = ranked[0][0] if ranked else "no clear expression"
        return f": {named}" if timeline.classes else ""
    first, last = timeline.times_of[person]
    when = f": {first:.1f}-{last:.1f} s"
    if not timeline.classes:
        return when
    if ranked and 2 * ranked[0][1] > total:
        best, count = ranked[0]
        share = show_percent(count / total)
        return f"{when}, mostly {best} ({share} of {total} rows)"
    # Rows without an expression count as well: 2 of 25 are not "mostly".
    shares = [f"{n} {show_percent(k / total)}" for n, k in ranked[:_SHARES]]
    if counter.total() < total:
        unnamed = 1 - counter.total() / total
        shares.append(f"without an expression {show_percent(unnamed)}")
    return f"{when}, no clear expression ({', '.join(shares)} of {total} rows)"


def show_percent(share: float) -> str:
    """Writes a share of `[0, 1]`; 0 % and 100 % mean none and all."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
