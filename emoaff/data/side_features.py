"""Features that other programs computed, brought to the times of frames.

What is public here:

    SideFeatures: names, times and values of one recording
    read_side_features(path, rate_hz) -> SideFeatures
    read_side_table(path, rate_hz) -> SideFeatures of each recording in it
"""

import dataclasses
import os
import pathlib

import numpy as np
import pandas as pd

from emoaff.data.arff_table import read_arff
from emoaff.data.sound_bands import SOUND_SUFFIXES
from emoaff.data.sound_bands import compute_sound_bands

SUFFIXES = (".csv", ".parquet", ".npy", ".arff", *SOUND_SUFFIXES)
RULES = ("nearest", "mean")
# Columns that say when a row is, the first of them that there is.
_TIMES = (
    *("time_s", "timestamp", "frametime", "time", "time in seconds", "start"),
)
# Columns that say whose a row is, the first of them that there is.
_RECORDINGS = ("recording", "name", "file", "instance_name")
# Columns that are no features: of OpenFace, openSMILE, RECOLA and emoaff.
_NO_FEATURES = {
    *("frame", "face_id", "confidence", "success"),
    *("end", "subject", "person", "class", "goldstandard"),
    *_RECORDINGS,
    *_TIMES,
}


@dataclasses.dataclass(frozen=True, eq=False)
class SideFeatures:
    """Feature vectors of one recording, each at a time.

    Args:
        names: Of the features, f of them.
        times: float `(n,)`, rising seconds. One row that holds throughout,
            such as functionals of a whole recording, may be at NaN.
        values: float32 `(n, f)`, NaN where there is none.

    Raises:
        ValueError: If the shapes do not agree, or times do not rise.

    Example:
    >>> values = np.array([[1.0], [3.0], [5.0]])
    >>> sound = SideFeatures(("loudness",), [0.0, 0.1, 0.2], values)
    >>> sound.align([0.04, 0.16, 0.9], "nearest").ravel().tolist()
    [1.0, 5.0, nan]
    >>> sound.align([0.0, 0.2], "mean").ravel().tolist()
    [2.0, 5.0]
    """

    names: tuple[str, ...]
    times: np.ndarray
    values: np.ndarray

    def __post_init__(self):
        times = np.asarray(self.times, np.float64)
        values = np.asarray(self.values, np.float32)
        object.__setattr__(self, "times", times)
        object.__setattr__(self, "values", values)
        if values.shape != (len(times), len(self.names)):
            raise ValueError(
                "Expected a row of values for each time and a column for each "
                f"name. Received: values.shape={values.shape}, {len(times)} "
                f"times, {len(self.names)} names."
            )
        whole = len(times) == 1 and np.isnan(times[0])
        if not whole and not (np.diff(times) > 0).all():
            raise ValueError(
                "Expected times that rise. Received: "
                f"times={times[:6].tolist()}..."
            )

    @property
    def step_s(self) -> float:
        """Seconds from a row to the next, the median; infinite for one row."""
        if len(self.times) < 2:
            return float("inf")
        return float(np.median(np.diff(self.times)))

    def align(self, times, rule: str = "nearest") -> np.ndarray:
        """Brings the features to the times of frames.

        Args:
            times: float `(m,)`, rising seconds of the frames.
            rule: `"nearest"`: the row nearest in time, if it is no further
                than half the larger of both steps. `"mean"`: the mean of the
                rows from a frame's time until the next frame's, but no longer
                than frames usually are apart; of a feature that is missing in
                some rows, the mean of the others. Where rows are further apart
                than frames, it is `"nearest"`. One row at no time holds for
                all frames.

        Returns:
            float32 `(m, f)`, NaN where there is no row.

        Raises:
            ValueError: If the rule is unknown.
        """
        if rule not in RULES:
            raise ValueError(
                f"Expected the rule to be {' or '.join(RULES)}. Received: "
                f"rule={rule!r}."
            )
        times = np.asarray(times, np.float64)
        if len(self.times) == 1 and np.isnan(self.times[0]):
            return np.repeat(self.values, len(times), axis=0)
        frame_s = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        if rule == "nearest" or self.step_s > frame_s * (1 + 1e-3):
            return self._take_nearest(times, frame_s)
        ends = np.append(times[1:], times[-1:] + frame_s)
        # What lies in a gap between frames is no frame's.
        gap = ends - times > 1.5 * frame_s
        ends = np.where(gap, times + frame_s, ends)
        made = np.full((len(times), len(self.names)), np.nan, np.float32)
        # A row at a frame's own time, but for rounding, is that frame's.
        first = np.searchsorted(self.times, times - 1e-6)
        last = np.searchsorted(self.times, ends - 1e-6)
        for place, (a, b) in enumerate(zip(first, last, strict=True)):
            rows = self.values[a:b].astype(np.float64)
            count = np.isfinite(rows).sum(axis=0)
            total = np.nansum(rows, axis=0)
            some = count > 0
            made[place, some] = total[some] / count[some]
        return made

    def _take_nearest(self, times, frame_s):
        if not len(self.times):
            return np.full((len(times), len(self.names)), np.nan, np.float32)
        after = np.searchsorted(self.times, times).clip(0, len(self.times) - 1)
        before = np.maximum(after - 1, 0)
        nearer = np.abs(times - self.times[before]) <= np.abs(
            self.times[after] - times
        )
        place = np.where(nearer, before, after)
        own = self.step_s if np.isfinite(self.step_s) else 0.0
        reach = max(own, frame_s) / 2 + 1e-6
        near = np.abs(times - self.times[place]) <= reach
        return np.where(near[:, np.newaxis], self.values[place], np.nan)


