"""The names of SEWA's recordings in the AVEC challenges."""

import dataclasses
import re

_NAME = re.compile(
    r"(train|devel|test)[_ ](?:(de|hu|cn)[_ ])?(\d+)", re.IGNORECASE
)
_SPLITS = {"train": "train", "devel": "validation", "test": "test"}


@dataclasses.dataclass(frozen=True)
class Instance:
    """One recording.

    Args:
        part: `"Train"`, `"Devel"` or `"Test"`.
        culture: `"DE"`, `"HU"` or `"CN"`; empty where names have none.
        number: From 1 on, in its part and culture.
    """

    part: str
    culture: str
    number: int

    @property
    def name(self) -> str:
        """The name with two digits, such as `"Train_DE_01"`.

        Videos and labels of one recording may have zeros in front of the
        number or not.
        """
        words = [self.part, self.culture, f"{self.number:02d}"]
        return "_".join(word for word in words if word)

    @property
    def split(self) -> str:
        """`"train"`, `"validation"` or `"test"`."""
        return _SPLITS[self.part.lower()]


def instance(stem: str) -> Instance | None:
    """Returns what a file's name without suffix means, None if nothing."""
    match = _NAME.fullmatch(stem.strip())
    if not match:
        return None
    part, culture, number = match.groups("")
    return Instance(part.title(), culture.upper(), int(number))
