"""Draws a result table onto its video or picture."""

import itertools
import math
import os
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

import av
import cv2
import numpy as np

from emoaff.faces.media import find_media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.video import Video
from emoaff.faces.writer import VideoWriter
from emoaff.prediction import emo_affectnet_drawing
from emoaff.prediction import tables
from emoaff.prediction.row import Row

# In the file itself, so that it is known wherever it goes.
_MARK = "drawn by emoaff predict"
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WHITE = (255, 255, 255)
_PANEL = (24, 24, 24)
_BARS = 3
# One colour a person, far apart, readable under white text.
_COLOURS = (
    (0, 114, 178),
    (213, 94, 0),
    (0, 128, 96),
    (170, 70, 140),
    (150, 110, 0),
    (90, 80, 200),
    (190, 40, 60),
    (80, 110, 60),
)


def annotate(
    path: str | os.PathLike,
    table: str | os.PathLike,
    out: str | os.PathLike,
    on_frame=None,
    style: str = "emoaff",
) -> pathlib.Path:
    """Writes the video or picture with boxes, persons and expressions.

    Each face gets its box, its person, its smoothed expression with the
    confidence, and bars of the most probable expressions of that frame; from a
    model without expressions, valence and arousal. Frames
    for which the table has no row are shown as they are. Where the picture
    changes its size, all are fitted into the first one's, with black borders.
    The file is read once more, so memory stays constant. Sound is not kept.

    Args:
        path: The video or picture.
        table: The CSV file that `predict` wrote for it.
        out: The file to write: `.mp4` (H.264) for a video, any suffix OpenCV
            writes for a picture.
        on_frame: Called with the number of frames written so far.
        style: A name of `STYLES`. `"emo-affectnet"` draws a magenta box and a
            label, see `emoaff.prediction.emo_affectnet_drawing`.

    Returns:
        `out`.

    Raises:
        FileNotFoundError: A file is missing.
        ValueError: A file cannot be read, `out` cannot be written, or there
            is no such style.
    """
    if style not in STYLES:
        raise ValueError(
            f"Expected style to be one of {', '.join(STYLES)}. "
            f"Received: style={style!r}."
        )
    draw = STYLES[style]
    out = pathlib.Path(out)
    classes, rows = tables.read_table(table)
    by_frame = _group_by_frame(rows)
    if find_media_kind(path) == "picture":
        image = read_picture(path).image
        return _write_picture(draw(image, next(by_frame)[1], classes), out)
    with Video(path) as video:
        fps = video.average_fps if video.average_fps >= 0.1 else 25.0
        size = video.width, video.height
        writer = VideoWriter(out, *size, fps, comment=_MARK)
        with writer:
            upcoming = next(by_frame, (None, []))
            for count, frame in enumerate(video, start=1):
                image = frame.image
                if frame.index == upcoming[0]:
                    image = draw(image, upcoming[1], classes)
                    upcoming = next(by_frame, (None, []))
                writer.write(_fit(image, size), frame.time_s)
                if on_frame:
                    on_frame(count)
    return out


def is_drawn(path: str | os.PathLike) -> bool:
    """Returns whether `annotate` wrote a file; `.mp4` and JPEG are marked."""
    path = pathlib.Path(path)
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = file.read(64)
        if start.startswith(b"\xff\xd8"):
            return _MARK.encode() in start
        if start[4:8] != b"ftyp":
            return False
        with av.open(os.fspath(path.absolute())) as container:
            return container.metadata.get("comment") == _MARK
    except (av.FFmpegError, OSError, ValueError):
        return False  # whoever reads it will say what is wrong


def _fit(image, size):
    """Makes a picture one of a size, with black borders where it is not."""
    (height, width), (full_width, full_height) = image.shape[:2], size
    if (width, height) == size:
        return image
    scale = min(full_width / width, full_height / height)
    width = max(round(width * scale), 1)
    height = max(round(height * scale), 1)
    canvas = np.zeros((full_height, full_width, 3), np.uint8)
    left, top = (full_width - width) // 2, (full_height - height) // 2
    canvas[top : top + height, left : left + width] = cv2.resize(
        image, (width, height), interpolation=cv2.INTER_AREA
    )
    return canvas