def read_side_features(
    path: str | os.PathLike, rate_hz: float | None = None
) -> SideFeatures:
    """Reads the features of one recording.

    - OpenFace's CSV: `timestamp`; frames that it did not find (`success` 0)
      are missing.
    - openSMILE's CSV, with `;` or `,`, and ARFF: `frameTime`, or `start` of
      the Python package. A single row, as of functionals, holds throughout.
    - A series of ECG or EDA with a column `time`, as RECOLA has them.
    - `.parquet`: a time column as above, or `emoaff features`' with `vector`.
    - `.npy`: `(n, f)` or `(n,)`, at a rate that has to be given, such as an
      ECG or EDA series.
    - Sound, `.wav`: its energy in 40 bands a hundred times a second, see
      `emoaff.data.sound_bands`.

    Args:
        path: The file; its content decides which of these it is.
        rate_hz: Rows a second of a file without times; the first is at 0.

    Returns:
        The features, in the order of the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it has no times and no rate was given, no feature, or
            cannot be read.

    Example:
    >>> np.save("eda.npy", np.array([0.1, 0.2, 0.4]))
    >>> read_side_features("eda.npy", rate_hz=4).times.tolist()
    [0.0, 0.25, 0.5]
    """
    path = _require_file(path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return _read_series(path, rate_hz)
    if suffix in SOUND_SUFFIXES:
        return SideFeatures(*compute_sound_bands(path))
    return _take_features(_read_table(path), rate_hz, path)


def read_side_table(
    path: str | os.PathLike, rate_hz: float | None = None
) -> dict[str, SideFeatures]:
    r"""Reads a file with the features of several recordings.

    Args:
        path: A table as `read_side_features` takes them, whose column
            `recording`, `name`, `file` or `instance_name` says whose a row is;
            of a path there, the name of the file without suffix counts.
        rate_hz: See `read_side_features`.

    Returns:
        The features by recording.

    Raises:
        FileNotFoundError, ValueError: See `read_side_features`; or if no
            column names recordings.

    Example:
    >>> table = "name;loudness\n'a.wav';0.5\n'b.wav';0.7\n"
    >>> _ = pathlib.Path("functionals.csv").write_text(table)
    >>> found = read_side_table("functionals.csv")
    >>> sorted(found), found["b"].values.tolist()
    (['a', 'b'], [[0.699999988079071]])
    """
    path = _require_file(path)
    table = _read_table(path)
    lower = {name.lower(): name for name in table.columns}
    name = next((lower[each] for each in _RECORDINGS if each in lower), None)
    if name is None:
        raise ValueError(
            "Expected a folder with a file a recording, or a table with a "
            f"column {', '.join(_RECORDINGS[:-1])}. Received: {path}, with "
            f"{', '.join(table.columns[:8])}."
        )
    names = table[name].astype(str).str.strip(" '\"")
    if name.lower() != "recording":
        names = names.map(_drop_place)
    return {
        each: _take_features(rows.reset_index(drop=True), rate_hz, path)
        for each, rows in table.groupby(names, sort=False)
    }


def _require_file(path):
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a file of features. Received: {path}, which is no file."
        )
    return path


