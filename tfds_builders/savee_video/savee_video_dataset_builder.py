"""SAVEE: four men speak 120 sentences each in seven emotions."""

import dataclasses
import re
from pathlib import PurePosixPath

from emoaff import labels
from emoaff.corpora import named_clips
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree

_CLASSES = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "sa": "sadness",
    "su": "surprise",
}
_SPEAKERS = ("DC", "JE", "JK", "KL")
_NAME = re.compile(
    rf"(?:(?P<speaker>{'|'.join(_SPEAKERS)})[ _-]?)?"
    r"(?P<code>sa|su|[adfhn])(?P<number>\d{1,2})",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Clip:
    """The facts in a file's name and folders.

    Args:
        name: Such as `"DC_a01"`, however the file is named.
        speaker: `"DC"`, `"JE"`, `"JK"` or `"KL"`.
        emotion: Index in the label space "savee".
        folder: The speaker whose folder it lies in; empty if in none's.
    """

    name: str
    speaker: str
    emotion: int
    folder: str


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one sentence.

    `expression` is an index in emoaff's label space "savee".
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "savee"
    ABOUT = CorpusAbout(
        title="SAVEE: four men speak 120 sentences each in seven emotions.",
        licence="research only, after registration",
        homepage="http://kahlan.eps.surrey.ac.uk/savee/",
        how_to_get="Register there, download AudioVisualClip and unpack it.",
    )
    BUILDER_CONFIGS = [
        CropConfig(name="clips", description="All clips of all speakers.")
    ]
    PUBLISHED = {"clips": {"train": {"recordings": 480}}}
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The clips in a folder for each speaker, or with the speaker in front of
    their names, at any depth:

      DIR/AudioVisualClip/DC/a01.avi        DIR/DC_a01.avi
      DIR/AudioVisualClip/JE/sa07.avi       DIR/JE_sa07.avi
      DIR/AudioVisualClip/JK/su15.avi       DIR/JK_su15.avi
      DIR/AudioVisualClip/KL/n30.avi        DIR/KL_n30.avi
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        clips = named_clips.named(
            tree,
            _meaning,
            report,
            "videos named like DC/a01.avi or DC_a01.avi",
            self.name,
        )
        clips = named_clips.select_one_each(tree, clips, report, ".avi")
        _note_other_folders(clips, report)
        return [
            SourceRecording(
                name=clip.name,
                subject=clip.means.speaker,
                footage=Footage(
                    tree.root / clip.file, faces=self.builder_config.faces
                ),
                labels=FrameLabels.constant(expression=clip.means.emotion),
            )
            for clip in clips
        ]


def _meaning(file: PurePosixPath) -> Clip | str:
    match = _NAME.fullmatch(file.stem.strip())
    if match is None:
        return "videos not named as in SAVEE"
    folders = [part.strip().upper() for part in file.parent.parts[::-1]]
    folder = next((each for each in folders if each in _SPEAKERS), "")
    speaker = (match["speaker"] or folder).upper()
    if not speaker:
        return "of no speaker by their names and folders"
    code = match["code"].lower()
    return Clip(
        name=f"{speaker}_{code}{int(match['number']):02}",
        speaker=speaker,
        emotion=labels.get("savee").index(_CLASSES[code]),
        folder=folder,
    )


def _note_other_folders(clips, report):
    """Notes files that lie in the folder of another speaker."""
    strays = [
        str(clip.file)
        for clip in clips
        if clip.means.folder not in ("", clip.means.speaker)
    ]
    if strays:
        report.note(
            f"{len(strays)} files lie in the folder of another speaker, such "
            f"as {strays[0]}; their names say whose they are"
        )
