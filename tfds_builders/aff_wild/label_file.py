import math
import pathlib

import numpy as np

_NO_LABEL = -5  # the authors' own scripts take it out


def read(path: pathlib.Path, largest: float = 1.0) -> np.ndarray:
    """Reads a label file of Aff-Wild: a number a line, the first is frame 0.

    Args:
        path: The file.
        largest: What stands for 1; all are divided by it. Where it is below
            5, -5 is no label.

    Returns:
        float64 `(lines,)` in [-1, 1]; NaN where there is no label. Blank
        lines at the end count for nothing.

    Raises:
        ValueError: If a line is no number or is out of range. The message
            names the file and the line.
    """
    lines = path.read_text("utf-8-sig", errors="replace").rstrip().split("\n")
    lines = [] if lines == [""] else lines
    values = np.array([_number(line) for line in lines])
    if largest < -_NO_LABEL:
        values[values == _NO_LABEL] = math.nan
    # A text gives infinity, which is out of every range.
    wrong = np.flatnonzero(np.abs(values) > largest)
    if wrong.size:
        raise ValueError(
            f"{path.parent.name}/{path.name}, line {wrong[0] + 1}: expected "
            f"one number from {-largest:g} to {largest:g}. Received: "
            f"{lines[wrong[0]].strip()!r}. Labels of a copy that go up to 1000 "
            "are read with +largest=1000 behind the configuration."
        )
    return values / largest


def _number(line):
    try:
        return float(line)
    except ValueError:
        return math.inf