def _drop_place(name):
    """The name of a file without its folder and suffix."""
    name = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and suffix.isalnum() and len(suffix) <= 4 else name


def _read_table(path):
    try:
        match path.suffix.lower():
            case ".parquet":
                table = pd.read_parquet(path)
            case ".arff":
                table = read_arff(path)
            case _:
                table = pd.read_csv(path, sep=_find_separator(path))
    except (ValueError, OSError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise ValueError(
            f"Expected a table of features in {path}. It cannot be read "
            f"({reason})."
        ) from error
    table.columns = [str(name).strip() for name in table.columns]
    return table


def _take_features(table, rate_hz, path):
    lower = {name.lower(): name for name in table.columns}
    values, names = _find_features(table, path)
    if "success" in lower:
        values[table[lower["success"]].to_numpy() == 0] = np.nan
    return SideFeatures(names, _find_times(table, lower, rate_hz, path), values)


def _read_series(path, rate_hz):
    values = np.load(path, allow_pickle=False)
    values = values[:, np.newaxis] if values.ndim == 1 else values
    if values.ndim != 2:
        raise ValueError(
            f"Expected (n, features) or (n,) in {path}. Received: shape "
            f"{values.shape}."
        )
    # Not by the file's name, which is that of a recording.
    names = tuple(f"value_{k}" for k in range(values.shape[1]))
    return SideFeatures(names, _count_times(len(values), rate_hz, path), values)


def _find_separator(path):
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.readline()
    return ";" if head.count(";") > head.count(",") else ","


def _find_features(table, path):
    if "vector" in table.columns:
        values = np.stack(table["vector"].to_numpy()).astype(np.float32)
        return values, tuple(f"vector_{k}" for k in range(values.shape[1]))
    names = [
        name
        for name in table.columns
        if name.lower() not in _NO_FEATURES
        and not name.lower().startswith("label_")
        and pd.api.types.is_numeric_dtype(table[name])
    ]
    if not names:
        raise ValueError(
            f"Expected columns of numbers in {path}. Received: "
            f"{', '.join(table.columns)}."
        )
    return table[names].to_numpy(np.float32, copy=True), tuple(names)


def _find_times(table, lower, rate_hz, path):
    name = next((lower[each] for each in _TIMES if each in lower), None)
    if len(table) == 1 and rate_hz is None:
        return np.array([np.nan])
    if name is None:
        return _count_times(len(table), rate_hz, path)
    column = table[name]
    if not pd.api.types.is_numeric_dtype(column):
        return pd.to_timedelta(column).dt.total_seconds().to_numpy()
    return column.to_numpy(np.float64)


def _count_times(count, rate_hz, path):
    if rate_hz is None or not rate_hz > 0:
        raise ValueError(
            f"Expected the rows a second of {path}, which has no times. "
            f"Received: rate_hz={rate_hz}."
        )
    return np.arange(count) / rate_hz
