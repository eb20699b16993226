"""Post-processing of affect courses, tuned on a validation set."""

import dataclasses
import math
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from emoaff.evaluation.postprocessing import chain
from emoaff.evaluation.postprocessing.doubts import list_doubts
from emoaff.evaluation.postprocessing.layout import Layout
from emoaff.evaluation.postprocessing.settings import KINDS
from emoaff.evaluation.postprocessing.settings import Settings
from emoaff.evaluation.postprocessing.step import CourseStep
from emoaff.evaluation.postprocessing.stored_chains import check_chains
from emoaff.labels import DIMENSIONS
from emoaff.prediction.tables import write_header
from emoaff.presets.config_check import parse_json

_FORMAT = "emoaff.courses.CoursePostprocessor 1"


class CoursePostprocessor:
    """Post-processes valence and arousal: median, centre, scale, shift.

    The chain of the AVEC challenges and of Tzirakis et al. Each dimension has
    a chain of its own. Each step is tried on the result of those kept before,
    with the parameter that is best on the validation set, and kept only if
    the CCC over all validation frames rises strictly; the test set then gets
    the same steps with the same parameters.

    - `"median"`: a running median in a centred window.
    - `"centre"`: adds what the mean of the predictions lacks to that of the
      labels.
    - `"scale"`: multiplies by the ratio of the standard deviations of labels
      and predictions (population form).
    - `"shift"`: `out[t] = prediction[t - k]`. Ratings lag behind what raters
      see, so a prediction without lag must come later to match them: that is
      `"forward"`, a shift of `+k`.

    Frames must be equally spaced at `rate_hz`: put in a frame of NaN where a
    recording lacks one. Median and shift stay within a recording and repeat
    its first and last value at the ends. A NaN prediction takes part in
    nothing and stays NaN; a shift moves it along. NaN labels are left out.

    The steps look at the validation labels hundreds of times. Its CCC
    afterwards is too good; only that of a set not used here counts.

    Args:
        steps: The steps to try, in this order, each at most once.
        scale_about: `"zero"` multiplies the predictions as AVEC 2018 does, so
            the mean moves too where it is not 0; `"mean"` multiplies their
            distance from the mean.
        per: `"set"` stores one bias and one ratio for the whole set (AVEC
            2018), from the frames that have both label and prediction.
            `"recording"` gives each recording, from its own predictions, the
            mean and standard deviation of all validation labels, also in the
            test set; it needs the whole recording first, and a recording of
            constant predictions is not scaled.
        median_grid_s: Windows to try in seconds, each rounded to the nearest
            odd number of frames; `None` for every odd number of frames over 1
            from 0.04 to 20 s. (The paper gives the range and no step.)
        shift_grid_s: Shifts to try in seconds, rounded to frames; `None` for
            every number of frames from 0.04 to 10 s.
        shift_directions: `"forward"` (later), `"backward"`, or both.
        dimensions: Names of the dimensions.

    Raises:
        ValueError: If an argument is none of the above.

    Example:
    >>> truth = np.sin(np.arange(200) / 9)[:, None]
    >>> early = np.roll(truth, -5, axis=0)
    >>> recording = np.zeros(200, int)
    >>> chain = CoursePostprocessor(("shift",), dimensions=("valence",))
    >>> print(chain.fit(truth, early, recording, rate_hz=10).describe())
    valence  shift   kept      5 frames, 0.5 s  CCC 0.8489 -> 0.9970
    >>> later = chain.apply(early, recording)

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717)
        - [AVEC 2018 scripts](https://github.com/AudioVisualEmotionChallenge/AVEC2018)
    """

    def __init__(
        self,
        steps: Sequence[str] = KINDS,
        scale_about: str = "zero",
        per: str = "set",
        median_grid_s: Sequence[float] | None = None,
        shift_grid_s: Sequence[float] | None = None,
        shift_directions: Sequence[str] = ("forward",),
        dimensions: Sequence[str] = DIMENSIONS,
    ):
        self.settings = Settings(
            tuple(steps),
            scale_about,
            per,
            _grid(median_grid_s),
            _grid(shift_grid_s),
            tuple(shift_directions),
        )
        self.dimensions = tuple(dimensions)
        self.rate_hz: float | None = None
        self.chains: dict[str, tuple[CourseStep, ...]] = {}

    def fit(
        self,
        truth: np.ndarray,
        prediction: np.ndarray,
        recording: np.ndarray,
        rate_hz: float,
    ) -> "CoursePostprocessor":
        """Finds the steps on a validation set.

        Args:
            truth: float `(n, dims)`, NaN where unlabelled.
            prediction: float `(n, dims)`, NaN where there is none.
            recording: int `(n,)`, the recording of each frame; the frames of
                a recording lie together, in order.
            rate_hz: Frames per second, of this set and any other.

        Returns:
            The same object. A dimension without labels keeps no step.

        Raises:
            ValueError: If shapes disagree or `rate_hz` is not positive.
        """
        _check_positive(rate_hz)
        truth = np.asarray(truth, np.float64)
        prediction, layout = self._checked(prediction, recording)
        if truth.shape != prediction.shape:
            raise ValueError(
                "Expected labels and predictions of one shape. Received: "
                f"truth.shape={truth.shape}, "
                f"prediction.shape={prediction.shape}."
            )
        self.rate_hz = float(rate_hz)
        self.chains = {
            name: chain.fit_steps(
                truth[:, d],
                prediction[:, d],
                layout,
                self.rate_hz,
                self.settings,
            )
            for d, name in enumerate(self.dimensions)
        }
        return self

    def apply(
        self,
        prediction: np.ndarray,
        recording: np.ndarray,
        rate_hz: float | None = None,
    ) -> np.ndarray:
        """Applies the steps that were kept.

        Args:
            prediction: float `(n, dims)`, NaN where there is none.
            recording: int `(n,)`, as for `fit`; other recordings, usually.
            rate_hz: Frames per second, checked where given.

        Returns:
            float64 `(n, dims)`. Not clipped to the range of the labels.

        Raises:
            ValueError: If shapes disagree, nothing was fitted, or the rate is
                another one.
        """
        self._check_fitted()
        self._check_rate(rate_hz)
        prediction, layout = self._checked(prediction, recording)
        columns = [
            chain.apply_steps(
                self.chains[name], prediction[:, d], layout, self.settings
            )
            for d, name in enumerate(self.dimensions)
        ]
        return np.stack(columns, axis=1)

    def describe(self) -> str:
        """Describes whether each step of each dimension was kept, and why.

        What looks like chance is said after it, see `list_doubts`.
        """
        self._check_fitted()
        width = max(map(len, self.dimensions))
        lines = [
            f"{name:<{width}}  {step.describe()}"
            for name, chain in self.chains.items()
            for step in chain
        ]
        return "\n".join(lines + [f"warning: {d}" for d in self.list_doubts()])

    def list_doubts(self) -> list[str]:
        """Lists which kept steps look like chance, a sentence each."""
        self._check_fitted()
        return [
            doubt
            for name, chain in self.chains.items()
            for doubt in list_doubts(name, chain, self.rate_hz, self.settings)
        ]

    def to_dict(self) -> dict:
        """Returns settings, rate and steps for JSON; NaN becomes None."""
        self._check_fitted()
        return {
            "format": _FORMAT,
            "settings": dataclasses.asdict(self.settings),
            "rate_hz": self.rate_hz,
            "chains": {
                name: [dataclasses.asdict(step) for step in chain]
                for name, chain in self.chains.items()
            },
        }

    @classmethod
    def from_dict(
        cls, values: dict, rate_hz: float | None = None
    ) -> "CoursePostprocessor":
        """Builds a fitted post-processor from what `to_dict` returned.

        Args:
            values: The dict.
            rate_hz: Frames per second of what it will be applied to, checked
                where given.

        Raises:
            ValueError: If the format or the rate is another one, or a field is
                missing or wrong.
        """
        found = values.get("format") if isinstance(values, dict) else None
        if found != _FORMAT:
            raise ValueError(
                f"Expected the format {_FORMAT!r}. Received: "
                f"format={found!r}. Give a file that "
                "`CoursePostprocessor.save` wrote."
            )
        check_chains(values)
        self = cls(**values["settings"], dimensions=tuple(values["chains"]))
        self.rate_hz = float(values["rate_hz"])
        _check_positive(self.rate_hz)
        self.chains = {
            name: tuple(map(CourseStep.from_dict, chain))
            for name, chain in values["chains"].items()
        }
        self._check_rate(rate_hz)
        return self

    def save(self, path: str | os.PathLike) -> None:
        """Writes a JSON file, under its name only once it is complete."""
        write_header(path, self.to_dict())

    @classmethod
    def load(
        cls, path: str | os.PathLike, rate_hz: float | None = None
    ) -> "CoursePostprocessor":
        """Reads what `save` wrote; `rate_hz` as for `from_dict`.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the format or the rate is another one.
        """
        path = pathlib.Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                "Expected a file that `CoursePostprocessor.save` wrote. "
                f"Received: path={path}, which is no file."
            )
        try:
            values = parse_json(path.read_text("utf-8"))
        except ValueError:
            values = None
        try:
            return cls.from_dict(values, rate_hz)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def _checked(self, prediction, recording):
        prediction = np.asarray(prediction, np.float64)
        layout = Layout(recording)
        shape = (layout.frames, len(self.dimensions))
        if prediction.shape != shape:
            raise ValueError(
                "Expected `prediction` of shape (frames, dimensions) = "
                f"{shape}. Received: prediction.shape={prediction.shape}."
            )
        return prediction, layout

    def _check_fitted(self):
        if self.rate_hz is None:
            raise ValueError(
                "Expected a fitted post-processor. Received: one without "
                "steps. Call `fit` on a validation set, or `load` a file."
            )

    def _check_rate(self, rate_hz):
        if rate_hz is not None and not math.isclose(
            rate_hz, self.rate_hz, rel_tol=1e-6
        ):
            raise ValueError(
                f"Expected frames at {self.rate_hz:g} Hz, the rate of the "
                f"validation set. Received: rate_hz={rate_hz:g}. Fit on "
                "frames of that rate, or resample the predictions."
            )


def _check_positive(rate_hz):
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ValueError(
            "Expected a positive, finite rate in Hz. Received: "
            f"rate_hz={rate_hz}."
        )


def _grid(seconds):
    return None if seconds is None else tuple(map(float, seconds))
