"""Anyone's own labelled videos and pictures."""

import collections

import numpy as np

from emoaff.corpora import split_rules
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.rare_classes import describe_own_words
from emoaff.corpora.rare_classes import describe_rare_classes
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.video_folder import source
from tfds_builders.video_folder.folder_config import FolderConfig


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one person in one recording.

    `expression` is an index into `builder.info.metadata["classes"]`, the
    sorted class names that were found in the folder, in lower case.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    WHOLE = "whole"
    ABOUT = CorpusAbout(
        title="Your own videos and pictures.",
        licence="Yours.",
        homepage="your own disk",
        how_to_get="Put what you have into one of the two forms below.",
    )
    BUILDER_CONFIGS = [
        FolderConfig(
            name="default",
            description="Faces of 112 pixels with a margin of 0.3.",
            size=112,
        ),
        FolderConfig(
            name="small",
            description="Faces of 64 pixels with a margin of 0.2.",
            size=64,
            margin=0.2,
        ),
        FolderConfig(
            name="large",
            description="Faces of 224 pixels with a margin of 0.3.",
            size=224,
        ),
        FolderConfig(
            name="whole",
            description="Pictures that are face crops already, at 112 pixels.",
            size=112,
            find_faces=False,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    Your own videos (mp4, mov, avi, webm, mkv, mpg, ...) and pictures (jpg,
    png, ...), in one of two forms.

    A folder for each class, with anything below it, and above them, if there
    are splits, the folders train, validation and test:

      DIR/happy/anna/clip1.mp4         DIR/train/happy/clip1.mp4
      DIR/happy/clip2.mov              DIR/train/sad/clip2.mp4
      DIR/sad/picture.jpg              DIR/validation/happy/clip3.mp4

    Or one table at the top, of any name, separated by comma, semicolon or
    tab, with the column file (or path, filename, video, ...) and any of the
    others; emotion, expression or class will do for label. An empty cell is
    no label:

      DIR/labels.csv    file,label,valence,arousal,subject,split
                        clips/a.mp4,happy,0.7,,anna,train
                        clips/b.mp4,,-0.2,0.1,ben,validation

    With start and end (seconds) a row labels a stretch of its file, which
    becomes a recording of its own:

      DIR/labels.csv    file,start,end,label
                        long.mp4,0,2.5,happy
                        long.mp4,2.5,9,sad

    With time (seconds) the rows of a file are a time series:

      DIR/labels.csv    file,time,valence,arousal
                        a.mp4,0.00,0.10,0.30
                        a.mp4,0.04,0.12,0.31

    Valence and arousal lie in [-1, 1]. Without splits a fifth of the
    subjects is for validation.

    Several collections lie in one data folder under names of their own:
    video_folder+named=lab, video_folder+named=street.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        faces = self.builder_config.faces
        recordings, classes = source.read(tree, report, faces)
        report.classes = classes
        if len(classes) == 1:
            report.note(f"there is one class only, {classes[0]!r}")
        counts = _count(recordings, classes)
        for sentence in describe_rare_classes(counts):
            report.note(sentence)
        for sentence in describe_own_words(counts):
            report.note(sentence)
        by_split = split_rules.splits(recordings, report)
        return [each for some in by_split.values() for each in some]


def _count(recordings, classes):
    """Class to how many recordings have it somewhere."""
    found = collections.Counter()
    for recording in recordings:
        found.update(np.unique(recording.labels.values["expression"]).tolist())
    return {name: found[index] for index, name in enumerate(classes)}
