import hashlib
import json
import os
import pathlib
from collections.abc import Iterator

import numpy as np

from emoaff.corpora.face_crops import FaceCrop
from emoaff.corpora.footage import Footage

_VERSION = 4  # of what is written here and of how faces are cut


class WorkFolder:
    """Crops of recordings that are finished, so that no work is done twice.

    A recording's crops lie in a file of its own, and beside it what is known
    of them. The second is written last and by renaming, so a recording that
    has it is whole, however a process ended. Two processes may write the same
    recording.

    Args:
        folder: Where they lie.
        root: The user's folder, to which the names are relative.
        settings: How faces are cut. Others make other files.
    """

    def __init__(
        self, folder: pathlib.Path, root: pathlib.Path, settings: dict
    ):
        # Absolute: processes that are kept from an earlier build may run in
        # another folder.
        self.folder = pathlib.Path(folder).absolute()
        self.root = pathlib.Path(root).absolute()
        self._settings = settings

    def key(self, footage: Footage) -> str:
        """Returns a hash of what is cut, and how; of names, sizes and dates."""
        path = os.fspath(footage.path)
        names = [os.path.join(path, name) for _, name in footage.pictures]
        described = {
            "version": _VERSION,
            "settings": self._settings,
            "path": os.path.relpath(path, self.root),
            "pictures": footage.pictures,
            "files": [_read_size_and_date(each) for each in names or [path]],
            "stills": footage.stills,
            "stretch": [str(footage.start_s), str(footage.end_s)],
            "rate_hz": str(footage.rate_hz),
            "region": footage.region,
            "faces": footage.faces,
            "boxes": sorted((footage.boxes or {}).items()),
            "person": footage.person,
        }
        text = json.dumps(described, default=float)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def outcome(self, key: str) -> dict | None:
        """Returns what is known of finished crops, None if not finished.

        Returns:
            `index`, `time` and `sizes`, lists of the crops' frame numbers,
            seconds and bytes; `frames` looked at; `others`, faces or people
            beside those kept; `damage`, the decoder's complaint, and `error`,
            why nothing could be read, both empty where all is well; `failed`,
            number and name of each picture that cannot be read; `outside`,
            numbers of the frames outside of which their boxes lie.
        """
        try:
            text = (self.folder / f"{key}.json").read_text("utf-8")
            outcome = json.loads(text)
            size = (self.folder / f"{key}.crops").stat().st_size
        except (OSError, ValueError):
            return None
        # A machine that lost its power may keep the later file alone.
        return outcome if size == sum(outcome["sizes"]) else None

    def make(self) -> None:
        """Makes the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, key: str, crops: Iterator[FaceCrop], finish) -> dict:
        """Writes crops, then what is known of them.

        Args:
            key: See `key`.
            crops: The crops, in order.
            finish: Called after the last crop, gives the rest of `outcome`.

        Raises:
            OSError: If the folder is gone or full.
        """
        unfinished = self.folder / f"{key}.{os.getpid()}.unfinished"
        index, time, sizes = [], [], []
        with unfinished.open("wb") as file:
            for crop in crops:
                sizes.append(file.write(crop.jpeg))
                index.append(int(crop.index))
                time.append(float(crop.time_s))
        unfinished.replace(self.folder / f"{key}.crops")
        outcome = {"index": index, "time": time, "sizes": sizes, **finish()}
        note = unfinished.with_suffix(".note")
        note.write_text(json.dumps(outcome), "utf-8")
        note.replace(self.folder / f"{key}.json")
        return outcome

    def crops(self, key: str) -> Iterator[bytes]:
        """Yields the JPEGs of finished crops, one by one."""
        with (self.folder / f"{key}.crops").open("rb") as file:
            for size in self.outcome(key)["sizes"]:
                yield file.read(size)

    def where(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns frame numbers, int64, and seconds, float64, of the crops."""
        outcome = self.outcome(key)
        return (
            np.array(outcome["index"], np.int64),
            np.array(outcome["time"], np.float64),
        )


def _read_size_and_date(path):
    try:
        stat = os.stat(path)
    except OSError:
        return [-1, -1]
    return [stat.st_size, stat.st_mtime_ns]
