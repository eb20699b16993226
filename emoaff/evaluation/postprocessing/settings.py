"""The switches of post-processing, checked."""

import dataclasses
import math

KINDS = ("median", "centre", "scale", "shift")
DIRECTIONS = ("forward", "backward")


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `Postprocessor`, checked."""

    steps: tuple[str, ...]
    scale_about: str
    per: str
    median_grid_s: tuple[float, ...] | None
    shift_grid_s: tuple[float, ...] | None
    shift_directions: tuple[str, ...]

    def __post_init__(self):
        for name, allowed in (
            ("steps", KINDS),
            ("shift_directions", DIRECTIONS),
        ):
            found = getattr(self, name)
            if set(found) - set(allowed) or len(set(found)) != len(found):
                raise ValueError(
                    f"`{name}` must be some of {allowed}, each once. "
                    f"Received: {name}={found}."
                )
        if "shift" in self.steps and not self.shift_directions:
            raise ValueError(
                "A step 'shift' needs a direction. "
                "Received: shift_directions=()."
            )
        for name, allowed in (
            ("scale_about", ("zero", "mean")),
            ("per", ("set", "recording")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"`{name}` must be one of {allowed}. "
                    f"Received: {name}={getattr(self, name)!r}."
                )
        for name in ("median_grid_s", "shift_grid_s"):
            grid = getattr(self, name)
            good = grid is None or (
                grid and all(math.isfinite(s) and s > 0 for s in grid)
            )
            if not good:
                raise ValueError(
                    f"`{name}` must hold positive seconds, at least one. "
                    f"Received: {name}={grid}."
                )
