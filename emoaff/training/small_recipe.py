import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

# What replaces the texts of a preset that saw drawn faces only.
_ABOUT = {
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


@dataclasses.dataclass(frozen=True)
class SmallRecipe:
    """A recipe's settings for drawn faces, for minutes on two CPU cores.

    Args:
        config: The settings, a `ClipConfig`.
        summary: What is other than in the recipe besides its settings, one
            paragraph; empty for nothing.
        build: Builds the model instead of the recipe's `build`, or `None`.
        about: Texts of the preset that are other than the recipe's.
        features_from: Name of the recipe whose small run gives the features
            that this one learns from, or empty.
    """

    config: Any
    summary: str = ""
    build: Callable | None = None
    about: Mapping[str, str] = dataclasses.field(default_factory=dict)
    features_from: str = ""

    def change_about(self, about: Mapping[str, str]) -> dict[str, str]:
        """Returns the texts of a preset of these settings.

        Args:
            about: Those of the recipe.
        """
        return {**about, **_ABOUT, **self.about}

    def describe(self, name: str) -> str:
        """Returns what these settings are and the commands that train them.

        Args:
            name: Of the recipe.
        """
        command = "    emoaff train {0} --small --data-dir data --out runs/{0}"
        commands = command.format(name)
        if self.features_from:
            commands = (
                f"{command.format(self.features_from)}\n{commands} "
                f"--set data.features_from=runs/{self.features_from}"
            )
        parts = [
            "With `--small`: on drawn faces, in minutes on two CPU cores.",
            self.summary,
            commands,
        ]
        return "\n\n".join(part for part in parts if part)
