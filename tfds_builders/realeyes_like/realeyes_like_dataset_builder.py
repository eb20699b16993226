"""Webcam videos with emotions by frame, in a layout of our own."""

import dataclasses

from emoaff import labels
from emoaff.corpora import split_rules
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.realeyes_like import clips
from tfds_builders.realeyes_like import layout
from tfds_builders.realeyes_like.metadata_table import read_metadata

_SPACE = "realeyes"


@dataclasses.dataclass(eq=False)
class RealeyesLikeConfig(CropConfig):
    """Sets what the annotations hold.

    Args:
        classes: Names of the columns with classes, with `|` between them;
            empty for those of the label space "realeyes".
        votes: What becomes of counts of votes, see `targets`.
        raters: The highest count of votes that a cell may hold, 1 or more.
        use_boxes: Whether the boxes of those clips are used that have some.
            Where there are none, `find_faces` decides.
    """

    classes: str = ""
    votes: str = "shares"
    raters: int = 7
    use_boxes: bool = True

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in order, in lower case."""
        if not self.classes:
            return labels.get(_SPACE).classes
        return tuple(c.strip().lower() for c in self.classes.split("|"))


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one participant in one clip.

    `emotions` holds several classes at once, in the order of the label space;
    `expression` is the one with the highest cell, if it is the only one.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    ABOUT = CorpusAbout(
        title="Your own webcam videos, several emotions for each frame.",
        licence="Yours. The RealEyes corpus itself is not public.",
        homepage="https://arxiv.org/abs/2111.02717 describes that corpus",
        how_to_get="Put what you have into the layout below.",
    )
    BUILDER_CONFIGS = [
        RealeyesLikeConfig(
            name="shares",
            description="0 or 1 as they are; votes as shares of their sum.",
        ),
        RealeyesLikeConfig(
            name="winner",
            description="0 or 1 as they are; of votes, the class with most.",
            votes="winner",
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    Tables in UTF-8 with commas and a header, and videos (mp4, avi, mov, webm,
    mkv, ...) of one participant each:

      DIR/metadata.csv            clip,subject,gender,age,fps,split
                                  s0001_ad03,s0001,f,34,12.5,train
      DIR/videos/s0001_ad03.mp4
      DIR/annotations/s0001_ad03.csv
                                  frame,neutral,happy,surprise,disgust,...
                                  0,1,0,0,0,...
      DIR/boxes/s0001_ad03.csv    frame,x,y,width,height       (optional)

    frame counts from 0; frames without a row are unlabelled. A cell is 0 or
    1 (several 1s in a row are allowed), or a count of votes from 0 to 7, or
    -1 where it is unknown. A split is train, validation or test; without any,
    a fifth of the subjects is for validation.

    The classes are neutral, happy, surprise, disgust, contempt, confusion,
    empathy and other. Others are named in the configuration:
    'realeyes_like/shares+classes=calm|bored'.
    """

    @property
    def LABEL_SPACE(self) -> str | None:  # noqa: N802
        """The name of the corpus's label space."""
        return None if self.builder_config.classes else _SPACE

    @property
    def extra(self) -> dict[str, tuple[str, ...]]:
        """Further features of each frame, with the names of their columns."""
        return {"emotions": self.builder_config.class_names}

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        _check_settings(config)
        report.classes = list(config.class_names)
        files = layout.find_layout(tree, report)
        rows, unused = read_metadata(
            tree.root / files.metadata, str(files.metadata)
        )
        if unused:
            report.note(
                f"not stored of {files.metadata}: {', '.join(unused)}; times "
                "come from the videos"
            )
        recordings = clips.read_clips(tree, files, rows, config, report)
        by_split = split_rules.splits(recordings, report)
        for split, some in by_split.items():
            clips.note_classes(split, some, config.class_names, report)
        return [each for some in by_split.values() for each in some]


def _check_settings(config):
    names = config.class_names
    if config.votes not in ("shares", "winner") or config.raters < 1:
        raise ValueError(
            "Expected votes to be shares or winner, and raters to be 1 or "
            f"more. Received: votes={config.votes!r}, raters={config.raters}."
        )
    if not all(names) or len(set(names)) < len(names) or "frame" in names:
        raise ValueError(
            "Expected different names of classes with | between them. "
            f"Received: classes={config.classes!r}."
        )
