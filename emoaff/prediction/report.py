"""One result as one HTML file that needs nothing else."""

import importlib.resources
import os
import pathlib
import string
import urllib.parse

import numpy as np

from emoaff.prediction import tables
from emoaff.prediction.face_pictures import cut_faces
from emoaff.prediction.html_parts import choose_colours
from emoaff.prediction.html_parts import escape
from emoaff.prediction.html_parts import show_time
from emoaff.prediction.html_parts import write_keys
from emoaff.prediction.person_section import write_person
from emoaff.prediction.result import Result
from emoaff.prediction.result import read_names
from emoaff.prediction.result import write_json
from emoaff.prediction.result_folder import PAGE_MARK
from emoaff.prediction.result_folder import is_own_page
from emoaff.prediction.summary import show_percent

DRAWN = "_annotated.mp4"  # after the stem of a result
_BINS = 1200  # points of a curve; more cannot be told apart on a screen
_KEY_FRAMES = 6  # pictures of a person's strongest events
_DETAILED = 12  # people with such pictures; the others have a portrait
CAUTION = (
    "It names what faces show, by the votes of a crowd, not what people feel. "
    "It can be wrong, above all where it is in doubt. Not for decisions about "
    "people. What faces can and cannot say: docs/ethics.md of emoaff."
)


def write_report(
    result: str | os.PathLike | Result,
    out: str | os.PathLike | None = None,
    video: str | os.PathLike | None = None,
    overwrite: bool = False,
) -> pathlib.Path:
    """Writes a page about one result.

    The page holds all it needs, pictures of faces included, and asks nothing
    of a network. Only the video, if one is given, stays a file of its own; the
    page finds it by its place relative to its own.

    Args:
        result: Its table or its header, a `.csv` or `.json` file.
        out: The page; default: the table's name with `.html`.
        video: The video or picture that the result is of. With it the page has
            pictures of faces, and plays the video where the timeline is
            clicked.
        overwrite: Whether to replace a file that is no such page.

    Returns:
        The page.

    Raises:
        FileNotFoundError: If there is no such result or video.
        ValueError: If `result` is no result of `emoaff predict`, or the page's
            name is taken by another file.
    """
    if not isinstance(result, Result):
        result = Result.read(result)
    path = pathlib.Path(out) if out else result.table.with_suffix(".html")
    refuse_to_replace(path, overwrite)
    drawn = result.table.with_name(f"{result.table.stem}{DRAWN}")
    if not drawn.is_file():
        drawn = None
    text = render_report(result, video, path.parent, drawn)
    with tables.renamed(path) as half:
        half.write_text(text, "utf-8", "backslashreplace")
    return path


def refuse_to_replace(path: pathlib.Path, overwrite: bool) -> None:
    """Raises ValueError if a file is there that is no report."""
    if path.exists() and not overwrite and not is_own_page(path):
        raise ValueError(
            f"{path}: expected a free name or an earlier report. Found a file "
            "that emoaff did not write. Choose another with --out, or "
            "--overwrite."
        )


def render_report(
    result: Result,
    video: str | os.PathLike | None = None,
    folder: str | os.PathLike = ".",
    drawn: str | os.PathLike | None = None,
) -> str:
    """Returns the page as text; see `write_report`.

    Args:
        result: What it is about.
        video: See `write_report`.
        folder: Where the page will lie.
        drawn: The annotated video, named where the other does not play.
    """
    events = {p.person: p.find_events() for p in result.persons}
    pictures = _cut_pictures(result, events, video)
    plays = video is not None and not result.is_picture
    people = [
        write_person(result, person, events[person.person], pictures)
        for person in result.persons
    ]
    data = {
        "classes": list(result.classes),
        "colours": [*choose_colours(result.classes).values()],
        **_collect_curves(result),
    }
    return fill_page(
        "report.html",
        title=escape(result.name),
        facts=escape(_describe_facts(result)),
        people_nav=_write_nav(result),
        video=_write_video(video, folder, drawn) if plays else "",
        legend=_write_legend(result),
        people="\n".join(people) or "<p>No face was found.</p>",
        notes=_write_notes(result),
        data=write_json(data),
    )


def fill_page(name: str, **values: str) -> str:
    """Fills a page of this package; style and scripts are put into it."""
    folder = importlib.resources.files(__package__) / "report_page"
    read = {
        each: (folder / each).read_text("utf-8")
        for each in (name, "report.css", "report.js", "uPlot.iife.min.js")
        + ("uPlot.min.css",)
    }
    return string.Template(read[name]).substitute(
        mark=PAGE_MARK,
        caution=escape(CAUTION),
        style=read["uPlot.min.css"] + read["report.css"],
        plots=read["uPlot.iife.min.js"],
        script=read["report.js"],
        **values,
    )


