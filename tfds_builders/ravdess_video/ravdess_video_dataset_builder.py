"""RAVDESS: 24 actors speak and sing two sentences in eight emotions."""

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

_CHANNELS = {"01": "speech", "02": "song"}
_NAME = re.compile(
    r"(?P<modality>0[123])-(?P<channel>0[12])-(?P<emotion>0[1-8])"
    r"-0[12]-0[12]-0[12]-(?P<actor>\d\d)"
)
_ACTOR_FOLDER = re.compile(r"actor[ _-]?0*(\d+)", re.IGNORECASE)
_CHOICES = {
    "channel": ("speech", "song", "both"),
    "modality": ("either", "01", "02"),
    "calm": ("keep", "neutral", "drop"),
}


@dataclasses.dataclass(eq=False)
class RavdessVideoConfig(CropConfig):
    """Sets which takes are used, in addition to `CropConfig`.

    Args:
        channel: `"speech"`, `"song"` or `"both"`.
        modality: `"01"`, the files with sound; `"02"`, those without, which
            show the same takes; or `"either"`, one file of each take, that
            with sound where it is there.
        calm: `"keep"` the class, count it as `"neutral"`, or `"drop"` its
            recordings.

    Raises:
        ValueError: If one of them is none of these.
    """

    channel: str = "speech"
    modality: str = "either"
    calm: str = "keep"

    def __post_init__(self):
        named_clips.require_known(self, _CHOICES)


@dataclasses.dataclass(frozen=True)
class Take:
    """The facts in a file's name.

    Args:
        name: The file's name without its suffix.
        modality: `"01"` with sound, `"02"` without, `"03"` sound only.
        channel: `"speech"` or `"song"`.
        emotion: Index in the label space "ravdess".
        actor: Two digits.
    """

    name: str
    modality: str
    channel: str
    emotion: int
    actor: str


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one take.

    `expression` is an index in emoaff's label space "ravdess".
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "ravdess"
    ABOUT = CorpusAbout(
        title="RAVDESS: 24 actors speak and sing two sentences in eight "
        "emotions.",
        licence="CC BY-NC-SA 4.0",
        homepage="https://zenodo.org/record/1188976",
        how_to_get="Download Video_Speech_Actor_01.zip to _24.zip, and for "
        "song the Video_Song_Actor_*.zip, and unpack them.",
    )
    BUILDER_CONFIGS = [
        RavdessVideoConfig(name="speech", description="Spoken takes."),
        RavdessVideoConfig(
            name="song",
            description="Sung takes, without disgust and surprise.",
            channel="song",
        ),
        RavdessVideoConfig(
            name="both", description="Spoken and sung takes.", channel="both"
        ),
    ]
    PUBLISHED = {
        "speech": {"train": {"recordings": 1440}},
        "song": {"train": {"recordings": 1012}},
        "both": {"train": {"recordings": 2452}},
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked videos, in folders of any names; the files' names say what
    is in them:

      DIR/Actor_01/01-01-01-01-01-01-01.mp4
      DIR/Actor_01/02-01-01-01-01-01-01.mp4     the same without sound
      DIR/Actor_02/...
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        clips = named_clips.named(
            tree,
            _meaning,
            report,
            "videos named like 01-01-03-02-01-01-12.mp4",
            self.name,
        )
        clips = [clip for clip in clips if self._is_wanted(clip, report)]
        clips = named_clips.select_one_each(tree, clips, report, ".mp4")
        clips = self._select_one_a_take(clips, report)
        _note_other_folders(clips, report)
        return [
            SourceRecording(
                name=clip.name,
                subject=clip.means.actor,
                footage=Footage(
                    tree.root / clip.file, faces=self.builder_config.faces
                ),
                labels=FrameLabels.constant(
                    expression=self._index(clip.means.emotion)
                ),
            )
            for clip in clips
        ]

    def _is_wanted(self, clip, report):
        config, take = self.builder_config, clip.means
        calm = labels.get("ravdess").index("calm")
        why = None
        if take.modality == "03":
            why = "sound only by their names"
        elif config.channel not in ("both", take.channel):
            why = f"{take.channel}, which this configuration leaves out"
        elif config.modality == "01" != take.modality:
            why = "without sound, which modality=01 leaves out"
        elif config.modality == "02" != take.modality:
            why = "with sound, which modality=02 leaves out"
        elif config.calm == "drop" and take.emotion == calm:
            why = "calm, which calm=drop leaves out"
        if why:
            report.leave_out(why, str(clip.file))
        return not why

    def _select_one_a_take(self, clips, report):
        """One clip of each take: the first by name is the one with sound."""
        taken: dict[str, named_clips.NamedClip] = {}
        for clip in clips:
            first = taken.setdefault(clip.name[3:], clip)
            if first is not clip:
                report.leave_out(
                    "takes without sound that are used with sound",
                    str(clip.file),
                )
        silent = sum(c.means.modality == "02" for c in taken.values())
        if silent and self.builder_config.modality == "either":
            report.note(
                f"{silent} takes are there without sound only, and used so"
            )
        return [taken[key] for key in sorted(taken)]

    def _index(self, emotion):
        space = labels.get("ravdess")
        if self.builder_config.calm == "neutral":
            if emotion == space.index("calm"):
                return space.index("neutral")
        return emotion


def _meaning(file: PurePosixPath) -> Take | str:
    match = _NAME.fullmatch(file.stem.strip())
    if match is None:
        return "videos not named as in RAVDESS"
    return Take(
        name=match[0],
        modality=match["modality"],
        channel=_CHANNELS[match["channel"]],
        emotion=int(match["emotion"]) - 1,
        actor=match["actor"],
    )


def _note_other_folders(clips, report):
    """Notes files that lie in the folder of another actor."""
    strays = []
    for clip in clips:
        folder = _ACTOR_FOLDER.fullmatch(clip.file.parent.name)
        if folder and int(folder[1]) != int(clip.means.actor):
            strays.append(str(clip.file))
    if strays:
        report.note(
            f"{len(strays)} files lie in the folder of another actor, such as "
            f"{strays[0]}; their names say whose they are"
        )
