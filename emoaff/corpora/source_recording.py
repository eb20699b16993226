import dataclasses

from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels


@dataclasses.dataclass(frozen=True, eq=False)
class SourceRecording:
    """One recording of one person, as a corpus's files describe it.

    Args:
        name: Its id as the corpus has it, unique within its split.
        subject: The person's id; that of the recording where nobody knows.
        footage: Its pictures.
        labels: Its labels.
        split: `"train"`, `"validation"` or `"test"`.
        subject_is_known: Whether `subject` is the person's.
    """

    name: str
    subject: str
    footage: Footage
    labels: FrameLabels
    split: str = "train"
    subject_is_known: bool = True
