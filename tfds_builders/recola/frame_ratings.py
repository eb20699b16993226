"""From the files of one recording to the labels of its frames."""

import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.frame_labels import FrameLabels
from tfds_builders.recola import gold_standard
from tfds_builders.recola import rating_series
from tfds_builders.recola.package import DIMENSIONS
from tfds_builders.recola.package import Package

_HOP_S = 0.04
_RATERS = 6


class FrameRatings:
    """Reads ratings, recording by recording, and remembers what was odd.

    Args:
        package: How the files are named.
        gold: The gold standard that is wanted, see `RecolaConfig`.
        end_s: Seconds; later rows are not used.
    """

    def __init__(self, package: Package, gold: str, end_s: float):
        self._package, self._gold, self._end_s = package, gold, end_s
        self._odd: dict[str, list[str]] = {}

    def labels(
        self, recording: str, files: dict[str, pathlib.Path]
    ) -> FrameLabels | None:
        """Returns valence and arousal by time, float32; None without a row.

        A dimension that has no file, or no row at a time at which the other
        one has, is NaN there.

        Args:
            recording: Its name.
            files: The file of each dimension that has one.

        Raises:
            ValueError: See `rating_series`; or if both dimensions have rows,
                but less than half of the times are the same.
        """
        gold: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for dimension, path in files.items():
            series = rating_series.read(path)
            where = f"{dimension} of {recording}"
            self._look_at(series, where)
            series = series.until(self._end_s)
            if series.values.size:
                # Whole milliseconds, since the same times may be printed
                # with more or fewer digits.
                times = np.rint(series.times * 1000).astype(np.int64)
                trace = self._form_gold_standard(series, where)
                if np.any(np.abs(trace) > 1):
                    # Centring may move what is near the end of the range.
                    self._note_odd(
                        "gold standards set to -1 or 1 beyond", where
                    )
                gold[dimension] = times, np.clip(trace, -1, 1)
        if not gold:
            return None
        for dimension in DIMENSIONS:
            if dimension not in gold:
                self._note_odd(f"without ratings of {dimension}", recording)
        return _joined(gold, recording)

    def tell(self, report: BuildReport) -> None:
        """Reports what was odd."""
        for what, where in self._odd.items():
            number = f"{len(where)} times" if len(where) > 1 else "once"
            report.note(f"{what}: {number}, such as {where[0]}")

    def _look_at(self, series, where):
        name = self._package.name(series.recording)
        if series.recording and not where.endswith(f" {name}"):
            self._note_odd(
                "files that name another recording inside than outside, "
                "where the file's own name counts",
                f"{series.recording} in {where}",
            )
        if np.any(series.times > self._end_s + 1e-6):
            self._note_odd(f"rows after {self._end_s:g} s, not used", where)

    def _form_gold_standard(self, series, where):
        if self._gold in ("mean", "centred"):
            raters = series.values.shape[1]
            if raters != _RATERS:
                self._note_odd(f"{raters} raters, not {_RATERS}", where)
        if self._gold == "centred":
            if not gold_standard.agreement(series.values).sum() > 0:
                self._note_odd("raters who do not agree and count alike", where)
            return gold_standard.centred(series.values)
        return gold_standard.mean(series.values)

    def _note_odd(self, what, where):
        self._odd.setdefault(what, []).append(where)


def _joined(gold, recording):
    times = [each for each, _ in gold.values()]
    joint = np.unique(np.concatenate(times))
    shared = sum(map(len, times)) - len(joint)
    if len(times) > 1 and shared < min(map(len, times)) / 2:
        raise ValueError(
            f"Expected arousal and valence of {recording} to be rated at the "
            f"same times. Received: arousal at {gold['arousal'][0][:3] / 1000} "
            f"s, ..., valence at {gold['valence'][0][:3] / 1000} s, ... Take "
            "both from the same package."
        )
    values = {name: np.full(len(joint), np.nan, np.float32) for name in gold}
    for name, (at, trace) in gold.items():
        values[name][np.searchsorted(joint, at)] = trace
    steps = np.diff(joint) / 1000
    hop_s = float(np.median(steps)) if len(steps) else _HOP_S
    # A little more than half, or frames just between two rows miss both.
    return FrameLabels(values, times=joint / 1000, reach_s=hop_s * 0.501)
