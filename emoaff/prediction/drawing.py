"""Draws a result table onto its video or picture."""

import functools
import itertools
import os
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

import av
import cv2
import numpy as np

from emoaff.faces.media import find_media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.sound import SoundCopy
from emoaff.faces.video import Video
from emoaff.faces.writer import VideoWriter
from emoaff.prediction import emo_affectnet_drawing
from emoaff.prediction import tables
from emoaff.prediction.face_panels import draw_faces
from emoaff.prediction.panel_layout import PanelLayout
from emoaff.prediction.row import Row

# In the file itself, so that it is known wherever it goes.
_MARK = "drawn by emoaff predict"


def annotate(
    path: str | os.PathLike,
    table: str | os.PathLike,
    out: str | os.PathLike,
    on_frame=None,
    style: str = "emoaff",
    names: dict[int, str] | None = None,
) -> pathlib.Path:
    """Writes the video or picture with boxes, persons and expressions.

    Each face gets its box and a panel, see `draw_faces`. Frames for which the
    table has no row are shown as they are. Where the picture changes its size,
    all are fitted into the first one's, with black borders. The file is read
    once more, so memory stays constant. Sound is kept; what mp4 cannot hold is
    encoded as AAC.

    Args:
        path: The video or picture.
        table: The CSV file that `predict` wrote for it.
        out: The file to write: `.mp4` (H.264) for a video, any suffix OpenCV
            writes for a picture.
        on_frame: Called with the number of frames written so far.
        style: A name of `STYLES`. `"emo-affectnet"` draws a magenta box and a
            label, see `emoaff.prediction.emo_affectnet_drawing`.
        names: Person to name, which is written in place of the number.

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
    if style == "emoaff":
        draw = functools.partial(draw, layout=PanelLayout(), names=names)
    out = pathlib.Path(out)
    classes, rows = tables.read_table(table)
    by_frame = _group_by_frame(rows)
    if find_media_kind(path) == "picture":
        image = read_picture(path).image
        return _write_picture(draw(image, next(by_frame)[1], classes), out)
    with Video(path) as video:
        fps = video.average_fps if video.average_fps >= 0.1 else 25.0
        size = video.width, video.height
        sound = SoundCopy(path, video.start_s)
        writer = VideoWriter(out, *size, fps, comment=_MARK, sound=sound)
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


STYLES = {"emoaff": draw_faces, "emo-affectnet": emo_affectnet_drawing.draw}
