import contextlib
import datetime
import itertools
import os
import pathlib

import numpy as np

from emoaff.faces.writer import VideoWriter
from emoaff.prediction import tables


class Recording:
    """Records what is shown: a video, and the rows in a table beside it.

    Both get their names when the recording ends, also where the program is
    stopped.

    Args:
        folder: Where the files go, made if missing.
        classes: Names of the classes.
        size: Width and height of the pictures in pixels.
        start_s: Seconds at which the recording begins, on the rows' clock; its
            times count from there.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        classes: tuple[str, ...],
        size: tuple[int, int],
        start_s: float,
    ):
        self.video = find_free_name(folder, ".mp4")
        self.table = self.video.with_suffix(".csv")
        self._size, self._start_s = size, start_s
        self._ends = contextlib.ExitStack()
        opened = tables.table(self.table, classes)
        self._write_row = self._ends.enter_context(opened)
        self._writer = self._ends.enter_context(VideoWriter(self.video, *size))

    def write(self, image: np.ndarray, time_s: float, rows) -> None:
        """Adds a picture and its rows; another size is left out."""
        time_s -= self._start_s
        for row in rows:
            self._write_row(row.changed(time_s=time_s))
        if image.shape[1::-1] == self._size:
            self._writer.write(image, time_s)

    def close(self) -> None:
        """Ends the recording."""
        self._ends.close()


def find_free_name(folder: str | os.PathLike, suffix: str) -> pathlib.Path:
    """Returns a name in a folder that says when, and that no file has.

    Args:
        folder: Made if missing.
        suffix: Such as `.jpg`. The name is free for `.csv` too.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"live_{datetime.datetime.now():%Y-%m-%d_%H-%M-%S}"
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem}_{number}"
        path = folder / f"{name}{suffix}"
        if not path.exists() and not path.with_suffix(".csv").exists():
            return path
