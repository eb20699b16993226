"""Synthetic affect: drawn faces that move, with simulated ratings."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.progress import Progress
from tfds_builders.synthetic_affect import filming
from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.camera import encode
from tfds_builders.synthetic_affect.courses import SHARES
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.labelling import draw_labels
from tfds_builders.synthetic_affect.styles import STYLES

_SEGMENT = 64  # frames at most
_SPLITS = ("train", "validation", "test")


@dataclasses.dataclass(eq=False)
class SyntheticAffectConfig(tfds.core.BuilderConfig):
    """Sets which corpus is drawn, and how much of it.

    Args:
        style: One of `styles.STYLES`.
        balance: How often each expression occurs, one of `courses.SHARES`.
        subjects: People in train, validation and test.
    """

    style: str = "studio"
    balance: str = "even"
    subjects: tuple[int, int, int] = (120, 24, 24)


class Builder(tfds.core.GeneratorBasedBuilder):
    """One example is a run of at most 64 frames of one drawn person.

    Nothing is downloaded and no files are needed: the faces are drawn while
    the corpus is built, the same on every build. `expression` is an index in
    emoaff's label space "affectnet_8".
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "affectnet_8"
    NEEDS_NO_FILES = True
    ABOUT = CorpusAbout(
        title="Synthetic affect: drawn faces that move, with simulated raters.",
        licence="MIT, like emoaff; no real face is in it.",
        homepage="nowhere, it is drawn here",
        how_to_get="There is nothing to get.",
    )
    OWN_PROGRESS = True
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    Nothing: the faces are drawn while the corpus is built, and no manual
    directory is needed.
    """
    BUILDER_CONFIGS = [
        SyntheticAffectConfig(
            name="studio",
            description="Even light, little motion, 25 frames/s.",
            style="studio",
        ),
        SyntheticAffectConfig(
            name="webcam",
            description="Dim, blurred and noisy, 15 frames/s.",
            style="webcam",
        ),
        SyntheticAffectConfig(
            name="street",
            description="Hard light, much motion, things in the way.",
            style="street",
        ),
        SyntheticAffectConfig(
            name="stage",
            description="Acted: one strong feeling in each short recording.",
            style="stage",
        ),
        SyntheticAffectConfig(
            name="realeyes",
            description="Mostly neutral, in the proportions of RealEyes.",
            style="realeyes",
            balance="realeyes",
            subjects=(160, 40, 40),
        ),
        SyntheticAffectConfig(
            name="tiny",
            description="A few seconds of studio, for tests.",
            style="tiny",
            subjects=(4, 2, 2),
        ),
    ]

    def _info(self):
        frame = {
            "image": tfds.features.Image(
                shape=(filming.CROP, filming.CROP, 3),
                encoding_format="jpeg",
                doc="Face crop, uint8 RGB.",
            ),
            "index": tfds.features.Scalar(
                np.int64, doc="0-based frame; it jumps where no face was found."
            ),
            "time": tfds.features.Scalar(
                np.float32, doc="Seconds from the recording's start."
            ),
            "valence": tfds.features.Scalar(
                np.float32, doc="Mean of the raters, [-1, 1]; NaN unlabelled."
            ),
            "arousal": tfds.features.Scalar(
                np.float32, doc="Mean of the raters, [-1, 1]; NaN unlabelled."
            ),
            "expression": tfds.features.Scalar(
                np.int64, doc="Class, 0-7, without a lag; -1 unlabelled."
            ),
            "emotions": tfds.features.Tensor(
                shape=(len(CLASSES),),
                dtype=np.float32,
                doc="`expression` as one-hot; NaN unlabelled.",
            ),
            "true_valence": tfds.features.Scalar(
                np.float32, doc="What drew the face, [-1, 1]; never NaN."
            ),
            "true_arousal": tfds.features.Scalar(
                np.float32, doc="What drew the face, [-1, 1]; never NaN."
            ),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="Subject and number, such as studio_007_0."
                    ),
                    "subject": tfds.features.Text(doc="Such as studio_007."),
                    "segment": tfds.features.Scalar(
                        np.int64, doc="0-based number within the recording."
                    ),
                    "frames": tfds.features.Sequence(frame),
                }
            ),
            # A recording's segments lie one after the other.
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager):
        del dl_manager
        first = 0
        generators = {}
        for split, count in zip(
            _SPLITS, self.builder_config.subjects, strict=True
        ):
            generators[split] = self._generate_examples(
                range(first, first + count)
            )
            first += count
        return generators

    def _generate_examples(self, subjects):
        key = 0
        progress = Progress(f"drawing {self.builder_config.name}", "people")
        for done, subject in enumerate(subjects, start=1):
            for example in self._film_subject(subject):
                yield key, example
                key += 1
            progress.update(done, done / len(subjects))
        progress.close()

    def _film_subject(self, subject):
        config = self.builder_config
        style = STYLES[config.style]
        seed = np.random.SeedSequence([style.number, subject])
        who, *seeds = seed.spawn(1 + style.recordings)
        identity = draw_identity(np.random.default_rng(who))
        name = f"{config.name}_{subject:03d}"
        for number, recording_seed in enumerate(seeds):
            rng = np.random.default_rng(recording_seed)
            labels = draw_labels(rng, style, SHARES[config.balance])
            crops = filming.film_crops(
                rng, identity, style, labels.truth, labels.has_face
            )
            for segment, run in enumerate(_runs(labels.has_face)):
                yield {
                    "recording": f"{name}_{number}",
                    "subject": name,
                    "segment": segment,
                    "frames": [
                        _make_frame(labels, int(i), next(crops), style.fps)
                        for i in run
                    ],
                }


def _make_frame(labels, i, crop, fps):
    return {
        "image": encode(crop),
        "index": i,
        "time": i / fps,
        "valence": labels.gold[i, 0],
        "arousal": labels.gold[i, 1],
        "expression": labels.expression[i],
        "emotions": labels.emotions[i],
        "true_valence": labels.truth[i, 0],
        "true_arousal": labels.truth[i, 1],
    }


def _runs(has_face):
    """Splits the frames with a face where one is missing, and every 64."""
    frames = np.flatnonzero(has_face)
    breaks = np.flatnonzero(np.diff(frames) > 1) + 1
    for run in np.split(frames, breaks):
        yield from (
            run[start : start + _SEGMENT]
            for start in range(0, len(run), _SEGMENT)
        )
