"""FER+: FER2013's pictures with ten crowd votes each."""

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.grey_faces import GreyFace
from emoaff.corpora.grey_faces import GreyFaces
from emoaff.corpora.grey_faces import GreyFacesConfig
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.ferplus import source


class Builder(GreyFaces):
    """One example is one picture with its votes.

    `expression` is an index in emoaff's label space "ferplus": neutral,
    happiness, surprise, sadness, anger, disgust, fear, contempt.
    """

    VERSION = GreyFaces.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "ferplus"
    ABOUT = CorpusAbout(
        title="FER+: FER2013's grey face crops with ten crowd votes each.",
        licence="Votes: MIT. Pictures: Kaggle's competition rules, found by "
        "web search, rights unclear.",
        homepage="https://github.com/microsoft/FERPlus",
        how_to_get="Take the votes from there, and the pictures from Kaggle's "
        '"Challenges in Representation Learning: Facial Expression '
        'Recognition Challenge".',
    )
    BUILDER_CONFIGS = [
        GreyFacesConfig(
            name="default",
            description="Training without pictures of the other splits.",
        ),
        GreyFacesConfig(
            name="with_duplicates",
            description="Training as published, 1 in 80 pictures leaks.",
            keep_duplicates=True,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The table of votes, and the pictures either in FER2013's table or as the
    PNG files that the script of FER+'s repository writes. At the top or up to
    three levels below; or table and PNG files together in one .zip:

      fer2013new.csv
      fer2013.csv                            or icml_face_data.csv

      fer2013new.csv
      data/FER2013Train/fer0000000.png ...
      data/FER2013Valid/fer0028638.png ...
      data/FER2013Test/...                   optional

    Where both are there, FER2013's table is used.
    """

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="File name without .png, such as fer0000000."
                    ),
                    "subject": tfds.features.Text(
                        doc="Empty: the corpus does not name its people."
                    ),
                    "image": tfds.features.Image(
                        shape=(48, 48, 1),
                        encoding_format="png",
                        doc="Face crop as published, uint8 grey.",
                    ),
                    "expression": tfds.features.Scalar(
                        np.int64,
                        doc="FER+ majority, 0-7; -1 where there is none.",
                    ),
                    "votes": tfds.features.Tensor(
                        shape=(8,),
                        dtype=np.float32,
                        doc="Raw votes for the eight classes, usually of 10.",
                    ),
                    "votes_unknown": tfds.features.Scalar(
                        np.float32, doc='Raw votes for "unknown".'
                    ),
                    "votes_no_face": tfds.features.Scalar(
                        np.float32, doc='Raw votes for "no face" (NF).'
                    ),
                }
            ),
            supervised_keys=("image", "expression"),
            homepage="https://github.com/microsoft/FERPlus",
        )

    def read(self, tree: SourceTree, report: BuildReport) -> list[GreyFace]:
        """Reads all pictures with their labels, in their order."""
        return source.read(tree, report)
