"""Numbered pictures of one video, put together again without loss."""

import fractions
import os
import pathlib
import re
import secrets

import av

from emoaff.faces.pictures import read_picture
from emoaff.faces.signatures import PICTURE_SUFFIXES


def join_pictures(
    folder: str | os.PathLike, path: str | os.PathLike, rate_hz: float
) -> int:
    """Writes the pictures of a folder as a video, pixel for pixel.

    A model with a memory then sees them as frames that follow each other, not
    as single pictures.

    Args:
        folder: Its pictures are the frames, in the order of their names, with
            numbers as numbers (`2.png` before `10.png`). Folders inside are
            left out.
        path: The video, `.mkv` (lossless FFV1).
        rate_hz: Frames a second.

    Returns:
        How many frames there are.

    Raises:
        ValueError: If there are fewer than two pictures, they differ in size,
            one cannot be read, or the rate is not over 0.

    Example:
    >>> import shutil
    >>> for name in ("1.jpg", "2.jpg", "10.jpg"):
    ...     _ = pathlib.Path("shots").mkdir(exist_ok=True)
    ...     _ = shutil.copy("astronaut.jpg", f"shots/{name}")
    >>> join_pictures("shots", "shots.mkv", 25)
    3
    """
    folder, path = pathlib.Path(folder), pathlib.Path(path)
    if not rate_hz > 0:
        raise ValueError(
            f"Expected frames a second over 0. Received: rate_hz={rate_hz}."
        )
    files = [
        file
        for file in sorted(folder.iterdir(), key=_read_order)
        if file.suffix.lower() in PICTURE_SUFFIXES
        and not file.name.startswith(".")
    ]
    if len(files) < 2:
        raise ValueError(
            f"Expected a folder with the frames of one video. {folder} has "
            f"{len(files)} pictures directly in it."
        )
    half = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _write(files, half, fractions.Fraction(rate_hz).limit_denominator(1000))
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
    return len(files)


def _write(files, path, rate):
    size = None
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.pix_fmt = "bgr0"
        for number, file in enumerate(files):
            image = read_picture(file).image
            if size is None:
                size = image.shape
                stream.height, stream.width = size[:2]
            if image.shape != size:
                raise ValueError(
                    f"Expected frames of one size. {files[0].name} has "
                    f"{size[1]} x {size[0]} pixels and {file.name} "
                    f"{image.shape[1]} x {image.shape[0]}."
                )
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame = frame.reformat(format="bgr0")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _read_order(file):
    """Parts of a name, numbers as numbers."""
    parts = re.split(r"(\d+)", file.name.lower())
    return [(int(p), "") if p.isdigit() else (-1, p) for p in parts]