def _group_by_frame(rows: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    for index, group in itertools.groupby(rows, key=lambda row: row.frame):
        yield index, list(group)


def _write_picture(image, out):
    done, data = cv2.imencode(out.suffix, image[..., ::-1])
    if not done:
        raise ValueError(
            f"{out}: expected a suffix such as .jpg or .png to write."
        )
    data = data.tobytes()
    if data.startswith(b"\xff\xd8"):  # JPEG: a comment at its start
        mark = _MARK.encode()
        size = (len(mark) + 2).to_bytes(2, "big")
        data = data[:2] + b"\xff\xfe" + size + mark + data[2:]
    with tables.renamed(out) as half:
        half.write_bytes(data)
    return out


def _drawn(image, rows, classes):
    image = image.copy()
    scale = max(min(image.shape[:2]) / 720, 0.4)
    for row in rows:
        if row.person is not None:
            _draw_face(image, row, classes, scale)
    return image


def _draw_face(image, row, classes, scale):
    colour = _COLOURS[(row.person - 1) % len(_COLOURS)]
    x, y, w, h = (round(value) for value in row.box)
    thick = max(round(2 * scale), 1)
    cv2.rectangle(image, (x, y), (x + w, y + h), colour, thick)
    lines = [f"{row.person}"]
    if row.doubt:
        lines = [f"{row.person} ? {row.doubt}"]
    elif row.smoothed is not None:
        best = int(np.nanargmax(row.smoothed))
        share = float(row.smoothed[best])
        # Nobody is sure to 100 %, which rounding would claim.
        percent = ">99%" if share >= 0.995 else f"{share:.0%}"
        lines = [f"{row.person} {classes[best]} {percent}"]
    elif not math.isnan(row.valence + row.arousal):
        affect = f"valence {row.valence:+.2f} arousal {row.arousal:+.2f}"
        lines = [f"{row.person} {affect}"]
    size = 0.6 * scale
    (width, height), base = cv2.getTextSize(lines[0], _FONT, size, thick)
    pad = max(round(4 * scale), 2)
    top = y - height - base - 2 * pad
    if top < 0:
        top = min(y + h, image.shape[0] - height - base - 2 * pad)
    left = min(max(x, 0), max(image.shape[1] - width - 2 * pad, 0))
    corner = (left + width + 2 * pad, top + height + base + 2 * pad)
    cv2.rectangle(image, (left, top), corner, colour, cv2.FILLED)
    origin = (left + pad, top + pad + height)
    _write(image, lines[0], origin, size, thick)
    if row.probabilities is not None:
        _draw_bars(image, row, classes, scale, (x, y, w, h), colour)


def _draw_bars(image, row, classes, scale, box, colour):
    """Draws small bars beside the box, on the side that has room."""
    x, y, w, h = box
    size, pad = 0.42 * scale, max(round(3 * scale), 2)
    widths = [cv2.getTextSize(n, _FONT, size, 1)[0][0] for n in classes]
    line = cv2.getTextSize("Ag", _FONT, size, 1)[0][1] + 2 * pad
    full = round(70 * scale)
    width, height = max(widths) + full + 3 * pad, _BARS * line + pad
    left = x + w + pad
    if left + width > image.shape[1]:
        left = max(x - width - pad, 0)
    top = min(max(y, 0), max(image.shape[0] - height, 0))
    area = image[top : top + height, left : left + width]
    area[:] = (0.35 * area + 0.65 * np.array(_PANEL)).astype(np.uint8)
    order = np.argsort(-row.probabilities, kind="stable")[:_BARS]
    for i, k in enumerate(order):
        base = top + (i + 1) * line - pad // 2
        _write(image, classes[k], (left + pad, base), size, 1)
        start = left + max(widths) + 2 * pad
        end = start + max(round(full * float(row.probabilities[k])), 1)
        low = (start, base - line + 2 * pad)
        cv2.rectangle(image, low, (end, base), colour, cv2.FILLED)
        cv2.rectangle(image, low, (start + full, base), _WHITE, 1)


def _write(image, text, origin, size, thick):
    cv2.putText(image, text, origin, _FONT, size, _WHITE, thick, cv2.LINE_AA)


STYLES = {"emoaff": _drawn, "emo-affectnet": emo_affectnet_drawing.draw}
