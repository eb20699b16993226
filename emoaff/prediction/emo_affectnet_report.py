"""The report that EMO-AffectNet's `run.py` writes for a video."""

import contextlib
import csv
import os
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np

from emoaff.prediction.row import Row
from emoaff.prediction.tables import renamed


@contextlib.contextmanager
def open_emo_affectnet_table(
    path: str | os.PathLike, classes: tuple[str, ...], lead: str = "empty"
) -> Iterator[Callable[[Row], None]]:
    """Opens a report for writing, to be used with `with`.

    Its columns are `frame`, six digits from 000001 on, and the classes, each
    with a capital: probabilities as float32, unrounded. Cells are empty where
    there is no answer. The file appears when the block ends well.

    Args:
        path: The CSV file.
        classes: Class names in the order of the probabilities.
        lead: What frames before the first answer get. `"empty"`: a row with
            empty cells. `"absent"`: no row, as in the original. `"first"`:
            the first answer.

    Yields:
        A function that writes one `Row`; of each frame there may be one.

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013),
          the authors' code, `run.py`
    """
    with renamed(path) as half, half.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["frame", *(name.capitalize() for name in classes)])
        leading: list[int] | None = []

        def write(row):
            nonlocal leading
            if leading is not None and row.probabilities is None:
                leading.append(row.frame)
                return
            if leading is not None:
                fill = row.probabilities if lead == "first" else None
                write_leading(fill)
            writer.writerow(_cells(row.frame, row.probabilities, classes))

        def write_leading(fill):
            nonlocal leading
            if lead != "absent":
                writer.writerows(_cells(n, fill, classes) for n in leading)
            leading = None

        yield write
        if leading is not None:
            write_leading(None)


def _cells(frame, probabilities, classes):
    number = f"{frame + 1:06d}"
    if probabilities is None:
        return [number, *[""] * len(classes)]
    return [number, *(str(p) for p in np.float32(probabilities))]
