"""Face boxes from files of points, `.pts`."""

import os

from emoaff.corpora.footage import Box


def read_box(path: str | os.PathLike) -> Box | None:
    """Returns the upright box around the points of a file.

    Every line of two numbers is a point, x and y in pixels; their order does
    not matter, nor what else stands in the file. For corners this is their
    box.

    Args:
        path: The file.

    Returns:
        `(x, y, width, height)`; None if no two points span an area, or the
        file cannot be opened.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            points = [point for line in file if (point := _parse_point(line))]
    except OSError:
        return None
    if not points:
        return None
    across, down = zip(*points, strict=True)
    x, y = min(across), min(down)
    width, height = max(across) - x, max(down) - y
    # NaN and infinity fail here too.
    if not 0 < width < _ENDLESS or not 0 < height < _ENDLESS:
        return None
    return x, y, width, height


_ENDLESS = 1e6  # pixels


def _parse_point(line):
    try:
        x, y = map(float, line.split())
    except ValueError:
        return None
    return x, y
