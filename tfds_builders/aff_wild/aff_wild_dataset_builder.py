"""Aff-Wild: videos from the web with valence and arousal of every frame."""

import dataclasses

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.aff_wild import recordings
from tfds_builders.aff_wild.corpus_files import CorpusFiles

_PUBLISHED = {"train": {"recordings": 252}, "test": {"recordings": 46}}


@dataclasses.dataclass(eq=False)
class AffWildConfig(CropConfig):
    """Sets where faces are, and the range of the labels.

    Args:
        boxes: Whether faces are those of the corpus's own boxes, whatever
            `find_faces` says.
        largest: The number that stands for 1 in the label files.

    Raises:
        ValueError: If `largest` is not over 0.
    """

    boxes: bool = True
    largest: float = 1.0

    def __post_init__(self):
        if not self.largest > 0:
            raise ValueError(
                "Expected largest over 0, such as 1 or 1000. Received: "
                f"largest={self.largest}."
            )


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one video.

    There are no classes: `expression` is -1 throughout.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = ""
    ABOUT = CorpusAbout(
        title="Aff-Wild: 298 videos from the web, valence and arousal.",
        licence="signed agreement, academic use only.",
        homepage="https://ibug.doc.ic.ac.uk/resources/"
        "first-affect-wild-challenge/",
        how_to_get="Ask for it there, once for a whole laboratory.",
    )
    BUILDER_CONFIGS = [
        AffWildConfig(
            name="boxes",
            description="Faces are cut by the boxes that come with the corpus.",
        ),
        AffWildConfig(
            name="found",
            description="Faces are looked for in the videos, and that of the "
            "main person is kept.",
            boxes=False,
        ),
    ]
    PUBLISHED = {"boxes": _PUBLISHED, "found": _PUBLISHED}
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The folder holds, at its top or below, whatever there is of:

      videos/train/105.avi 318.mp4 ...       videos/test/...
      annotations/train/valence/105.txt ...
      annotations/train/arousal/105.txt ...
      bboxes/train/105/0.pts 1.pts ...       bboxes/test/...

    The test videos have no labels. The folder bboxes may be called bboxs, and
    is of no use for the configuration found.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        files = CorpusFiles(tree, report)
        is_test = any(split == "test" for split, _ in files.videos)
        if not files.videos or not (files.labels or is_test):
            raise tree.refuse(
                "videos in videos/train or videos/test, and label files in "
                "annotations/train/valence and arousal",
                "aff_wild",
            )
        if config.boxes and not files.boxes:
            raise FileNotFoundError(
                "Expected .pts files in folders such as bboxes/train/105 in or "
                f"below {tree.root}. Found none. Use the configuration "
                "aff_wild/found, which looks for faces in the videos."
            )
        if not config.boxes:
            why = "boxes, which this configuration does not use"
            for of_frames in files.boxes.values():
                for file in of_frames.values():
                    report.leave_out(why, str(file))
        return recordings.read(files, report, config)
