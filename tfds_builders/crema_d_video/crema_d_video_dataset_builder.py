"""CREMA-D: 91 actors speak twelve sentences in six emotions."""

import dataclasses
import re
from pathlib import PurePosixPath

import numpy as np

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
from tfds_builders.crema_d_video import tables

NAMES = "SentenceFilenames.csv"
PEOPLE = "VideoDemographics.csv"
SUMMARY = "summaryTable.csv"
VOTES = "tabulatedVotes.csv"
_CLASSES = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
_NAME = re.compile(
    rf"(?P<actor>\d{{4}})_[A-Z]{{3}}_(?P<emotion>{'|'.join(_CLASSES)})"
    r"_(?:LO|MD|HI|XX?)",
    re.IGNORECASE,
)
_ALL_EMOTIONS = "1064_IEO_DIS_MD"
_ODD = {
    "1064_TIE_SAD_XX": "its header says no duration",
    "1076_MTI_NEU_XX": "very short, without sound",
    "1076_MTI_SAD_XX": "very short, an error message instead of a face",
    _ALL_EMOTIONS: "a minute long, with all emotions",
}


@dataclasses.dataclass(eq=False)
class CremaDVideoConfig(CropConfig):
    """Sets whose labels are used, in addition to `CropConfig`.

    Args:
        label: `"intended"`, the emotion that was acted; or `"face_vote"`, the
            one that most people saw who were shown the face alone.
        keep_all_emotions_clip: Whether to use 1064_IEO_DIS_MD, which shows
            all emotions under the label of one.

    Raises:
        ValueError: If `label` is neither.
    """

    label: str = "intended"
    keep_all_emotions_clip: bool = False

    def __post_init__(self):
        named_clips.require_known(self, {"label": ("intended", "face_vote")})


@dataclasses.dataclass(frozen=True)
class Clip:
    """The facts in a file's name.

    Args:
        name: Such as `"1001_IEO_ANG_HI"`.
        actor: Four digits.
        emotion: Index in the label space "crema_d" of what was acted.
    """

    name: str
    actor: str
    emotion: int


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one sentence.

    `expression` is an index in emoaff's label space "crema_d". In the
    configuration `face_vote`, `votes` holds how many people chose each class.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "crema_d"
    ABOUT = CorpusAbout(
        title="CREMA-D: 91 actors speak twelve sentences in six emotions.",
        licence="ODbL 1.0, contents DbCL 1.0",
        homepage="https://github.com/CheyneyComputerScience/CREMA-D",
        how_to_get="Clone that repository with Git LFS installed; without it "
        "the videos are pointers, and `git lfs pull` fetches them.",
    )
    BUILDER_CONFIGS = [
        CremaDVideoConfig(
            name="intended", description="The emotion that was acted."
        ),
        CremaDVideoConfig(
            name="face_vote",
            description="The emotion that most people saw in the face.",
            label="face_vote",
        ),
    ]
    PUBLISHED = {
        "intended": {"train": {"recordings": 7442}},
        "face_vote": {"train": {"recordings": 7442}},
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The repository, or the videos alone, in folders of any names and also
    converted to another format, as long as the files keep their names:

      DIR/VideoFlash/1001_DFA_ANG_XX.flv ...
      DIR/processedResults/summaryTable.csv     needed for face_vote
      DIR/processedResults/tabulatedVotes.csv   votes, for face_vote
      DIR/SentenceFilenames.csv                 to say what is not there
      DIR/VideoDemographics.csv                 to say who is
    """

    @property
    def extra(self) -> dict[str, tuple[str, ...]]:
        """Further features of each frame, with the names of their columns."""
        if self.builder_config.label == "intended":
            return {}
        return {"votes": labels.get("crema_d").classes}

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        wanted = [NAMES, PEOPLE]
        if self.builder_config.label == "face_vote":
            wanted += [SUMMARY, VOTES]
        found = {name: tables.find(tree, name, report) for name in wanted}
        read = {
            file
            for file in tree.files
            if file.name.lower() in {name.lower() for name in found}
        }
        clips = named_clips.named(
            tree,
            _meaning,
            report,
            "videos named like 1001_DFA_ANG_XX.flv",
            self.name,
            read,
        )
        _report_absent(clips, found[NAMES], report)
        clips = named_clips.select_one_each(tree, clips, report, ".flv")
        clips = self._drop_odd(clips, report)
        if self.builder_config.label == "intended":
            recordings = [
                self._recording(tree, clip, {"expression": clip.means.emotion})
                for clip in clips
            ]
        else:
            recordings = self._make_voted_recordings(tree, clips, found, report)
        if found[PEOPLE] and recordings:
            subjects = (each.subject for each in recordings)
            report.note(tables.people(found[PEOPLE], subjects))
        return recordings

    def _recording(self, tree, clip, values):
        return SourceRecording(
            name=clip.name,
            subject=clip.means.actor,
            footage=Footage(
                tree.root / clip.file, faces=self.builder_config.faces
            ),
            labels=FrameLabels.constant(**values),
        )

    def _drop_odd(self, clips, report):
        kept = []
        for clip in clips:
            if clip.name in _ODD:
                report.note(f"{clip.name}: {_ODD[clip.name]}")
            keep = self.builder_config.keep_all_emotions_clip
            if clip.name == _ALL_EMOTIONS and not keep:
                report.leave_out(
                    "a minute of all emotions; keep_all_emotions_clip=true "
                    "keeps it",
                    str(clip.file),
                )
            else:
                kept.append(clip)
        return kept

    def _make_voted_recordings(self, tree, clips, found, report):
        if found[SUMMARY] is None:
            raise tree.refuse(
                f"a file {SUMMARY}, which face_vote needs,", self.name
            )
        winners = tables.find_face_votes(found[SUMMARY])
        counts = tables.count_face_votes(found[VOTES]) if found[VOTES] else {}
        recordings, ties, other = [], 0, []
        for clip in clips:
            best = winners.get(clip.name, ())
            if not best:
                report.leave_out(f"no FaceVote in {SUMMARY}", str(clip.file))
                continue
            ties += len(best) > 1
            votes = counts.get(clip.name, np.full(6, np.nan, np.float32))
            if not np.isnan(votes).any():
                most = np.flatnonzero(votes == votes.max())
                if most.tolist() != list(best):
                    other.append(clip.name)
            expression = best[0] if len(best) == 1 else -1
            values = {"expression": expression, "votes": votes}
            recordings.append(self._recording(tree, clip, values))
        if ties:
            report.note(f"{ties} recordings have no class: their votes tie")
        if not counts:
            report.note(f"there is no {VOTES}, so votes are unknown")
        if other:
            report.note(
                f"{len(other)} recordings, such as {other[0]}, have other "
                f"votes in {VOTES} than {SUMMARY} says; expression follows "
                f"{SUMMARY}"
            )
        return recordings


def _meaning(file: PurePosixPath) -> Clip | str:
    name = file.stem.strip().upper()
    match = _NAME.fullmatch(name)
    if match is None:
        return "videos not named as in CREMA-D"
    index = labels.get("crema_d").index(_CLASSES[match["emotion"]])
    # Some copies have a single X in one name, the tables never.
    name = name + "X" if name.endswith("_X") else name
    return Clip(name, match["actor"], index)


def _report_absent(clips, path, report):
    if path is None:
        return
    there = {clip.name for clip in clips}
    for name in tables.listed(path):
        if name not in there:
            report.leave_out(f"in {NAMES}, but there is no video of it", name)
