"""AFEW-VA: clips of films with valence and arousal of every frame."""

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
from tfds_builders.afew_va import clips
from tfds_builders.afew_va.annotation import read_annotation


@dataclasses.dataclass(eq=False)
class AfewVaConfig(CropConfig):
    """Sets where the faces are, and the frames per second.

    Args:
        landmarks: Whether faces are cut around the corpus's own landmarks. If
            not, `find_faces` decides.
        frames_per_second: Of all clips, over 0; None where unknown, and then
            no frame has a time.
    """

    landmarks: bool = True
    frames_per_second: float | None = None


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one actor in one clip."""

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = ""
    ABOUT = CorpusAbout(
        title="AFEW-VA: 600 clips of films, valence and arousal by frame.",
        licence="Academic use, by an agreement to sign.",
        homepage="https://ibug.doc.ic.ac.uk/resources/afew-va-database/",
        how_to_get="Sign the agreement on the homepage; you get 12 zip files.",
    )
    PUBLISHED = {
        "landmarks": {"train": {"recordings": 600}},
        "found": {"train": {"recordings": 600}},
    }
    BUILDER_CONFIGS = [
        AfewVaConfig(
            name="landmarks",
            description="Faces cut around the corpus's own 68 landmarks.",
        ),
        AfewVaConfig(
            name="found",
            description="Faces found and followed; landmarks are not used.",
            landmarks=False,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The unpacked zip files, at any depth, with or without the folders 01 to 12
    that are named for them:

      DIR/01/001/001.json
      DIR/01/001/00000.png ...
      DIR/01/002/...
      DIR/12/600/...

    Settings: landmarks=false finds the faces instead, and
    frames_per_second=25 gives the frames times, which the corpus does not.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        self._check_settings()
        found = clips.find_clips(tree, report)
        recordings = [
            self._recording(tree, report, clip, file)
            for clip, file in found.items()
        ]
        return [each for each in recordings if each]

    def _check_settings(self):
        rate = self.builder_config.frames_per_second
        if rate is not None and not 0 < rate < math.inf:
            raise ValueError(
                "Expected frames_per_second over 0, or none where it is "
                f"unknown. Received: frames_per_second={rate}."
            )
        if rate is None and self.builder_config.rate_hz is not None:
            raise ValueError(
                "Expected frames_per_second together with rate_hz, since the "
                "corpus gives its frames no times. Received: rate_hz="
                f"{self.builder_config.rate_hz}. Give both, or neither."
            )

    def _recording(self, tree, report, clip, file):
        config, folder = self.builder_config, file.parent
        told = read_annotation(tree.root / file, str(file), config.landmarks)
        if told.video_id and told.video_id != clip:
            report.note(f"{file} says that it is of clip {told.video_id}")
        there = clips.list_pictures(tree, folder, report)
        listed = set(told.frames.tolist())
        for number in sorted(listed - set(there)):
            why = "frame with labels, but without a picture"
            report.leave_out(why, f"{folder}/{number:05d}")
        for number in sorted(set(there) - listed):
            why = "picture that the JSON does not list"
            report.leave_out(why, str(there.pop(number)))
        for number in sorted(set(there) - set(told.boxes)):
            if config.landmarks:
                why = "frame without landmarks, so without a face"
                report.leave_out(why, str(there.pop(number)))
        usable = set(tree.usable(there.values(), report))
        pictures = [(n, f) for n, f in there.items() if f in usable]
        if not pictures:
            report.leave_out("clip without a frame to use", str(folder))
            return None
        kept = np.isin(told.frames, [number for number, _ in pictures])
        return SourceRecording(
            name=clip,
            subject=told.actor or clip,
            footage=Footage(
                tree.root / folder,
                tuple((number, each.name) for number, each in pictures),
                rate_hz=config.frames_per_second or math.nan,
                faces="boxes" if config.landmarks else config.faces,
                boxes=told.boxes if config.landmarks else None,
            ),
            labels=FrameLabels(
                {
                    "valence": told.valence[kept],
                    "arousal": told.arousal[kept],
                },
                frames=told.frames[kept],
            ),
            subject_is_known=bool(told.actor),
        )
