"""One line of a table of scores."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ScoreRow:
    """One score with its interval.

    Args:
        measure: What was measured, such as `"ccc"`.
        of: The dimension or class; `"mean"` over dimensions or labels; empty
            where it concerns all classes.
        value: The score, NaN where undefined.
        low: Low end of the interval, NaN where there is none.
        high: High end of the interval.
        n: Number of frames (recordings, for a mean over recordings) behind
            the score; the smallest for a mean over dimensions.
        left_out: Number of recordings without a defined score, in a mean over
            recordings; the largest for a mean over dimensions.
        undefined_draws: Number of draws left out of the interval because the
            score was undefined there.
        part: The recording or group; empty for the whole set.
    """

    measure: str
    of: str
    value: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    left_out: int = 0
    undefined_draws: int = 0
    part: str = ""

    def notes(self) -> tuple[str, ...]:
        """Describes what was left out; empty where nothing was."""
        name = " ".join(filter(None, (self.part, self.measure, self.of)))
        notes = []
        if self.left_out:
            notes.append(
                f"{name}: {self.left_out} recordings without a defined score "
                "left out"
            )
        if self.undefined_draws:
            notes.append(
                f"{name}: {self.undefined_draws} undefined draws left out of "
                "the interval"
            )
        return tuple(notes)
