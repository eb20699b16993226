"""Features of other modalities for every frame of a corpus.

What is public here:

    parse_side_files(text) -> SideFiles by modality
    read_side_input(modality, recordings, files, rule, names) -> SideInput
    compute_statistics(values) -> means, deviations
    SideInput: names and values; compute_statistics() and describe()
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing

import numpy as np

from emoaff.corpora.side_files import FOLDER
from emoaff.data.side_features import SUFFIXES
from emoaff.data.side_features import SideFeatures
from emoaff.data.side_features import read_side_features
from emoaff.data.side_features import read_side_table

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings

_AT_ONCE = 1 << 16  # rows
_MODALITY = re.compile(r"[a-z][a-z0-9_]*")
_RATE = re.compile(r"(.+)@(\d+(?:\.\d+)?)")


@dataclasses.dataclass(frozen=True)
class SideFiles:
    """Where the features of one modality are.

    Args:
        path: A folder with a file for each recording, named like it, or one
            table of all; empty for those that the corpus was built with.
        rate_hz: Rows a second of files without times, or `None`.
    """

    path: str = ""
    rate_hz: float | None = None


def parse_side_files(text: str) -> dict[str, SideFiles]:
    """Reads `audio=FOLDER,eda=FOLDER@4`, or the same in brackets.

    Args:
        text: For each modality its folder or table; `@4` for files without
            times that have four rows a second. May be empty.

    Returns:
        The files by modality.

    Raises:
        ValueError: If a part is no such pair, or names a modality twice.

    Example:
    >>> parse_side_files("audio=sound,eda=series@4")["eda"]
    SideFiles(path='series', rate_hz=4.0)
    """
    found: dict[str, SideFiles] = {}
    inner = text.strip().removeprefix("[").removesuffix("]")
    for part in filter(None, inner.split(",")):
        modality, mark, place = part.strip().partition("=")
        if (
            not mark
            or not place
            or not _MODALITY.fullmatch(modality)
            or modality in found
        ):
            raise ValueError(
                "Expected a folder or table for each modality once, such as "
                f"audio=FOLDER,eda=FOLDER@4. Received: {text}."
            )
        rate = _RATE.fullmatch(place)
        path, rate_hz = rate.groups() if rate else (place, None)
        found[modality] = SideFiles(path, rate_hz and float(rate_hz))
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class SideInput:
    """The features of one modality for n frames.

    Args:
        modality: Its name.
        names: Of the features, f of them.
        values: float32 `(n, f)`, NaN where missing.
        without: Recordings that have no file.
    """

    modality: str
    names: tuple[str, ...]
    values: np.ndarray
    without: tuple[str, ...] = ()

    def compute_statistics(self) -> tuple[np.ndarray, np.ndarray]:
        """Computes mean and deviation; see `compute_statistics`."""
        return compute_statistics(self.values)

    def describe(self) -> str:
        """Says in a sentence how much is missing, and what stands there."""
        frames = len(self.values)
        missing = frames - np.isfinite(self.values).any(axis=1).sum()
        text = (
            f"{len(self.names)} features a frame; {missing} of {frames} frames "
            "have none and get the mean of training"
        )
        if self.without:
            text += (
                f", {len(self.without)} recordings without a file among them, "
                f"such as {self.without[0]}"
            )
        return text


def compute_statistics(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Computes mean and deviation of each feature, without the missing.

    Args:
        values: float `(n, f)`, NaN where missing; may be a memory map.

    Returns:
        float64 `(f,)` each; NaN and 0 for a feature without any value.

    Example:
    >>> mean, deviation = compute_statistics(np.array([[1.0], [3.0], [np.nan]]))
    >>> mean.tolist(), deviation.tolist()
    ([2.0], [1.0])
    """
    starts = range(0, len(values), _AT_ONCE)
    count, total = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    for start in starts:
        some = np.asarray(values[start : start + _AT_ONCE], np.float64)
        count += np.isfinite(some).sum(axis=0)
        total += np.where(np.isfinite(some), some, 0.0).sum(axis=0)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    squares = np.zeros(values.shape[1])
    for start in starts:
        some = np.asarray(values[start : start + _AT_ONCE], np.float64)
        apart = np.where(np.isfinite(some), some - mean, 0.0)
        squares += (apart**2).sum(axis=0)
    return mean, np.sqrt(squares / np.maximum(count, 1))


