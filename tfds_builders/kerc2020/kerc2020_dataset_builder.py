"""KERC 2020: faces of film clips, each clip rated for valence and arousal."""

import dataclasses
import math

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.kerc2020.faces import find_faces
from tfds_builders.kerc2020.ratings import read_ratings

_TABLE = "train_mean.csv"
_LABEL_ON = ("all", "last")


@dataclasses.dataclass(eq=False)
class Kerc2020Config(CropConfig):
    """Sets which frames carry the clip's rating, and who counts as a person.

    Args:
        label_on: `"all"` gives every frame of a clip its rating, `"last"`
            only the last one.
        block: How many neighbouring clip numbers count as one person.
        inner: Share of each picture's width and height to keep, about its
            middle, in (0, 1].
        frames_per_second: Rate that gives the frames their times. The true
            times are not published; 3 is a guess.
        find_faces: See `CropConfig`; the pictures are faces already.
    """

    label_on: str = "all"
    block: int = 12
    inner: float = 1.0
    frames_per_second: float = 3.0
    find_faces: bool = False


class Builder(RecordingCorpus):
    """One example is the faces of one clip in order of time."""

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = ""
    ABOUT = CorpusAbout(
        title="KERC 2020: clips of Korean films, valence and arousal by clip.",
        licence="A competition's data, film frames of people who can be "
        "recognised: for research, and not to be passed on.",
        homepage="https://www.kaggle.com/c/2020kerc",
        how_to_get="Take part in the competition for the videos and their "
        "ratings, and cut one face every few frames.",
    )
    BUILDER_CONFIGS = [
        Kerc2020Config(
            name="clips",
            description="The faces as they are; a clip's rating on each.",
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The table of ratings and the faces, at any depth:

      DIR/train_mean.csv
      DIR/frame_img/v1-face_0.jpg  v1-face_1.jpg ...   clip 1, in order
      DIR/frame_img/v636-face_0.jpg ...

    Settings: label_on=last leaves the rating to a clip's last frame,
    inner=0.8 keeps the inner 80 % of each picture, block=12 says how many
    neighbouring clips count as one person, and frames_per_second gives the
    frames times, which are not published.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        self._check_settings()
        tables = tree.usable(tree.find_files(_TABLE), report)
        if not tables:
            raise tree.refuse(f"the table {_TABLE}", "kerc2020")
        for file in tables[1:]:
            report.leave_out("another copy of the table", str(file))
        ratings = read_ratings(tree.root / tables[0])
        found = find_faces(tree, report)
        for clip in sorted(set(ratings) - set(found)):
            report.leave_out("row without a picture", f"clip {clip}")
        for clip in sorted(set(found) - set(ratings)):
            for file in found.pop(clip).values():
                report.leave_out("picture of a clip without a row", str(file))
        rate = self.builder_config.frames_per_second
        report.note(
            f"times are those of {rate:g} frames a second, which is a guess: "
            "the corpus does not say when its frames were taken"
        )
        report.note(
            "who is seen is not known: each block of "
            f"{self.builder_config.block} neighbouring clips counts as one "
            "person, so that clips of one film are seldom in two folds"
        )
        return [
            self._recording(tree, clip, faces, ratings[clip])
            for clip, faces in found.items()
        ]

    def _check_settings(self):
        config = self.builder_config
        if config.label_on not in _LABEL_ON:
            raise ValueError(
                f"Expected label_on to be one of {', '.join(_LABEL_ON)}. "
                f"Received: label_on={config.label_on!r}. Choose one of them."
            )
        if config.block < 1:
            raise ValueError(
                "Expected block to be at least 1. Received: "
                f"block={config.block}. Give 12 as in the published folds."
            )
        if not 0 < config.inner <= 1:
            raise ValueError(
                "Expected inner over 0 and up to 1. Received: "
                f"inner={config.inner}. Give 1 to keep whole pictures."
            )
        if not 0 < config.frames_per_second < math.inf:
            raise ValueError(
                "Expected frames_per_second over 0. Received: "
                f"frames_per_second={config.frames_per_second}. Give 3 if you "
                "do not know better."
            )

    def _recording(self, tree, clip, faces, rating):
        config = self.builder_config
        folder = next(iter(faces.values())).parent
        numbers = list(faces)
        labelled = numbers[-1:] if config.label_on == "last" else numbers
        edge = (1 - config.inner) / 2
        region = None
        if config.inner < 1:
            region = (edge, edge, 1 - edge, 1 - edge)
        return SourceRecording(
            name=f"{clip:04d}",
            subject=f"block_{clip // config.block:03d}",
            footage=Footage(
                tree.root / folder,
                tuple((number, faces[number].name) for number in numbers),
                rate_hz=config.frames_per_second,
                region=region,
                faces=config.faces,
            ),
            labels=FrameLabels(
                {
                    "valence": np.full(len(labelled), rating.valence),
                    "arousal": np.full(len(labelled), rating.arousal),
                },
                frames=np.array(labelled, np.int64),
            ),
            subject_is_known=False,
        )
