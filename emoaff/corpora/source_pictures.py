import dataclasses

from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels


@dataclasses.dataclass(frozen=True, eq=False)
class SourcePictures:
    """Some still pictures of a corpus that are cut together.

    Args:
        names: The id of each, unique within the split.
        subjects: Who is seen in each; empty strings where nobody knows.
        footage: The pictures, numbered from 0, with `stills=True`.
        labels: Their labels, by the same numbers.
        split: `"train"`, `"validation"` or `"test"`.
    """

    names: tuple[str, ...]
    subjects: tuple[str, ...]
    footage: Footage
    labels: FrameLabels
    split: str = "train"
