"""Summarises a finished prediction: header file and printed lines."""

import dataclasses
import importlib.metadata
import io
import math
import shutil
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
            "engine": preset.engine,
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
        "people": _describe_people(timeline),
        "damaged": timeline.damaged,
        "identity": {
            "way": timeline.identity,
            "linked": len(timeline.tracker.links) if timeline.tracker else 0,
        },
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
    """Says in a few lines what was found; see `header`.

    For a picture the answer; for a video a line for each person: when it was
    seen, what it showed most, what was held, how much was in doubt and why.
    """
    name = timeline.path.name
    tallies = {
        _title(person, timeline.names): tally
        for person, tally in sorted(timeline.tally_of.items())
    }
    if not tallies:
        what = _count_frames(timeline)
        yield f"{name}: {what}, no face found; its rows have no values"
    elif timeline.kind == "picture":
        yield from _tell_picture(name, tallies)
    else:
        count = len(tallies)
        people = "1 person" if count == 1 else f"{count} people"
        yield (
            f"{name}: {_count_frames(timeline)}, {people}, a face in "
            f"{timeline.frames_with_face}"
        )
        yield from _tell_video(tallies, timeline.classes)
    if not timeline.damaged:
        for warning in timeline.warnings:
            yield f"  note: {warning}"


def describe_result(timeline, files) -> dict:
    """Returns what `story` says, and the files, for other programs."""
    return {
        "source": str(timeline.path),
        "kind": timeline.kind,
        "frames": timeline.frames,
        "frames_with_face": timeline.frames_with_face,
        "people": _describe_people(timeline),
        "label": timeline.label,
        "warnings": list(timeline.warnings),
        "files": [str(file) for file in files],
    }


def _title(person, names):
    return ", ".join([f"person {person}", *filter(None, [names.get(person)])])


def _describe_people(timeline):
    most = timeline.confidence_at_most
    names = timeline.names
    return [
        {
            "person": person,
            **({"name": names[person]} if person in names else {}),
            **tally.describe(most),
        }
        for person, tally in sorted(timeline.tally_of.items())
    ]


def _count_frames(timeline):
    return (
        "picture"
        if timeline.kind == "picture"
        else (f"{timeline.frames} frames")
    )


def _tell_picture(name, tallies):
    answers = {n: _answer(tally) for n, tally in tallies.items()}
    if len(tallies) == 1:
        yield f"{name}: {next(iter(answers.values()))}"
        return
    yield f"{name}: picture, {len(tallies)} people"
    for person, answer in answers.items():
        yield f"  {person}: {answer}"


def _answer(tally):
    """What the only row of a person says."""
    parts = []
    if tally.named:
        (name,) = tally.named
        parts.append(f"{name}, probability {show_percent(tally.strength)}")
    elif tally.doubts:
        parts.append(f"no clear expression, {', '.join(tally.doubts)}")
    return ", ".join([*parts, *_describe_affect(tally)]) or "1 person"


def _describe_affect(tally):
    for name in ("valence", "arousal"):
        value = getattr(tally, name)
        if not math.isnan(value):
            yield f"{name} {value:+.2f}"


def _tell_video(tallies, classes):
    lines = []
    for person, tally in tallies.items():
        cells = [
            person,
            f"{tally.first_s:.1f}-{tally.last_s:.1f} s",
            ", ".join([*_describe_shares(tally), *_describe_affect(tally)]),
            _describe_events(tally),
            _describe_doubts(tally),
        ]
        lines.append(cells if classes else cells[:3])
    yield from align_columns(lines)


def _describe_shares(tally):
    longest = tally.named.most_common(_SHARES)
    return [f"{n} {show_percent(count / tally.rows)}" for n, count in longest]


def _describe_events(tally):
    held = ", ".join(
        name if count == 1 else f"{count} x {name}"
        for name, count in tally.held.most_common(_SHARES)
    )
    return f"held: {held}" if held else ""


def _describe_doubts(tally):
    if not tally.unnamed:
        return ""
    share = show_percent(tally.unnamed / tally.rows)
    reasons = [
        f"{name} {show_percent(count / tally.rows)}"
        for name, count in tally.doubts.most_common()
    ]
    if len(reasons) == 1:
        reasons = list(tally.doubts)  # whose share is that of none named
    return f"none named {share}: {', '.join(reasons)}".removesuffix(": ")


def align_columns(lines: list[list[str]], width: int | None = None):
    """Lays cells out in aligned columns, wrapped where there is no room.

    Args:
        lines: Cells of each line, all of the same number.
        width: Characters of a line; `None` for those of the terminal, 100 where
            there is none.

    Yields:
        Lines of text.

    Example:
    >>> list(align_columns([["a", "1"], ["bcd", "20"]], width=30))
    ['  a    1', '  bcd  20']
    """
    from rich.console import Console
    from rich.table import Table

    width = width or shutil.get_terminal_size((100, 24)).columns
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    used = [n for n in range(len(lines[0])) if any(line[n] for line in lines)]
    for n in used:
        # Who and when stay in one line; what they did may be wrapped.
        grid.add_column(no_wrap=n < 2, overflow="fold")
    for line in lines:
        grid.add_row(*(line[n] for n in used))
    text = io.StringIO()
    console = Console(
        file=text,
        width=max(width - 2, 40),
        color_system=None,
        markup=False,
        highlight=False,
        emoji=False,
    )
    console.print(grid)
    for line in text.getvalue().splitlines():
        yield f"  {line}".rstrip()


def show_percent(share: float) -> str:
    """Writes a share of `[0, 1]`; 0 % and 100 % mean none and all."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
