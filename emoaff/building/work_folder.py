import hashlib
import json
import os
import pathlib
import shutil
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from emoaff.building.face_crops import FaceCrop
from emoaff.building.footage import Footage

_VERSION = 1  # of what is written here and of how faces are cut


class WorkFolder:
    """Crops of recordings that are finished, so that no work is done twice.

    A recording's crops lie in a file of its own, and beside it what is known
    of them. The second is written last and by renaming, so a recording that
    has it is whole, however a process ended.

    Args:
        folder: Where they lie; made when first written to.
        root: The user's folder, to which the names are relative.
        settings: How faces are cut. Others make other files.
    """

    def __init__(
        self, folder: pathlib.Path, root: pathlib.Path, settings: dict
    ):
        self.folder, self.root = pathlib.Path(folder), pathlib.Path(root)
        self._settings = settings

    def key(self, footage: Footage) -> str:
        """Returns a hash of what is cut, and how; of names, sizes and dates."""
        paths = [footage.path / name for _, name in footage.pictures]
        described = {
            "version": _VERSION,
            "settings": self._settings,
            "files": [_identity(p, self.root) for p in paths or [footage.path]],
            "frames": [number for number, _ in footage.pictures],
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
            `index` and `time`, lists of the crops' frame numbers and seconds;
            `frames` looked at; `people` seen; `damage`, the decoder's
            complaint, and `error`, why nothing could be read, both empty
            where all is well; `failed`, pairs of a file and why not.
        """
        path = self.folder / f"{key}.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else None

    def write(self, key: str, crops: Iterator[FaceCrop], finish) -> dict:
        """Writes crops, then what is known of them.

        Args:
            key: See `key`.
            crops: The crops, in order.
            finish: Called after the last crop, gives the rest of `outcome`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"{key}.{os.getpid()}.unfinished"
        index, time = [], []
        with tf.io.TFRecordWriter(str(unfinished)) as file:
            for crop in crops:
                file.write(crop.jpeg)
                index.append(int(crop.index))
                time.append(float(crop.time_s))
        unfinished.rename(self.folder / f"{key}.crops")
        outcome = {"index": index, "time": time, **finish()}
        note = unfinished.with_suffix(".note")
        note.write_text(json.dumps(outcome), "utf-8")
        note.rename(self.folder / f"{key}.json")
        return outcome

    def crops(self, key: str) -> Iterator[bytes]:
        """Yields the JPEGs of finished crops, one by one."""
        path = str(self.folder / f"{key}.crops")
        yield from tf.data.TFRecordDataset(path).as_numpy_iterator()

    def where(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns frame numbers, int64, and seconds, float64, of the crops."""
        outcome = self.outcome(key)
        return (
            np.array(outcome["index"], np.int64),
            np.array(outcome["time"], np.float64),
        )

    def remove(self) -> None:
        """Removes it all."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _identity(path, root):
    try:
        stat = path.stat()
    except OSError:
        return [os.path.relpath(path, root), -1, -1]
    return [os.path.relpath(path, root), stat.st_size, stat.st_mtime_ns]
