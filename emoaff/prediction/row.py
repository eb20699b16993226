"""A row of a result."""

import dataclasses

import numpy as np

NAN = float("nan")


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """One person in one frame, or one frame without a face.

    Args:
        frame: 0-based number of the frame in the video.
        time_s: Seconds from the first frame.
        person: Number of the person, from 1; `None` where no face was found,
            and then nothing below has a value.
        box: `(x, y, w, h)` of the face in pixels of the upright picture.
        face_score: Score of the person's latest detection, in `[0, 1]`; NaN
            where none was looked for, as in face crops.
        probabilities: float32 `(classes,)`, the model's answer for this frame.
        smoothed: As `probabilities`, over the frames around this one.
        valence: In `[-1, 1]`; NaN where the model does not give it.
        arousal: In `[-1, 1]`; NaN where the model does not give it.
        doubt: Why no expression is named although there may be
            probabilities: `small`, `blurred`, `turned away`, `tilted`,
            `unsure` or `resting`, several joined by `; `; empty where one is.
        valence_source: `"model"`, `"derived"` from the expressions, or empty
            where there is no valence.
        arousal_source: The same for arousal.

    Example:
    >>> empty = Row(frame=3, time_s=0.12)  # no face in it
    >>> empty.person, empty.valence
    (None, nan)
    >>> empty.changed(person=1, valence=0.5).valence
    0.5
    """

    frame: int
    time_s: float
    person: int | None = None
    box: tuple[float, float, float, float] | None = None
    face_score: float = NAN
    probabilities: np.ndarray | None = None
    smoothed: np.ndarray | None = None
    valence: float = NAN
    arousal: float = NAN
    doubt: str = ""
    valence_source: str = ""
    arousal_source: str = ""

    def changed(self, **values) -> "Row":
        """Returns a copy of the row with some values replaced."""
        return dataclasses.replace(self, **values)
