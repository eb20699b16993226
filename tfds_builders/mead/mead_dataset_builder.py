"""MEAD: actors speak in eight emotions at three levels, seen by 7 cameras."""

import dataclasses
import re
from pathlib import PurePosixPath

from emoaff.corpora import named_clips
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree

CLASSES = (
    "angry",
    "contempt",
    "disgusted",
    "fear",
    "happy",
    "neutral",
    "sad",
    "surprised",
)
VIEWS = (
    "front",
    "left_30",
    "left_60",
    "right_30",
    "right_60",
    "top",
    "down",
)
_LEVEL = re.compile(r"level[ _-]?([123])", re.IGNORECASE)
_PERSON = re.compile(r"[MW]\d{3}", re.IGNORECASE)
_CHOICES = {"view": (*VIEWS, "all"), "level": ("all", "1", "2", "3")}


@dataclasses.dataclass(eq=False)
class MeadConfig(CropConfig):
    """Sets which clips are used, in addition to `CropConfig`.

    Args:
        view: The camera, one of `VIEWS`, or `"all"`.
        level: How strong the emotion is: `"1"`, `"2"`, `"3"` or `"all"`.
            Neutral clips, which have no levels, are used with each.

    Raises:
        ValueError: If one of them is none of these.
    """

    view: str = "front"
    level: str = "all"

    def __post_init__(self):
        named_clips.require_known(self, _CHOICES)


@dataclasses.dataclass(frozen=True)
class Clip:
    """The facts in a file's folders.

    Args:
        name: Such as `"M003/front/angry/level_1/001"`.
        person: Such as `"M003"`.
        view: One of `VIEWS`.
        emotion: One of `CLASSES`.
        level: `"1"`, `"2"` or `"3"`.
    """

    name: str
    person: str
    view: str
    emotion: str
    level: str


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one clip.

    `expression` is an index in `builder.info.metadata["classes"]`: angry,
    contempt, disgusted, fear, happy, neutral, sad, surprised.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = None
    ABOUT = CorpusAbout(
        title="MEAD: actors speak in eight emotions at three levels, seen by "
        "seven cameras.",
        licence="research only, after a form",
        homepage="https://wywu.github.io/projects/MEAD/MEAD.html",
        how_to_get="Ask for it there, and unpack the videos of each person.",
    )
    BUILDER_CONFIGS = [
        MeadConfig(name="front", description="The camera in front."),
        MeadConfig(
            name="all_views",
            description="All cameras; a take is there up to seven times.",
            view="all",
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked videos below a folder for each person, M or W and three
    digits:

      DIR/M003/video/front/angry/level_1/001.mp4
      DIR/M003/video/left_30/angry/level_3/001.mp4
      DIR/M003/video/front/neutral/level_1/001.mp4
      DIR/W009/...
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        report.classes = list(CLASSES)
        clips = named_clips.named(
            tree,
            _meaning,
            report,
            "videos in folders like M003/video/front/angry/level_1",
            self.name,
        )
        clips = [clip for clip in clips if self._is_wanted(clip, report)]
        clips = named_clips.select_one_each(tree, clips, report, ".mp4")
        return [
            SourceRecording(
                name=clip.name,
                subject=clip.means.person,
                footage=Footage(
                    tree.root / clip.file, faces=self.builder_config.faces
                ),
                labels=FrameLabels.constant(
                    expression=CLASSES.index(clip.means.emotion)
                ),
            )
            for clip in clips
        ]

    def _is_wanted(self, clip, report):
        config, means = self.builder_config, clip.means
        why = None
        if config.view not in ("all", means.view):
            why = f"view {means.view}, which view={config.view} leaves out"
        elif means.emotion != "neutral" and config.level not in (
            "all",
            means.level,
        ):
            why = f"level {means.level}, which level={config.level} leaves out"
        if why:
            report.leave_out(why, str(clip.file))
        return not why


def _meaning(file: PurePosixPath) -> Clip | str:
    folders = [part.strip().lower() for part in file.parent.parts]
    if len(folders) < 4 or not file.stem.strip().isdigit():
        return "videos not named as in MEAD"
    *above, view, emotion, level = folders
    view = re.sub("[ -]", "_", view)
    level = _LEVEL.fullmatch(level)
    if level is None or emotion not in CLASSES:
        return "videos in no folders of an emotion and a level"
    if view not in VIEWS:
        return "videos in no folder of a view"
    person = next((p for p in above[::-1] if _PERSON.fullmatch(p)), "")
    if not person:
        return "videos in no folder of a person"
    person = person.upper()
    number = file.stem.strip()
    return Clip(
        name=f"{person}/{view}/{emotion}/level_{level[1]}/{number}",
        person=person,
        view=view,
        emotion=emotion,
        level=level[1],
    )
