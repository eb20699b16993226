"""FER2013: grey face crops from the web, seven classes."""

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.grey_faces import SIDE
from emoaff.corpora.grey_faces import GreyFace
from emoaff.corpora.grey_faces import GreyFaces
from emoaff.corpora.grey_faces import GreyFacesConfig
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.fer2013 import source


class Builder(GreyFaces):
    """One example is one picture.

    `expression` is an index in emoaff's label space "fer2013": angry,
    disgust, fear, happy, sad, surprise, neutral.
    """

    VERSION = GreyFaces.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "fer2013"
    ABOUT = CorpusAbout(
        title="FER2013: grey face crops of 48x48 pixels, seven classes.",
        licence="Kaggle's competition rules; pictures found by web search, "
        "rights unclear.",
        homepage="https://www.kaggle.com/c/challenges-in-representation-"
        "learning-facial-expression-recognition-challenge",
        how_to_get="Take the competition's files from there, and unpack them.",
    )
    BUILDER_CONFIGS = [
        GreyFacesConfig(
            name="default",
            description="Training without pictures of the other splits.",
        ),
        GreyFacesConfig(
            name="with_duplicates",
            description="Training as published, with those pictures.",
            keep_duplicates=True,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    One of these, at the top or up to three levels below, archives unpacked:

      DIR/fer2013/fer2013.csv          emotion,pixels,Usage

      DIR/icml_face_data.csv           emotion, Usage, pixels

      DIR/train.csv                    emotion,pixels
      DIR/test.csv                     pixels (no labels; optional)

      DIR/train/<class>/*.jpg          angry, disgust, fear, happy, neutral,
      DIR/test/<class>/*.jpg           sad, surprise

    The first that is there is used.
    """

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="Row of the table, 0-based, such as row00012; or "
                        "class and file."
                    ),
                    "subject": tfds.features.Text(
                        doc="Empty: the corpus does not name its people."
                    ),
                    "image": tfds.features.Image(
                        shape=(SIDE, SIDE, 1),
                        encoding_format="png",
                        doc="Face crop as published, uint8 grey.",
                    ),
                    "expression": tfds.features.Scalar(
                        np.int64,
                        doc="Index in the label space, -1 = unlabelled.",
                    ),
                }
            ),
            supervised_keys=("image", "expression"),
            homepage=self.ABOUT.homepage,
        )

    def read(self, tree: SourceTree, report: BuildReport) -> list[GreyFace]:
        """Reads all pictures with their labels, in their order."""
        return source.read(tree, report)
