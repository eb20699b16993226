"""CK+: posed expressions from neutral to their peak, as series of pictures."""

import numpy as np

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.ck_plus import sequence_files
from tfds_builders.ck_plus.ck_plus_config import CkPlusConfig

_NEUTRAL = labels.get("ck_plus").index("neutral")
_LABELLED = 327


class Builder(RecordingCorpus):
    """One example is up to 64 pictures of one sequence.

    `expression` is an index in emoaff's label space "ck_plus": neutral,
    anger, contempt, disgust, fear, happy, sadness, surprise. Most pictures
    have none, see `CkPlusConfig`. There is one split, train.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "ck_plus"
    ABOUT = CorpusAbout(
        title="CK+: posed expressions from neutral to their peak.",
        licence="Research, by an agreement.",
        homepage="https://www.jeffcohn.net/Resources/",
        how_to_get="Ask for it there, and unpack the images and the emotion "
        "labels.",
    )
    PUBLISHED = {
        name: {"train": {"recordings": 593}} for name in ("peak", "last_three")
    }
    BUILDER_CONFIGS = [
        CkPlusConfig(
            name="peak",
            description="The first picture of every sequence is neutral, the "
            "last has the emotion, if the sequence has one.",
        ),
        CkPlusConfig(
            name="last_three",
            description="Of the sequences with an emotion the first picture is "
            "neutral, the last three have the emotion.",
            neutral="labelled",
            apex_frames=3,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked images and emotion labels:

      DIR/cohn-kanade-images/S005/001/S005_001_00000001.png ...
      DIR/Emotion/S005/001/S005_001_00000011_emotion.txt

    Folders may have any names.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        sequences = sequence_files.read(tree, report)
        recordings = [self._recording(tree, each, report) for each in sequences]
        if not any(r.labels.labelled()["expression"] for r in recordings):
            why = report.describe_left_out()
            damaged = "" if why == "nothing" else f" (left out: {why})"
            raise tree.refuse(
                "pictures S005_001_00000001.png, ... and emotions "
                f"S005_001_00000011_emotion.txt, ...{damaged}",
                "ck_plus",
            )
        labelled = sum(each.emotion >= 0 for each in sequences)
        if labelled != _LABELLED:
            report.note(
                f"{labelled} sequences have an emotion, published are "
                f"{_LABELLED}"
            )
        return recordings

    def _recording(self, tree, sequence, report):
        numbers = sorted(sequence.pictures)
        # Files are numbered from 1; should one have a 0, from there.
        first = min(numbers[0], 1)
        frames = np.array(numbers) - first
        return SourceRecording(
            name=sequence.name,
            subject=sequence.subject,
            footage=Footage(
                tree.root / sequence.folder,
                tuple(
                    (number - first, sequence.pictures[number])
                    for number in numbers
                ),
                faces=self.builder_config.faces,
            ),
            labels=FrameLabels(
                {"expression": self._labels(sequence, numbers, report)},
                frames=frames,
            ),
        )

    def _labels(self, sequence, numbers, report):
        """Class of each picture, int64; -1 where there is none."""
        config, numbers = self.builder_config, np.array(numbers)
        expression = np.full(len(numbers), -1)
        labelled, apex = sequence.emotion >= 0, sequence.apex
        if labelled:
            last = (numbers <= apex) & (numbers > apex - config.apex_frames)
            expression[last] = sequence.emotion
        wanted = {"all": True, "labelled": labelled, "none": False}
        if not wanted[config.neutral]:
            return expression
        if numbers[0] > 1:
            report.leave_out(
                "neutral labels whose picture, the first, is not there",
                sequence.name,
            )
        elif numbers[0] != apex:
            expression[0] = _NEUTRAL
        return expression
