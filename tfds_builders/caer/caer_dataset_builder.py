"""CAER: clips of television series with one of seven emotions each."""

import dataclasses

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES
from emoaff.faces import VIDEO_SUFFIXES
from tfds_builders.caer import class_folders

_CLIPS = VIDEO_SUFFIXES, "videos", ("train", "validation", "test")
_STILLS = PICTURE_SUFFIXES, "pictures", ("train", "test")


@dataclasses.dataclass(eq=False)
class CaerConfig(CropConfig):
    """Sets which of the two corpora is read.

    Args:
        stills: Whether the pictures of CAER-S are read instead of the clips
            of CAER.
    """

    stills: bool = False


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one clip; one frame for a picture.

    `expression` is an index into `builder.info.metadata["classes"]`: anger,
    disgust, fear, happy, neutral, sad, surprise.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    ABOUT = CorpusAbout(
        title="CAER: clips of television series, seven emotions.",
        licence="Research use.",
        homepage="https://caer-dataset.github.io/",
        how_to_get="Download it from the homepage.",
    )
    BUILDER_CONFIGS = [
        CaerConfig(name="clips", description="CAER, the clips."),
        CaerConfig(
            name="stills",
            description="CAER-S, pictures; each is a recording of one frame.",
            stills=True,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked folders of CAER, CAER-S or both:

      DIR/CAER/train/Anger/0001.avi ...            for clips
      DIR/CAER/validation/Happy/0001.avi ...
      DIR/CAER/test/Surprise/0001.avi ...
      DIR/CAER-S/train/Anger/0001.png ...          for stills
      DIR/CAER-S/test/Anger/0001.png ...

    The class folders are Anger, Disgust, Fear, Happy, Neutral, Sad and
    Surprise.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        report.classes = list(class_folders.CLASSES)
        suffixes, wanted, splits = _CLIPS
        if self.builder_config.stills:
            suffixes, wanted, splits = _STILLS
        files = class_folders.find_files(tree, suffixes, wanted, report)
        found = {each.split for each in files}
        for split in splits:
            if split not in found:
                report.note(f"there is no {split}, which the corpus has")
        return [self._recording(tree, each) for each in files]

    def _recording(self, tree, each):
        return SourceRecording(
            name=each.name,
            subject=f"{each.split}/{each.name}",
            footage=Footage(
                tree.root / each.file, faces=self.builder_config.faces
            ),
            labels=FrameLabels.constant(expression=each.label),
            split=each.split,
            subject_is_known=False,
        )
