"""AffectNet: faces found on the web, with a class, valence and arousal."""

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.picture_corpus import PictureCorpus
from emoaff.corpora.source_pictures import SourcePictures
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.affectnet import march_2021
from tfds_builders.affectnet import original
from tfds_builders.affectnet.configs import CroppedConfig
from tfds_builders.affectnet.configs import OriginalConfig


class Builder(PictureCorpus):
    """One example is one face with its labels.

    `expression` is an index in emoaff's label space "affectnet_8", which is
    the corpus's own order; -1 for its classes None and Uncertain.
    """

    VERSION = PictureCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "affectnet_8"
    ABOUT = CorpusAbout(
        title="AffectNet: faces on the web, eight emotions, valence, arousal.",
        licence="signed agreement, research only, not commercial.",
        homepage="http://mohammadmahoor.com/affectnet/",
        how_to_get="A principal investigator or lab manager asks for it there.",
    )
    BUILDER_CONFIGS = [
        OriginalConfig(
            name="original",
            description="Release of 2017, manually annotated; faces are cut "
            "out of the whole pictures by the boxes of the lists.",
        ),
        OriginalConfig(
            name="original_automatic",
            description="Like original, but train is the automatically "
            "annotated half alone; +manual=true adds the other.",
            manual=False,
            automatic=True,
        ),
        CroppedConfig(
            name="march_2021",
            description="Release of March 2021, face crops of 224 pixels, "
            "taken as they are.",
        ),
    ]
    # Faces with a label: the classes 0 to 8 of the lists' counts.
    PUBLISHED = {
        "original": {
            "train": {"recordings": 320739},
            "validation": {"recordings": 4500},
        },
        "original_automatic": {"validation": {"recordings": 4500}},
        "march_2021": {
            "train": {"recordings": 287651},
            "validation": {"recordings": 3999},
        },
    }
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The folder holds one of the two releases, at its top or up to three levels
    below. That of 2017, after unpacking all parts of its archives:

      Manually_Annotated_file_lists/training.csv
      Manually_Annotated_file_lists/validation.csv
      Manually_Annotated_Images/1/<56 letters and digits>.jpg ...

    and for original_automatic:

      Automatically_annotated_file_list/automatically_annotated.csv
      Automatically_Annotated_Images/<n>/<56 letters and digits>.jpg ...

    Or that of March 2021, for march_2021:

      train_set/images/0.jpg ...
      train_set/annotations/0_exp.npy 0_val.npy 0_aro.npy ...
      val_set/images/..., val_set/annotations/...
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourcePictures]:
        """Lists the recordings of the corpus and their labels."""
        config = self.builder_config
        if isinstance(config, CroppedConfig):
            stills = march_2021.read(tree, report)
            wanted, other = march_2021.WANTED, ("original", original)
        else:
            stills = original.read(tree, report, config)
            wanted = original.wanted(config)
            other = ("march_2021", march_2021)
        if stills is None:
            raise _refusal(tree, wanted, *other)
        return self.together(tree.root, stills, config.faces)


def _refusal(tree, wanted, name, release):
    if not release.is_there(tree):
        return tree.refuse(wanted, "affectnet")
    return FileNotFoundError(
        f"Expected {wanted} in or up to three levels below {tree.root}. Found "
        f"the other release. Use the configuration affectnet/{name} for it."
    )
