import os
import pathlib

import cv2
import numpy as np

from emoaff.faces.frame import Frame
from emoaff.faces.git_lfs import refuse_pointer


def read_picture(path: str | os.PathLike) -> Frame:
    """Reads a still picture as one frame at time 0.

    JPEG, PNG, BMP, WebP and TIFF. The orientation stored in EXIF is applied,
    grey becomes RGB, 16 bits become 8 by dropping the lower ones, alpha is
    ignored, and of an animation or a file of several pages only the first
    picture is read.

    Args:
        path: The file.

    Returns:
        `Frame(0, 0.0, image)`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is a folder, empty, a pointer of Git LFS, or not a
            picture that can be read.
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: expected a picture, found nothing there. Check the path."
        )
    if not path.is_file() or path.stat().st_size == 0:
        found = "an empty file" if path.is_file() else "a folder"
        raise ValueError(
            f"{path}: expected a picture, found {found}. Give a picture file."
        )
    refuse_pointer(path, "a picture")
    data = np.fromfile(path, np.uint8)
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        image = None  # too large for OpenCV, or damaged in its header
    if image is None:
        raise ValueError(
            f"{path}: expected a picture (JPEG, PNG, BMP, WebP or TIFF), but "
            "it cannot be read as one. Convert it, or get a whole copy."
        )
    return Frame(0, 0.0, image)