def _cut_pictures(result, events, video):
    if video is None:
        return {}
    wanted = {}
    largest = sorted(result.persons, key=lambda p: -len(p.times))[:_DETAILED]
    for person in result.persons:
        rows = {"portrait": person.choose_portrait()}
        if person in largest:
            strongest = sorted(events[person.person], key=lambda e: -e.mean)
            for event in strongest[:_KEY_FRAMES]:
                rows[event.start_s] = event.peak_row
        for key, row in rows.items():
            wanted.setdefault(int(person.frames[row]), []).append(
                ((person.person, key), tuple(map(float, person.boxes[row])))
            )
    return cut_faces(video, wanted)


def _collect_curves(result):
    """Curves of all people over the same bins of time."""
    # Whole frames to a bin, so that none is empty where there was a face.
    step = -(-len(result.times) // _BINS) or 1
    starts = result.times[::step]
    people = []
    for person in result.persons:
        probabilities, affect = person.bin_values(starts)
        people.append(
            {
                "person": person.person,
                "p": [_round(curve) for curve in probabilities.T],
                "affect": [_round(curve) for curve in affect.T]
                if np.isfinite(affect).any()
                else [],
                "doubts": [
                    [round(a, 3), round(b, 3), why]
                    for a, b, why in person.find_doubts()
                ],
                "absences": [
                    [round(a, 3), round(b, 3)]
                    for a, b in _find_times_away(person, result.end_s)
                ],
            }
        )
    return {
        "t": _round(starts),
        "end": round(result.end_s, 3),
        "player_start": round(result.player_start_s, 3),
        "people": people,
    }


def _find_times_away(person, end_s):
    """Seconds without the person, before and after their rows too."""
    first, last = float(person.times[0]), float(person.times[-1])
    before = [(0.0, first)] if first > 0 else []
    gone_s = last + person.step_s
    after = [(gone_s, end_s)] if gone_s < end_s - 1e-6 else []
    return before + person.find_absences() + after


def _round(values):
    return [None if v != v else round(float(v), 3) for v in values]


def _write_nav(result):
    if len(result.persons) < 2:
        return ""
    names = read_names(result.header)
    links = "".join(
        f'<a href="#person-{p.person}">'
        f"{escape(names.get(p.person, p.person))}</a>"
        for p in result.persons
    )
    return f'<nav aria-label="People">People: {links}</nav>'


def _write_legend(result):
    if not result.classes or result.is_picture:
        return ""
    return (
        f'<ul class="legend">{write_keys(choose_colours(result.classes))}'
        '<li><i class="unnamed"></i>none named</li>'
        '<li><i class="doubt"></i>in doubt</li>'
        '<li><i class="away"></i>no face</li></ul>'
        '<p class="hint">Drag over a timeline to zoom, double-click to see all '
        "of it. A band is as wide as its expression's probability.</p>"
    )


def _write_video(video, folder, drawn):
    other = ""
    if drawn is not None:
        name = escape(tables.describe_name(drawn))
        address = _write_address(drawn, folder)
        other = f' <a href="{address}">{name}</a> plays everywhere.'
    source = _write_address(video, folder)
    return (
        f'<video controls preload="metadata" src="{source}"></video>'
        '<p class="hint" id="no-video" hidden>The video is not where '
        f"it was, or this browser cannot play it.{other}</p>"
    )


def _write_address(file, folder):
    place = os.path.relpath(os.fspath(file), os.fspath(folder))
    return escape(urllib.parse.quote(place.replace(os.sep, "/")))


def _write_notes(result):
    header = result.header
    lines = []
    model = header["model"]
    prior = model.get("prior") or {}
    lines.append(f"Model: {model.get('name')}")
    if isinstance(prior, dict) and prior.get("asked"):
        lines.append(f"Class prior: {prior['asked']}")
    smoothing = header.get("smoothing") or {}
    if smoothing and not result.is_picture:
        said = smoothing.get("method", "")
        for key, word in (("width_s", "wide"), ("time_constant_s", "constant")):
            if key in smoothing:
                said += f", {smoothing[key]:g} s {word}"
        lines.append(f"Smoothing of what is named: {said}")
    for name in ("valence", "arousal"):
        source = header.get(f"{name}_source")
        if source:
            lines.append(f"{name.capitalize()}: {source}")
    if result.player_start_s >= 0.05:
        lines.append(
            "Times count from the first picture, which players show at "
            f"{result.player_start_s:.2f} s"
        )
    lines += [f"Note: {warning}" for warning in header.get("warnings", [])]
    lines += [str(line) for line in model.get("at_its_worst", [])]
    version = header["versions"].get("emoaff")
    lines.append(f"Made by emoaff {version}")
    return "<ul>" + "".join(f"<li>{escape(x)}</li>" for x in lines) + "</ul>"


def _describe_facts(result):
    media = result.header.get("media", {})
    size = f"{media.get('width')} x {media.get('height')} pixels"
    count = len(result.persons)
    people = "1 person" if count == 1 else f"{count or 'no'} people"
    if result.is_picture:
        return f"Picture, {size}, {people}"
    frames = result.header.get("frames", 0)
    with_face = result.header.get("frames_with_face", 0)
    return (
        f"{show_time(result.end_s)} long, {frames} frames, {size}, {people}, a "
        f"face in {show_percent(with_face / max(frames, 1))} of the frames"
    )