def read_side_input(
    modality: str,
    recordings: Recordings,
    files: SideFiles,
    rule: str = "mean",
    names: tuple[str, ...] = (),
) -> SideInput:
    """Reads the features of a modality and brings them to the frames.

    Args:
        modality: Its name.
        recordings: The frames, whose times are known.
        files: Where its features are.
        rule: See `emoaff.data.side_features.SideFeatures.align`.
        names: The features to take, in this order; empty for those of the
            first recording.

    Returns:
        The features.

    Raises:
        FileNotFoundError: If there is no such folder or table.
        ValueError: If no recording has a file or several fit one, features
            differ between recordings or lack some of `names`, or the times of
            frames are not known.
    """
    find = _open(modality, recordings, files)
    without, values = [], None
    for number, name in enumerate(recordings.names):
        side, place = find(number)
        if side is None:
            without.append(name)
            continue
        times = recordings.time[recordings.frames_of(number)]
        if np.isnan(times).any():
            raise ValueError(
                f"Expected the time of each frame of {recordings.dataset}, to "
                f"bring {modality} to it. {name} has frames without one. Leave "
                f"{modality} out of data.modalities."
            )
        names = names or side.names
        columns = _find_columns(side, names, place)
        if values is None:
            values = np.full((len(recordings), len(names)), np.nan, np.float32)
        aligned = side.align(times, rule)
        values[recordings.frames_of(number)] = aligned[:, columns]
    if values is None:
        raise ValueError(
            f"Expected features of {modality} for recordings such as "
            f"{recordings.names[0]} of {recordings.dataset} in "
            f"{files.path or 'what was built'}. Found none of "
            f"{len(without)}. Name the files like the recordings."
        )
    return SideInput(modality, tuple(names), values, tuple(without))


def _find_columns(side, names, place):
    if side.names == tuple(names):
        return slice(None)
    where = {name: column for column, name in enumerate(side.names)}
    missing = [name for name in names if name not in where]
    if missing:
        raise ValueError(
            f"Expected the {len(names)} features of the other recordings, "
            f"{names[0]} and so on, in {place}. It lacks {len(missing)}, such "
            f"as {missing[0]}. Compute all with the same settings."
        )
    return [where[name] for name in names]


def _open(modality, recordings, files):
    """A function from the number of a recording to its features and place."""
    if not files.path:
        return _open_built(modality, recordings)
    path = pathlib.Path(files.path)
    if path.is_file():
        table = read_side_table(path, files.rate_hz)
        keys = _Names(table, path)
        return lambda number: (
            table.get(keys.find(recordings.names[number])),
            path,
        )
    if not path.is_dir():
        raise FileNotFoundError(
            f"Expected a folder or table with the features of {modality}. "
            f"Received: {path}, which is neither."
        )
    listed = _list_files(path)
    keys = _Names(listed, path)

    def find(number):
        file = listed.get(keys.find(recordings.names[number]))
        return _read(file, files.rate_hz), file

    return find


def _open_built(modality, recordings):
    """As `_open`, of files that the builder stored beside the records."""
    folders = [
        pathlib.Path(file).parent / FOLDER / modality
        for file in recordings.files
    ]
    if not any(folder.is_dir() for folder in folders):
        raise FileNotFoundError(
            f"Expected features of {modality} in the built corpus "
            f"{recordings.dataset}. It holds none: its files had none, or it "
            "was built before they were stored. Build it anew, or name them: "
            f"--set side_files={modality}=FOLDER in training, --side-files "
            f"{modality}=FOLDER elsewhere."
        )
    listed = {folder: _list_files(folder) for folder in set(folders)}
    # Of several corpora, recordings are named with their corpus in front.
    several = " + " in recordings.dataset
    first = np.searchsorted(
        recordings.recording, np.arange(len(recordings.names))
    )

    def find(number):
        record = recordings.record[first[number]]
        folder = folders[recordings.record_file[record]]
        name = recordings.names[number]
        while several and name not in listed[folder] and "/" in name:
            name = name.partition("/")[2]
        file = listed[folder].get(name)
        return _read(file, None), file

    return find


def _list_files(folder) -> dict[str, pathlib.Path]:
    """The files at and below a folder by path without suffix."""
    found: dict[str, pathlib.Path] = {}
    if not folder.is_dir():
        return found
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if name in found:
                raise ValueError(
                    "Expected one file of features for each recording. "
                    f"Received: {found[name]} and {path}. Keep one."
                )
            found[name] = path
    return found


def _read(file, rate_hz) -> SideFeatures | None:
    return None if file is None else read_side_features(file, rate_hz)


class _Names:
    """Finds what is meant by a recording's name among names of files."""

    def __init__(self, known, place):
        self._known, self._place = set(known), place
        self._last: dict[str, list[str]] = {}
        for name in known:
            last = name.rpartition("/")[2].lower()
            self._last.setdefault(last, []).append(name)

    def find(self, name: str) -> str | None:
        """The same name, or the only one of the same last part."""
        if name in self._known:
            return name
        found = self._last.get(name.rpartition("/")[2].lower(), [])
        if len(found) > 1:
            raise ValueError(
                f"Expected one file of features of {name} in {self._place}. "
                f"Received: {', '.join(found)}. Put them into folders as the "
                "recording's name has them."
            )
        return found[0] if found else None
