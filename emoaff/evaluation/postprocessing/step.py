"""One step of a chain of post-processing."""

import dataclasses
import math

_UNITS = {"frames": " frames", "seconds": " s"}


@dataclasses.dataclass(frozen=True)
class CourseStep:
    """The result of fitting one step of one dimension.

    Args:
        kind: `"median"`, `"centre"`, `"scale"` or `"shift"`.
        kept: Whether the step is applied.
        before: CCC on the validation set without the step; NaN where it is
            undefined.
        after: CCC with it, NaN where it is undefined or the step impossible.
        parameters: Name to number, the best found even where not kept; empty
            where the step is impossible. Median and shift: `frames`,
            `seconds`. Centre: `bias` to add, or `mean` that each recording
            gets. Scale: `ratio` and the value `about` which to scale, or the
            `deviation` that each recording gets.
    """

    kind: str
    kept: bool
    before: float
    after: float
    parameters: dict[str, float]

    @classmethod
    def from_dict(cls, values: dict) -> "CourseStep":
        """Builds a step from its fields; None stands for NaN."""
        numbers = {
            name: math.nan if values[name] is None else values[name]
            for name in ("before", "after")
        }
        return cls(**{**values, **numbers})

    def describe(self) -> str:
        """Describes in one line what was found and how much it gained."""
        found = ", ".join(
            f"{name} {value:+.4f}"
            if name not in _UNITS
            else f"{value:g}{_UNITS[name]}"
            for name, value in self.parameters.items()
        )
        return (
            f"{self.kind:<6}  {'kept' if self.kept else 'left out':<8}  "
            f"{found or 'impossible'}  CCC {_number(self.before)} -> "
            f"{_number(self.after)}"
        )


def _number(value):
    return "n/a" if math.isnan(value) else f"{value:.4f}"
