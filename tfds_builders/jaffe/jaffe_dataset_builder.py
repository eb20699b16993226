"""JAFFE: posed portraits of Japanese women, seven expressions."""

import re

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.picture_corpus import PictureCorpus
from emoaff.corpora.picture_corpus import Still
from emoaff.corpora.source_pictures import SourcePictures
from emoaff.corpora.source_tree import SourceTree
from emoaff.faces import PICTURE_SUFFIXES

# Person, expression, which one of hers, number: KA.AN1.39.tiff.
_NAME = re.compile(r"([A-Z]+)\.([A-Z]{2})(\d*)(?:\.(\d+))?")
_CLASSES = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
_TIFF = (".tiff", ".tif")
_SUFFIXES = tuple(suffix.upper() for suffix in PICTURE_SUFFIXES)


class Builder(PictureCorpus):
    """One example is one portrait.

    `expression` is an index in emoaff's label space "jaffe": anger, disgust,
    fear, happiness, neutral, sadness, surprise. There is one split, train.
    """

    VERSION = PictureCorpus.FIRST
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    LABEL_SPACE = "jaffe"
    ABOUT = CorpusAbout(
        title="JAFFE: posed portraits of ten Japanese women, seven classes.",
        licence="Non-commercial research; not to be passed on.",
        homepage="https://zenodo.org/records/14974867",
        how_to_get="Take jaffe.zip from there, and unpack it.",
    )
    PUBLISHED = {"portraits": {"train": {"recordings": 213}}}
    BUILDER_CONFIGS = [
        CropConfig(
            name="portraits",
            description="Faces of 160 pixels, found in the portraits.",
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    The pictures:

      DIR/jaffe/KA.AN1.39.tiff
      DIR/jaffe/KA.DI2.43.tiff ...

    Folders may have any names.
    """

    def survey(
        self, tree: SourceTree, report: BuildReport
    ) -> list[SourcePictures]:
        """Lists the recordings of the corpus and their labels."""
        found: dict[str, Still] = {}
        media = tree.media(report)
        for file in sorted(media, key=_rank):
            still = _still(file)
            if still is None:
                report.leave_out("not named as JAFFE's pictures are", str(file))
            elif still.name in found:
                report.leave_out("a picture that is there before", str(file))
            else:
                found[still.name] = still
        if not found:
            why = report.describe_left_out()
            damaged = "" if why == "nothing" else f" (left out: {why})"
            raise tree.refuse(
                f"pictures named like KA.AN1.39.tiff{damaged}", "jaffe"
            )
        stills = [found[name] for name in sorted(found)]
        return self.together(tree.root, stills, self.builder_config.faces)


def _rank(file):
    """Puts the originals before converted copies, and the topmost first."""
    return file.suffix.lower() not in _TIFF, len(file.parts), file


def _still(file):
    """The picture, labelled by its name; None where the name is another."""
    name = file.name.upper()
    # Converted copies are KA.AN1.39.tiff.bmp as well as KA.AN1.39.bmp.
    while name.endswith(_SUFFIXES):
        name = name.rpartition(".")[0]
    match = _NAME.fullmatch(name)
    if match is None or match[2] not in _CLASSES:
        return None
    index = labels.get("jaffe").index(_CLASSES[match[2]])
    return Still(
        name=name,
        file=str(file),
        subject=match[1],
        labels={"expression": index},
    )
