"""Aff-Wild2, the corpus of the ABAW challenges."""

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.aff_wild2.aff_wild2_config import AffWild2Config
from tfds_builders.aff_wild2.survey import Survey

# Videos; the first is of the second and third edition, the other of the fifth
# and later ones.
_VIDEOS_OF_VA = {"train": (351, 356), "validation": (71, 76)}


class Builder(RecordingCorpus):
    """One example is up to 64 frames of one person in one video.

    `expression` is an index in emoaff's label space "aff_wild2_8" (neutral,
    anger, disgust, fear, happiness, sadness, surprise, other) or
    "aff_wild2_7".
    """

    VERSION = RecordingCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    ABOUT = CorpusAbout(
        title="Aff-Wild2: videos of faces from the web, labelled by frame "
        "(ABAW challenges).",
        licence="EULA signed by a faculty member, academic and non-commercial "
        "use only.",
        homepage="https://ibug.doc.ic.ac.uk/resources/aff-wild2/",
        how_to_get="Ask its authors: the homepage has the EULA and says whom "
        "to write to.",
    )
    BUILDER_CONFIGS = [
        AffWild2Config(
            name="va",
            description="Valence and arousal, on the aligned crops.",
            task="va",
        ),
        AffWild2Config(
            name="expr",
            description="8 classes, on the aligned crops.",
            task="expr",
        ),
        AffWild2Config(
            name="au",
            description="12 action units, on the aligned crops.",
            task="au",
        ),
        AffWild2Config(
            name="mtl",
            description="All three, of the pictures in the lists of the "
            "multi-task challenges.",
            task="mtl",
        ),
    ]
    PUBLISHED = {
        "va": {"train": {}, "validation": {}, "test": {}},
        "expr": {
            "train": {"recordings": 248},
            "validation": {"recordings": 70},
            "test": {"recordings": 228},
        },
        "au": {
            "train": {"recordings": 295},
            "validation": {"recordings": 105},
            "test": {"recordings": 141},
        },
        "mtl": {
            "train": {"frames": 142333},
            "validation": {"frames": 26876},
        },
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The archives of one ABAW edition, unpacked. Folders may lie in folders of
    their own name, and names may have blanks or `_`:

      DIR/cropped_aligned/1-30-1280x720/00001.jpg
      DIR/cropped_aligned/10-60-1280x720_right/00001.jpg
      DIR/cropped_aligned_new_50_vids/...                      from ABAW 5 on
      DIR/Third ABAW Annotations/
        VA_Estimation_Challenge/Train_Set/1-30-1280x720.txt
        VA_Estimation_Challenge/Validation_Set/...
        EXPR_Classification_Challenge/...
        AU_Detection_Challenge/...
        MTL_Challenge/train_set.txt, validation_set.txt

    Of the annotations only those of the task are needed: folders VA_*, EXPR_*
    or AU_* with folders train* and valid* in them; for mtl the two lists,
    or training_set_annotations.txt and validation_set_annotations.txt.

    The lists of the test sets make an unlabelled split test, if they are
    there. The videos (DIR/batch1/1-30-1280x720.mp4, anywhere, .mp4 or .avi)
    are needed for pictures=videos and times=videos only.

    With annotations of several editions, name one: aff_wild2/va+edition=third
    takes those with "third" in their path. ABAW 1 and 2 have 7 classes,
    aff_wild2/expr+classes=7, and ABAW 1 has 8 action units,
    aff_wild2/au+action_units=8.
    """

    @property
    def LABEL_SPACE(self) -> str:  # noqa: N802
        """The label space of `expression`, empty where there are no classes."""
        return self.builder_config.label_space

    @property
    def extra(self) -> dict[str, tuple[str, ...]]:
        """The action units, where the task has them."""
        units = self.builder_config.units
        return {"action_units": units} if units else {}

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourceRecording]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        recordings = Survey(tree, config, report).recordings()
        if config.task == "va":
            for split, published in _VIDEOS_OF_VA.items():
                count = sum(each.split == split for each in recordings)
                if count not in published:
                    report.note(
                        f"{split} has {count} recordings, published are "
                        f"{published[0]} (ABAW 2 and 3) or {published[1]} "
                        "(from ABAW 5 on)"
                    )
        return recordings
