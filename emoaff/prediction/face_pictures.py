"""Small pictures of faces for a report, cut from the video."""

import base64
import os

import cv2

from emoaff.faces.crop import crop_face
from emoaff.faces.media import find_media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.video import Video

_SIDE = 96  # pixels
_MARGIN = 0.5
_QUALITY = 80


def cut_faces(
    path: str | os.PathLike, wanted: dict[int, list[tuple]]
) -> dict[tuple, str]:
    """Cuts faces from a video or picture, with what is about them.

    At a border, more is seen of the side where there is something.

    Args:
        path: The file.
        wanted: 0-based frame to pairs of a key and a box `(x, y, w, h)`.

    Returns:
        Key to a `data:` address of a JPEG picture. Frames that the file does
        not have are left out.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be read.
    """
    found = {}
    if not wanted:
        return found
    if find_media_kind(path) == "picture":
        frames = [read_picture(path)]
    else:
        frames = Video(path)
    last = max(wanted)
    for frame in frames:
        for key, box in wanted.get(frame.index, ()):
            x, y, w, h = box
            height, width = frame.image.shape[:2]
            if x < width and y < height and x + w > 0 and y + h > 0:
                box = _move_inside(box, width, height)
                face = crop_face(frame.image, box, _MARGIN, _SIDE)
                found[key] = _encode(face)
        if frame.index >= last:
            break
    return found


def _move_inside(box, width, height):
    """Moves a box so that its crop shows the image alone, where it fits in."""
    x, y, w, h = box
    # Half of what the crop has about the box, which is in its middle.
    side = max(w, h) * (1 + _MARGIN)
    about = (side - w) / 2, (side - h) / 2
    if side <= width:
        x = min(max(x, about[0]), width - w - about[0])
    if side <= height:
        y = min(max(y, about[1]), height - h - about[1])
    return x, y, w, h


def _encode(image):
    settings = (cv2.IMWRITE_JPEG_QUALITY, _QUALITY)
    _, data = cv2.imencode(".jpg", image[..., ::-1], settings)
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")
