"""The configurations of your own videos and pictures."""

import dataclasses
import re

from emoaff.corpora.crop_config import CropConfig


@dataclasses.dataclass(eq=False)
class FolderConfig(CropConfig):
    """Names a collection, in addition to what `CropConfig` sets.

    Args:
        named: What to call it, so that several lie in one data folder, such as
            `video_folder+named=lab`; empty for the only one.

    Raises:
        ValueError: If it has other characters than letters, digits and `_`.
    """

    named: str = ""

    def __post_init__(self):
        if not re.fullmatch(r"\w*", self.named, re.ASCII):
            raise ValueError(
                "Expected named to be of letters, digits and _. Received: "
                f"named={self.named!r}."
            )
