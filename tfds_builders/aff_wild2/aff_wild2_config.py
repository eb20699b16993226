"""The choices that Aff-Wild2 leaves open."""

import dataclasses

from emoaff.corpora.crop_config import CropConfig

_UNITS = {
    8: "AU1 AU2 AU4 AU6 AU12 AU15 AU20 AU25",
    12: "AU1 AU2 AU4 AU6 AU7 AU10 AU12 AU15 AU23 AU24 AU25 AU26",
}
_CHOICES = {
    "task": ("va", "expr", "au", "mtl"),
    "pictures": ("cropped_aligned", "cropped", "videos"),
    "times": ("names", "videos"),
    "classes": (7, 8),
    "action_units": tuple(_UNITS),
}


@dataclasses.dataclass(eq=False)
class AffWild2Config(CropConfig):
    """Adds the corpus's tasks and editions to a configuration of crops.

    Args:
        task: `"va"` for valence and arousal, `"expr"` for classes, `"au"` for
            action units, `"mtl"` for the lists that have all three.
        pictures: `"cropped_aligned"` or `"cropped"` for the crops that come
            with the corpus; `"videos"` to find the faces in the videos, to
            which alone `margin` and `find_faces` apply.
        edition: A word of the path of the annotations, where those of several
            editions are there; case does not matter.
        classes: 8 with the class other, as from the third edition on, or 7.
        action_units: 12, or the 8 of the first edition.
        times: Where the times of crops are from: `"names"`, the frame rate
            that some recordings have in their names; `"videos"`, the rate
            that the video declares, for which each is opened once.

    Raises:
        ValueError: If a choice is none of these, or the task does not have
            it.
    """

    size: int = 112
    task: str = "va"
    pictures: str = "cropped_aligned"
    edition: str = ""
    classes: int = 8
    action_units: int = 12
    times: str = "names"

    def __post_init__(self):
        for name, known in _CHOICES.items():
            value = getattr(self, name)
            if value not in known:
                raise ValueError(
                    f"Expected {name} to be one of "
                    f"{', '.join(map(str, known))}. Received: "
                    f"{name}={value!r}."
                )
        whole = (self.classes, self.action_units) == (8, 12)
        if self.task == "mtl" and not whole:
            raise ValueError(
                "Expected classes=8 and action_units=12, the ones that the "
                "lists of the multi-task challenges have. Received: "
                f"classes={self.classes}, action_units={self.action_units}."
            )

    @property
    def label_space(self) -> str:
        """The label space's name, empty where the task has no classes."""
        if self.task in ("va", "au"):
            return ""
        return f"aff_wild2_{self.classes}"

    @property
    def units(self) -> tuple[str, ...]:
        """The action units' names; none where the task has none."""
        if self.task in ("va", "expr"):
            return ()
        return units(self.action_units)


def units(count: int) -> tuple[str, ...]:
    """Returns the names of the 8 or 12 action units, in the corpus's order."""
    return tuple(_UNITS[count].split())
