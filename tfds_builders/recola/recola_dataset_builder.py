"""RECOLA: people in video calls, with valence and arousal 25 times a second."""

import dataclasses
import re

from emoaff.corpora import named_clips
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.split_rules import split_name
from tfds_builders.recola.frame_ratings import FrameRatings
from tfds_builders.recola.package import PACKAGES
from tfds_builders.recola.splits import LISTS
from tfds_builders.recola.splits import SPLITS
from tfds_builders.recola.splits import list_person_splits


@dataclasses.dataclass(eq=False)
class RecolaConfig(CropConfig):
    """Sets which ratings of RECOLA are used and how faces are cropped.

    Args:
        package: `"full"`, what the corpus's makers hand out, or `"avec"`,
            what the challenges AVEC 2015 and 2016 did.
        gold: Where one trace comes from. `"mean"`: the mean of the raters,
            computed. `"centred"`: the mean after their biases are taken out,
            computed, see `gold_standard.centred`. `"arff"`, of `avec`: the
            challenges' own. `"given"`, of `full`: files that were centred by
            someone else.
        split: `"official"`, of `avec`; of `full` `"public_23"` or
            `"all_46"`, see the README.
        p25: In which split of `"public_23"` P25 is, or `"none"`.
        seconds: From when on ratings and pictures are not used; five minutes
            were rated.
        unlabelled: Whether the test recordings of `avec`, whose ratings
            were not published, are built.

    Raises:
        ValueError: If one of them is none of these, or `seconds` not over 0.
    """

    package: str = "full"
    gold: str = "centred"
    split: str = "public_23"
    p25: str = "test"
    seconds: float = 300.0
    unlabelled: bool = True

    def __post_init__(self):
        named_clips.require_known(self, {"package": PACKAGES})
        choices = {
            "gold": PACKAGES[self.package].ratings,
            "split": ("official",) if self.package == "avec" else LISTS,
            "p25": (*SPLITS, "none"),
        }
        named_clips.require_known(self, choices)
        if not (self.seconds or 0) > 0:
            raise ValueError(
                "Expected seconds over 0; inf takes everything. Received: "
                f"seconds={self.seconds}."
            )


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one person in one recording.

    `valence` and `arousal` are the gold standard that the configuration asks
    for, in the row nearest in time; there are no classes.
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = ""
    ABOUT = CorpusAbout(
        title="RECOLA: spontaneous affect in video calls, in French.",
        licence="By agreement, for academic research; a permanent member of "
        "staff signs.",
        homepage="https://diuf.unifr.ch/main/diva/recola/",
        how_to_get="Sign the agreement of the homepage; the package of the "
        "AVEC challenges came from their organisers.",
    )
    BUILDER_CONFIGS = [
        RecolaConfig(
            name="full",
            description="What the corpus's makers hand out: six raters of "
            "each person, centred and averaged; three labelled splits.",
        ),
        RecolaConfig(
            name="avec",
            description="The package of AVEC 2015 and 2016, with its gold "
            "standard and splits; test is unlabelled.",
            package="avec",
            gold="arff",
            split="official",
        ),
    ]
    PUBLISHED = {
        "full": {
            "train": {"recordings": 8},
            "validation": {"recordings": 8},
            "test": {"recordings": 7},
        },
        "avec": {name: {"recordings": 9} for name in SPLITS},
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The folders as they were unpacked, up to three levels below DIR; others
    beside them are not used. Configuration full:

      DIR/RECOLA-Video-recordings/P16.mp4 ...
      DIR/RECOLA-Annotation/emotional_behaviour/arousal/P16.csv ...
      DIR/RECOLA-Annotation/emotional_behaviour/valence/P16.csv ...
      DIR/RECOLA-Audio-recordings/P16.wav ...              if wanted
      DIR/RECOLA-Biosignals-recordings/P16.csv ...         if wanted

    Configuration avec:

      DIR/recordings_video/train_1.mp4 ... dev_1.mp4 ... test_1.mp4 ...
      DIR/ratings_gold_standard/arousal/train_1.arff ...
      DIR/ratings_gold_standard/valence/train_1.arff ...
      DIR/ratings_individual/arousal/train_1.csv ...     for other gold
      DIR/ratings_individual/valence/train_1.csv ...     standards
      DIR/recordings_audio/train_1.wav ...               if wanted
      DIR/recordings_physio/filtered/train_1.csv ...     if wanted
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        package = PACKAGES[config.package]
        rating_files = package.rating_files(config.gold, tree)
        if not rating_files:
            raise tree.refuse(package.wanted(config.gold), self.name)
        ratings = package.find_ratings(config.gold, tree, report)
        self.sides = package.find_sides(tree, report)
        sides = [f for files in self.sides.values() for f in files.values()]
        clips = named_clips.named(
            tree,
            lambda file: _meaning(package, file),
            report,
            f"videos named like {package.example}.mp4",
            self.name,
            [*rating_files, *sides],
        )
        clips = named_clips.select_one_each(tree, clips, report, ".mp4")
        reader = FrameRatings(package, config.gold, config.seconds)
        found = []
        for clip in clips:
            files = {
                dimension: tree.root / file_of[clip.name]
                for dimension, file_of in ratings.items()
                if clip.name in file_of
            }
            labels = reader.labels(clip.name, files)
            recording = self._recording(tree.root / clip.file, clip, labels)
            why = self._why_not(recording, labels)
            if why:
                report.leave_out(why, clip.name)
            else:
                found.append(recording)
        seen = {clip.name for clip in clips}
        for name in sorted({n for of in ratings.values() for n in of} - seen):
            report.leave_out("ratings without a video", name)
        reader.tell(report)
        if config.split == "public_23" and "P25" in seen:
            report.note(
                "sources differ on the split of P25; here it is in "
                f"{config.p25}, and p25=train, validation, test or none sets it"
            )
        return sorted(found, key=_place)

    def _recording(self, path, clip, labels):
        config = self.builder_config
        if config.package == "avec":
            split = split_name(clip.name.partition("_")[0])
        else:
            split = list_person_splits(config.split, config.p25).get(clip.name)
        return SourceRecording(
            name=clip.name,
            subject=clip.name,
            footage=Footage(path, end_s=config.seconds, faces=config.faces),
            labels=labels or FrameLabels({}),
            split=split,
            subject_is_known=config.package == "full",
        )

    def _why_not(self, recording, labels):
        config = self.builder_config
        if recording.split is None:
            return f"in no split of {config.split}"
        if labels:
            return None
        if config.package == "avec" and recording.split == "test":
            return None if config.unlabelled else "test without ratings"
        return "video without ratings"


@dataclasses.dataclass(frozen=True)
class _Meaning:
    name: str


def _meaning(package, file):
    name = package.name(file.stem)
    return _Meaning(name) if name else "video of no recording by its name"


def _place(recording):
    number = int(re.search(r"\d+$", recording.name).group())
    return SPLITS.index(recording.split), number
